"""Counts beside the results: which values there are, in words, and how many of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.model import Laterality
from hub.terminology import anatomy, departments, modalities
from indexing.fields import FACETS, NOT_RECORDED
from search.clauses import SIDE_LABELS
from search.engine import SearchEngine
from search.query import Node, OneOf, both


def name_of(field: str) -> str:
    """Return a facet's name in JSON and in URLs: `bodySite` for the field `body_site`."""
    first, *rest = field.split("_")
    return first + "".join(word.capitalize() for word in rest)


HEADINGS = {name_of(f.name): f.facet for f in FACETS}
"""Every facet's heading, in the order they stand beside the results."""
_FIELD_OF = {name_of(f.name): f.name for f in FACETS}


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value that can be clicked."""

    value: str
    label: str
    count: int


Filters = Mapping[str, Sequence[str]]


def chosen(filters: Filters, *, but: str = "") -> Node:
    """Return the condition of the clicked values: any within a facet, all between them."""
    return both(
        OneOf(field, frozenset(values))
        for name, values in filters.items()
        if values and (field := _FIELD_OF.get(name, "")) and field != but
    )


def counted(engine: SearchEngine, node: Node, filters: Filters) -> dict[str, list[FacetValue]]:
    """Count every facet of `node`; a facet's own clicks do not narrow its values."""
    clicked = [_FIELD_OF[name] for name, values in filters.items() if values and name in _FIELD_OF]
    rest = [f.name for f in FACETS if f.name not in clicked]
    found = engine.facets(both([node, chosen(filters)]), rest)
    for field in clicked:
        found |= engine.facets(both([node, chosen(filters, but=field)]), [field])
    return {
        name_of(f.name): [
            FacetValue(value, label(f.name, value), count) for value, count in found[f.name]
        ]
        for f in FACETS
    }


def label(field: str, value: str) -> str:
    """Return the words for a value of a facet."""
    if field == "modality":
        return modalities().name(value)
    if field == "department":
        return departments().resolve(value).name
    if field == "body_site":
        region = anatomy().get(*value.split(":", 1)) if ":" in value else None
        return region.code.meaning if region else value
    if field == "side":
        return "Not recorded" if value == NOT_RECORDED else SIDE_LABELS[Laterality(value)]
    return value
