"""How the words were read, as chips that can be taken away again.

A chip's word is cut out of what was typed where it stands there; where it does not ("last
week" became two dates), the other chips are typed anew as `field:"value"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.clauses import Chip as ReadChip

_NAMES = {"body": "Body site", "side": "Side", "mod": "Kind", "dept": "Department"}
"""Of fields whose label does not already say it."""


@dataclass(frozen=True)
class Chip:
    """One part of the question; without it, it is `words`, or the list at `url`."""

    name: str
    label: str
    words: str = ""
    url: str = ""
    alternative: str = ""
    """The words when this part is read as a name instead."""


def of_words(read: Sequence[ReadChip], typed: str) -> Iterator[Chip]:
    """Yield a chip for each part of the words."""
    for chip in read:
        others = [other for other in read if other is not chip]
        yield Chip(
            name=_NAMES.get(chip.field, ""),
            label=chip.label,
            words=_without(chip.label, typed) or _typed_anew(others),
            alternative=_as_name(chip, typed),
        )


def _without(label: str, typed: str) -> str:
    rest, cut = re.subn(rf"(?<!\w){re.escape(label)}(?!\w)", " ", typed, count=1, flags=re.I)
    return " ".join(rest.split()) if cut else ""


def _typed_anew(chips: Sequence[ReadChip]) -> str:
    return " ".join(_typed(chip) for chip in chips)


def _typed(chip: ReadChip) -> str:
    value = chip.value.replace('"', " ")
    return f'"{value}"' if chip.field == "phrase" else f'{chip.field}:"{value}"'


def _as_name(chip: ReadChip, typed: str) -> str:
    word = chip.alternative.removeprefix("name:")
    if not word:
        return ""
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", chip.alternative, typed, count=1, flags=re.I)
