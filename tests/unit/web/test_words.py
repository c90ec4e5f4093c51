"""Facts in the words of clinical screens."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from hub.model import Code, Laterality
from web import words

TODAY = date(2026, 11, 22)
HAND = Code("SCT", "85562004", "Hand")


def test_dates_do_not_depend_on_the_region():
    assert words.clinical_date(date(2026, 3, 5)) == "05-Mar-2026"
    assert words.long_date(date(2026, 3, 5)) == "5 March 2026"
    assert words.clinical_time(datetime(2026, 3, 5, 7, 4, 59)) == "07:04"


@pytest.mark.parametrize(
    ("birth_date", "said"),
    [
        ("1945-07-14", "14-Jul-1945"),
        ("1945-07", "Jul-1945"),
        ("1945", "1945"),
        ("", "Not known"),
        ("1945-13-40", "1945-13-40"),
    ],
)
def test_a_birth_date_is_as_exact_as_it_is_known(birth_date: str, said: str):
    assert words.born(birth_date) == said


@pytest.mark.parametrize(
    ("birth_date", "said"),
    [
        ("2026-11-22", "0d"),
        ("2026-11-02", "20d"),
        ("2026-09-20", "9w"),
        ("2026-09-19", "9w 1d"),
        ("2021-09-20", "5y 2m"),
        ("2008-11-23", "17y 11m"),
        ("2008-11-22", "18y"),
        ("1945-11-23", "80y"),
        ("1944-02-29", "82y"),
        ("1945", ""),
        ("1945-07", ""),
        ("", ""),
        ("2026-11-23", ""),
        ("1945-02-30", ""),
    ],
)
def test_ages_have_their_unit_and_two_for_children(birth_date: str, said: str):
    assert words.age(birth_date, TODAY) == said


@pytest.mark.parametrize(
    ("pn", "said"),
    [
        ("Okafor^Grace^^Mrs", "OKAFOR, Grace (Mrs)"),
        ("OKAFOR^GRACE^ADA", "OKAFOR, Grace Ada"),
        ("McKenzie^LeRoy^^Dr^Jr", "MCKENZIE, LeRoy, Jr (Dr)"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "YAMADA, Tarou"),
        ("Okafor", "OKAFOR"),
        ("^Grace", "Grace"),
        ("", ""),
        ("^^^Mrs", ""),
    ],
)
def test_names_lead_with_the_family(pn: str, said: str):
    assert words.name_of(pn) == said


def test_the_name_in_its_own_script_stands_beside():
    assert words.ideographic_name("Yamada^Tarou=山田^太郎") == "山田 太郎"
    assert words.ideographic_name("Okafor^Grace") == ""


@pytest.mark.parametrize(
    ("region", "side", "fallback", "said"),
    [
        (HAND, Laterality.LEFT, "", "Left hand"),
        (HAND, Laterality.BOTH, "", "Hand, both sides"),
        (HAND, Laterality.UNPAIRED, "", "Hand"),
        (HAND, None, "", "Hand"),
        (None, Laterality.RIGHT, "LOWER_LEG", "Right lower leg"),
        (None, None, "", ""),
        (None, Laterality.LEFT, "", ""),
    ],
)
def test_side_and_site_are_one_phrase(region, side, fallback, said):
    assert words.body_site(region, side, fallback) == said


def test_a_study_time_with_its_offset_is_a_moment():
    moment = words.moment_of(TODAY, "013000.5", "+0100")

    assert moment == datetime(2026, 11, 22, 1, 30, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("day", "tm", "offset"),
    [(None, "0130", "+0100"), (TODAY, "2560", "+0100"), (TODAY, "01", "+0100")]
    + [(TODAY, "0130", bad) for bad in ("", "Z", "+1", "+9900", "0100")],
)
def test_what_cannot_be_a_moment_is_none(day, tm, offset):
    assert words.moment_of(day, tm, offset) is None


def test_modalities_are_called_what_people_call_them():
    assert words.kind("XC") == "Photo"
    assert words.kind("ZZ") == "ZZ"


def test_counts_agree_with_their_noun():
    assert words.count(1, "study", "studies") == "1 study"
    assert words.count(1204, "study", "studies") == "1,204 studies"
