"""Matching keys of series and instances against rows (PS3.4 C.2.2.2).

Study-level keys are the search engine's; the few of the levels below are matched here,
on the studies it found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from hub.dicom.keywords import tag_of, vr_of

from .rows import Row

_LITERAL_VRS = frozenset({"UI", "IS", "DS", "US", "DA", "TM", "DT"})


def matches(row: Row, keys: Iterable[tuple[str, str]]) -> bool:
    """Whether a row satisfies every key; an empty value or lone `*` matches anything."""
    return all(_matches_one(row, tag_of(keyword), value) for keyword, value in keys)


def _matches_one(row: Row, tag: str, wanted: str) -> bool:
    if wanted.strip("*") == "":
        return True
    vr = vr_of(tag)
    found = [str(value) for value in row.get(tag, {}).get("Value", ())]
    if vr == "UI":
        return bool(set(re.split(r"[,\\]", wanted)) & set(found))
    if vr in _LITERAL_VRS:
        return wanted.strip() in found
    return any(is_like(value, wanted) for value in found)


def is_like(text: str, pattern: str) -> bool:
    """Whether `text` is as `pattern` says, `*` being any run and `?` any character.

    Only the last star is ever tried again, so that no pattern takes long.
    """
    at = step = 0
    star, resume = -1, 0
    while at < len(text):
        if step < len(pattern) and pattern[step] == "*":
            star, resume = step, at
            step += 1
        elif step < len(pattern) and pattern[step] in ("?", text[at]):
            at, step = at + 1, step + 1
        elif star >= 0:
            resume += 1
            at, step = resume, star + 1
        else:
            return False
    return not pattern[step:].strip("*")
