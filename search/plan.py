"""From a reading to the queries that are run: one for each tier, with reasons and chips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from search.clauses import Chip, Clause, Imaging, Reading, SitePart, Word
from search.explain import chips, reasons
from search.places import combined, place
from search.query import Node, Not, both, either
from search.words import Count, resolved


class Tier(StrEnum):
    """How well an item answers the body site and side that were asked for."""

    MATCH = "match"
    SIDE_NOT_RECORDED = "sideNotRecorded"
    LESS_SPECIFIC = "lessSpecific"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to run and what to say."""

    tiers: tuple[tuple[Tier, Node], ...]
    """Without overlap, in the order they are shown."""
    reasons: tuple[tuple[str, Node], ...] = ()
    chips: tuple[Chip, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def match(self) -> Node:
        """The condition of the first tier."""
        return self.tiers[0][1]


def plan(reading: Reading, count: Count, *, sure: bool = False) -> Plan:
    """Make the plan; `count` tells whether a word is found, within what the person may see.

    With `sure` every word is taken to occur as written, which the total then shows.
    """
    clauses, said = _resolved(reading, (lambda _: 1) if sure else count)
    imaging = [p for p in reading.parts if isinstance(p, Imaging) and not p.negated]
    modalities = frozenset[str]().union(*(i.modalities for i in imaging))
    sites = [p for p in reading.parts if isinstance(p, SitePart) and not p.negated]
    places = [(site, place(site, reading.sides, modalities)) for site in sites]
    others = [*_positive(clauses), *_excluded(reading, clauses)]
    if not places and (modalities or reading.sides):
        whole = place(None, reading.sides, modalities)
        tiers = _tiers(others, [whole.up_to(level) for level in range(3)])
    else:
        tiers = _tiers(others, [combined(places, level) for level in range(3)] if places else [])
    return Plan(
        tiers,
        tuple(reasons(reading, imaging, places, clauses)),
        tuple(chips(reading, clauses, count)),
        (*reading.notices, *said),
    )


def _tiers(others: list[Node], levels: list[Node]) -> tuple[tuple[Tier, Node], ...]:
    if not levels:
        return ((Tier.MATCH, both(others)),)
    found = [(Tier.MATCH, both([*others, levels[0]]))]
    for tier, below, level in zip(list(Tier)[1:], levels, levels[1:], strict=False):
        if level != below:
            found.append((tier, both([*others, level, Not(below)])))
    return tuple(found)


def _positive(clauses: Sequence[Clause]) -> list[Node]:
    """Return the conditions of the clauses: OR within one field, AND between fields."""
    by_field: dict[str, list[Node]] = {}
    for clause in clauses:
        if not clause.negated:
            field = clause.chips[0].field
            # Two words are two conditions, two departments are a choice.
            key = field if field in ("dept", "mrn", "acc", "visit") else str(len(by_field))
            by_field.setdefault(key, []).append(clause.node)
    return [either(nodes) for nodes in by_field.values()]


def _excluded(reading: Reading, clauses: Sequence[Clause]) -> list[Node]:
    nodes = [Not(c.node) for c in clauses if c.negated]
    for part in reading.parts:
        if isinstance(part, SitePart) and part.negated:
            nodes.append(Not(place(part, (), frozenset()).match))
        elif isinstance(part, Imaging) and part.negated:
            nodes.append(Not(place(None, (), part.modalities).match))
    return list(nodes)


def _resolved(reading: Reading, count: Count) -> tuple[list[Clause], list[str]]:
    clauses: list[Clause] = []
    notices: list[str] = []
    for part in reading.parts:
        if isinstance(part, Clause):
            clauses.append(part)
        elif isinstance(part, Word):
            clause, notice = resolved(part, count)
            clauses.append(clause)
            notices += [notice] if notice else []
    return clauses, notices
