"""Body site, side and kind of imaging as one condition on one series, in three levels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from hub.model import Laterality
from hub.terminology import anatomy
from indexing.fields import NOT_RECORDED, place_term
from search.clauses import SIDE_LABELS, SitePart
from search.query import NOTHING, Node, OneOf, both, either

_ANY = frozenset("*")


@dataclass(frozen=True, slots=True)
class Place:
    """The three levels of one place; each is searched without the ones before it."""

    match: Node
    side_not_recorded: Node = NOTHING
    less_specific: Node = NOTHING

    def up_to(self, level: int) -> Node:
        """Return the condition of the first `level` + 1 levels together."""
        return either((self.match, self.side_not_recorded, self.less_specific)[: level + 1])


def place(site: SitePart | None, sides: Iterable[Laterality], modalities: frozenset[str]) -> Place:
    """Return the levels of `site` on `sides` by `modalities`; any that is not given is any.

    Asked for the left, left and both match; no side recorded is the second level, and
    the right is in none. A site without sides only keeps the wrong side out.
    """
    regions = frozenset(site.regions) if site else _ANY
    wanted = modalities or _ANY
    asked = frozenset(sides) | (site.sides if site else frozenset())
    on, open_ = _sides(site, asked)
    return Place(
        _terms("place", wanted, regions, on),
        _terms("place", wanted, regions, open_),
        _terms("own_place", wanted, _above(regions), on | open_),
    )


def label(site: SitePart, sides: frozenset[Laterality]) -> str:
    """Return the site with its side in words: Hand, left."""
    named = ", ".join(SIDE_LABELS[side].lower() for side in sorted(sides))
    return f"{site.label}, {named}" if named and site.has_sides else site.label


def _sides(
    site: SitePart | None, asked: frozenset[Laterality]
) -> tuple[frozenset[str], frozenset[str]]:
    if not asked:
        return _ANY, frozenset()
    on = frozenset(str(side) for side in asked | {Laterality.BOTH})
    unrecorded = frozenset({NOT_RECORDED, str(Laterality.UNPAIRED)} if site else {NOT_RECORDED})
    if site and site.known and not site.has_sides:
        return on | unrecorded, frozenset()
    return on, unrecorded


@lru_cache(maxsize=512)
def _above(regions: frozenset[str]) -> frozenset[str]:
    """Return what the regions are parts of: a wrist film coded as "extremity" may be meant."""
    return frozenset[str]().union(*(anatomy().ancestors(key) for key in regions)) - regions


def _terms(field: str, *choices: frozenset[str]) -> Node:
    modalities, regions, sides = choices
    values = frozenset(place_term(m, r, s) for m in modalities for r in regions for s in sides)
    return OneOf(field, values) if values else NOTHING


def combined(places: Iterable[tuple[SitePart, Place]], level: int) -> Node:
    """Return several places at one level: any of them, all of those joined by "and"."""
    groups: list[list[Node]] = []
    for site, levels in places:
        if site.joined and groups:
            groups[-1].append(levels.up_to(level))
        else:
            groups.append([levels.up_to(level)])
    return either(both(group) for group in groups)
