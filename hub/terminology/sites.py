"""The body site and side that a free text names: "XR HAND 2 VIEWS LEFT"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from hub.model import Laterality
from hub.terminology.anatomy import SIDE_WORDS, Region, anatomy
from hub.text import singular, words

_LONGEST = 6


@dataclass(frozen=True, slots=True)
class Site:
    """What was read; no regions and no side where the text names none."""

    regions: tuple[Region, ...] = ()
    side: Laterality | None = None


@lru_cache(maxsize=4096)
def site_in(text: str) -> Site:
    """Read the first body site of `text` by the longest phrase, and the side if just one.

    Two-letter synonyms (LE, OS) are left out: in descriptions, which are mostly upper
    case, they are other things more often than not.
    """
    found = words(text)
    sides = {SIDE_WORDS[word] for word in found if word in SIDE_WORDS}
    regions, fixed = next(_longest_phrases([singular(word) for word in found]), ((), None))
    side = fixed or (sides.pop() if len(sides) == 1 else None)
    return Site(regions, side)


def _longest_phrases(
    stems: list[str],
) -> Iterator[tuple[tuple[Region, ...], Laterality | None]]:
    for start in range(len(stems)):
        for end in range(min(len(stems), start + _LONGEST), start, -1):
            meanings = _dictionary().get(tuple(stems[start:end]))
            if meanings:
                yield tuple(r for r, _ in meanings), meanings[0][1]
                break


@lru_cache(maxsize=1)
def _dictionary() -> dict[tuple[str, ...], list[tuple[Region, Laterality | None]]]:
    found: dict[tuple[str, ...], list[tuple[Region, Laterality | None]]] = {}
    for phrase, region, side in anatomy().phrases():
        if len("".join(phrase)) > 2:
            found.setdefault(phrase, []).append((region, side))
    return found
