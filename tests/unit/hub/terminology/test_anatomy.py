"""The graph of body sites, as the rest of the hub asks it."""

from __future__ import annotations

import re

import pytest

from hub.model import Laterality
from hub.terminology import Region, anatomy


def named(text: str) -> Region:
    return anatomy().find(text)[0]


def meanings(keys: frozenset[str]) -> set[str]:
    found = (anatomy().get(*key.split(":", 1)) for key in keys)
    return {region.code.meaning for region in found if region}


def test_a_region_is_found_by_code_name_synonym_and_plural() -> None:
    hand = anatomy().get("SCT", "85562004")
    assert hand is not None
    assert (hand.code.meaning, hand.body_part_examined, hand.paired) == ("Hand", "HAND", True)
    assert anatomy().find("Hand") == anatomy().find("HANDS") == (hand,)
    assert hand.as_anatomic_region().paired


@pytest.mark.parametrize(
    ("scheme", "value", "meaning"),
    [
        ("SRT", "T-D8700", "Hand"),
        ("SNM3", "T-D8700", "Hand"),
        ("99SDM", "T-D3000", "Chest"),
        ("SCT", "51185008", "Chest"),
    ],
)
def test_retired_and_snomed_rt_codes_are_the_code_in_use(
    scheme: str, value: str, meaning: str
) -> None:
    found = anatomy().get(scheme, value)
    assert found is not None
    assert (found.code.scheme, found.code.meaning) == ("SCT", meaning)


def test_an_unknown_code_is_none_and_an_unknown_word_finds_nothing() -> None:
    assert anatomy().get("SCT", "43825001") is None
    assert anatomy().find("gizzard") == ()
    assert anatomy().find("") == ()


def test_a_word_with_two_meanings_finds_both() -> None:
    assert {r.code.meaning for r in anatomy().find("arm")} == {"Upper limb", "Upper arm"}


def test_a_finger_is_indexed_under_all_it_is_a_part_of() -> None:
    found = meanings(anatomy().index_codes(named("index finger")))
    assert {"Index finger", "Finger", "Hand", "Upper limb", "Entire body"} <= found
    assert "Wrist" not in found


def test_a_composite_is_indexed_under_what_it_covers() -> None:
    composite = anatomy().body_part("CHESTABDPELVIS")
    assert composite is not None
    assert {"Chest", "Abdomen", "Pelvis"} <= meanings(anatomy().index_codes(composite[0]))


def test_the_graph_has_one_root_and_no_cycle() -> None:
    roots = [r.code.meaning for r in anatomy().all() if not r.parents]
    assert roots == ["Entire body", "Phantom"]
    for region in anatomy().all():
        assert region.key not in anatomy().ancestors(region.key)
        assert all(anatomy().get(*parent.split(":", 1)) for parent in region.parents)


def test_every_sct_code_passes_its_check_digit() -> None:
    times = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
    for _ in range(6):
        times.append([times[-1][times[1][i]] for i in range(10)])
    for region in anatomy().all():
        if region.code.scheme == "SCT":
            assert verhoeff(region.code.value, times) == 0, region


def verhoeff(digits: str, times: list[list[int]]) -> int:
    check = 0
    for i, digit in enumerate(reversed(digits)):
        n = times[i % 8][int(digit)]
        # Multiplication in the dihedral group of order ten.
        check = (check + n) % 5 + 5 * (n > 4) if check < 5 else 5 * (n < 5) + (check - n) % 5
    return check


@pytest.mark.parametrize(
    ("text", "meaning", "side"),
    [
        ("HAND", "Hand", None),
        ("HAND LT", "Hand", Laterality.LEFT),
        ("foot_r", "Foot", Laterality.RIGHT),
        ("KNEE BIL", "Knee", Laterality.BOTH),
        ("C-SPINE", "Cervical spine", None),
        ("THORAX", "Chest", None),
        ("CHEST PA", "Chest", None),
        ("ABD", "Abdomen", None),
        ("UPEXM", "Upper limb", None),
    ],
)
def test_body_part_examined_is_read_as_archives_have_it(
    text: str, meaning: str, side: Laterality | None
) -> None:
    found = anatomy().body_part(text)
    assert found is not None
    assert (found[0].code.meaning, found[1]) == (meaning, side)


@pytest.mark.parametrize("text", ["", "UNKNOWN", "L", "??"])
def test_a_body_part_that_names_nothing_is_none(text: str) -> None:
    assert anatomy().body_part(text) is None


def test_the_term_to_write_is_the_site_and_not_the_approach() -> None:
    assert named("heart").body_part_examined == "HEART"
    assert named("chest").body_part_examined == "CHEST"
    assert all(re.fullmatch("[A-Z0-9]{0,16}", r.body_part_examined) for r in anatomy().all())


@pytest.mark.parametrize(
    ("text", "has"),
    [("hand", True), ("face", True), ("chest", True), ("nose", False), ("spine", False)],
)
def test_a_region_has_sides_when_it_or_a_part_of_it_is_paired(text: str, has: bool) -> None:
    assert anatomy().has_sides(named(text)) is has


def test_genital_regions_are_sensitive_and_a_hand_is_not() -> None:
    assert named("penis").as_anatomic_region().sensitive
    assert not named("hand").sensitive
