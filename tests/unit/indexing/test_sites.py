"""Which body site and side a series is indexed under."""

from __future__ import annotations

import pytest
from studies import make_series, region

from hub.model import Code, Laterality
from indexing.sites import NOT_RECORDED, SeriesSite, series_site


def site(study_description: str = "", **facts: object) -> SeriesSite:
    return series_site(make_series("1.1", **facts), study_description)


def names(found: SeriesSite) -> list[str]:
    return [r.code.meaning for r in found.regions]


def test_the_coded_region_comes_first_and_what_agrees_with_it_adds_nothing() -> None:
    found = site(anatomic_region=region("index finger"), body_part_examined="HAND")
    assert (names(found), found.flags) == (["Index finger"], ())


def test_body_part_examined_stands_in_and_gives_its_side() -> None:
    found = site(anatomic_region=None, body_part_examined="HAND RT")
    assert (names(found), found.side) == (["Hand"], "R")


def test_descriptions_stand_in_when_nothing_is_coded() -> None:
    assert names(site(anatomic_region=None, description="XR FOOT LEFT")) == ["Foot"]
    assert site(anatomic_region=None, description="XR FOOT LEFT").side == "L"
    assert names(site("CT chest", anatomic_region=None)) == ["Chest"]
    assert names(site("CT chest")) == ["Hand"]


def test_two_regions_that_disagree_both_count_and_are_flagged() -> None:
    found = site(anatomic_region=region("hand"), body_part_examined="CHEST")
    assert names(found) == ["Hand", "Chest"]
    assert found.flags == ("region-disagrees",)


def test_two_sides_that_disagree_count_as_none() -> None:
    found = site(laterality=Laterality.LEFT, description="Photo hand right")
    assert (found.side, found.flags) == (NOT_RECORDED, ("side-disagrees",))


def test_a_code_that_fixes_the_side_gives_it() -> None:
    groin = next(r for r in _fixed_left())
    assert site(anatomic_region=groin).side == "L"


def _fixed_left() -> list[Code]:
    from hub.terminology import anatomy

    return [r.code for r in anatomy().all() if r.laterality_fixed is Laterality.LEFT]


@pytest.mark.parametrize(
    ("name", "side"),
    [("hand", NOT_RECORDED), ("face", NOT_RECORDED), ("nose", Laterality.UNPAIRED)],
)
def test_a_missing_side_is_missing_only_where_there_are_sides(name: str, side: str) -> None:
    assert site(anatomic_region=region(name)).side == side


def test_a_region_the_terminology_does_not_have_is_kept_by_its_code() -> None:
    found = site("CT chest", anatomic_region=Code("99LOCAL", "X1", "Gizzard"))
    assert (found.regions, found.unknown_code) == ((), "99LOCAL:X1")
