"""Facets follow from the one list of fields."""

from __future__ import annotations

import pytest

from indexing.fields import FIELDS
from search import facets


@pytest.mark.parametrize(
    ("field", "name"),
    [("body_site", "bodySite"), ("modality", "modality"), ("a_b_c", "aBC")],
)
def test_a_facet_is_named_in_camel_case(field: str, name: str):
    assert facets.name_of(field) == name


def test_every_field_with_a_heading_is_beside_the_results_in_the_order_of_the_list():
    with_heading = [(f.name, f.facet) for f in FIELDS if f.facet]

    assert list(facets.HEADINGS.items()) == [(facets.name_of(n), h) for n, h in with_heading]
    assert list(facets.HEADINGS)[:2] == ["modality", "bodySite"]
