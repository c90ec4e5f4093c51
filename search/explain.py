"""What is shown of a query: chips of how it was understood, reasons of why an item is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from search.clauses import SIDE_LABELS, Chip, Clause, Imaging, Reading, SitePart
from search.places import Place, label, place
from search.query import Everything, Node, Not, both, equals
from search.words import Count

Reason = tuple[str, Node]


def chips(reading: Reading, clauses: Sequence[Clause], count: Count) -> list[Chip]:
    """Return one chip for each thing that was understood."""
    return [*_place_chips(reading, count), *(chip for c in clauses for chip in _chips(c))]


def reasons(
    reading: Reading,
    imaging: Sequence[Imaging],
    places: Sequence[tuple[SitePart, Place]],
    clauses: Sequence[Clause],
) -> list[Reason]:
    """Return in words each condition that an item may have met, to be asked of the engine."""
    return [*_place_reasons(imaging, places, reading), *_clause_reasons(clauses)]


def _chips(clause: Clause) -> list[Chip]:
    return [_negated(chip) if clause.negated else chip for chip in clause.chips]


def _negated(chip: Chip) -> Chip:
    return replace(chip, field=f"-{chip.field}", label=f"Not: {chip.label}")


def _place_chips(reading: Reading, count: Count) -> list[Chip]:
    chips: list[Chip] = []
    for part in reading.parts:
        if isinstance(part, SitePart):
            chip = Chip("body", "|".join(part.regions), part.label, _as_name(part, count))
            chips.append(_negated(chip) if part.negated else chip)
            chips += [Chip("side", str(s), SIDE_LABELS[s]) for s in sorted(part.sides)]
        elif isinstance(part, Imaging):
            chip = Chip("mod", "|".join(sorted(part.modalities)), part.label)
            chips.append(_negated(chip) if part.negated else chip)
    return chips + [Chip("side", str(side), SIDE_LABELS[side]) for side in sorted(reading.sides)]


def _as_name(site: SitePart, count: Count) -> str:
    """Return the other reading of a body site that somebody is called, else nothing."""
    typed = site.typed
    return f"name:{typed}" if typed.isalpha() and count(equals("name", typed.casefold())) else ""


def _place_reasons(
    imaging: Sequence[Imaging], places: Sequence[tuple[SitePart, Place]], reading: Reading
) -> list[tuple[str, Node]]:
    reasons = [(i.label, place(None, (), i.modalities).match) for i in imaging]
    for site, levels in places:
        reasons.append((label(site, site.sides | reading.sides), levels.match))
        reasons.append(
            (f"{site.label}, side not recorded", both([levels.up_to(1), Not(levels.match)]))
        )
        reasons.append(
            (f"less specific than {site.label}", both([levels.up_to(2), Not(levels.up_to(1))]))
        )
    return reasons


def _clause_reasons(clauses: Sequence[Clause]) -> list[tuple[str, Node]]:
    return [
        reason
        for clause in clauses
        if not clause.negated
        for reason in clause.reasons or ((clause.chips[0].label, Everything()),)
    ]
