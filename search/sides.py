"""Binds side words to the body sites they stand by: left hand, foot R, both eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.model import Laterality
from search.clauses import Part, SitePart, Word


@dataclass(frozen=True, slots=True)
class SideWord:
    """A side as typed, not yet bound."""

    side: Laterality
    typed: str


def bound(
    parts: Sequence[Part | SideWord],
) -> tuple[list[Part], frozenset[Laterality], list[str]]:
    """Return the parts with sides bound, the sides of the whole line, and notices.

    A side goes to the nearest body site; between two as near, to the one behind it when
    the line begins with a side ("left hand right foot"), else to the one before it.
    Without any body site it goes to the whole line, or a lone letter back to the words.
    """
    sites = {i: part for i, part in enumerate(parts) if isinstance(part, SitePart)}
    others: dict[int, Part] = {}
    whole: set[Laterality] = set()
    for at, part in enumerate(parts):
        if isinstance(part, SideWord) and sites:
            nearest = _nearest(list(sites), at, side_first=_side_comes_first(parts))
            sites[nearest] = sites[nearest].on(frozenset({part.side}))
        elif isinstance(part, SideWord) and len(part.typed) > 1:
            whole.add(part.side)
        elif isinstance(part, SideWord):
            others[at] = Word(part.typed)
        elif at not in sites:
            others[at] = part
    kept = [part for _, part in sorted({**others, **sites}.items(), key=lambda item: item[0])]
    return kept, frozenset(whole), _sideless(kept)


def _nearest(sites: Sequence[int], at: int, *, side_first: bool) -> int:
    return min(sites, key=lambda i: (abs(i - at), (i < at) == side_first))


def _side_comes_first(parts: Sequence[Part | SideWord]) -> bool:
    return isinstance(next(p for p in parts if isinstance(p, SideWord | SitePart)), SideWord)


def _sideless(parts: Sequence[Part]) -> list[str]:
    return [
        f"{part.label} has no left and right; the side was not used."
        for part in parts
        if isinstance(part, SitePart) and part.sides and part.known and not part.has_sides
    ]
