"""How the hub's steps stand in an object: one line each, what was done and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hub.model import Change

from .values import words

HUB_NAME = "Encounter Imaging Hub"
"""Manufacturer of the hub among the contributing equipment."""

WHY = ". Why: "
"""What parts the two halves of a Contribution Description (0018,A003)."""


LINE = "\r\n"
_LONGEST = 1024
"""Characters of ST (PS3.5 6.2)."""


def texts(origin: str, changes: Iterable[Change]) -> Iterator[str]:
    """Yield the lines in as few Contribution Descriptions as they fit into, none cut in two."""
    text = origin
    for line in map(_sentence, changes):
        if len(text) + len(LINE) + len(line) > _LONGEST:
            yield text
            text = line
        else:
            text += LINE + line
    yield text


def _sentence(change: Change) -> str:
    """Return a step as a reader of any DICOM viewer sees it."""
    return words(f"{change.what}{WHY}{change.why}.", "ST")
