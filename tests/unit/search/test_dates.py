"""Dates as people type them, on Friday 20 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from search.dates import read_dates, read_value

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("today", "20-Nov-2026"),
        ("yesterday", "19-Nov-2026"),
        ("3 days ago", "17-Nov-2026"),
        ("last week", "09-Nov-2026 to 20-Nov-2026"),
        ("this week", "16-Nov-2026 to 22-Nov-2026"),
        ("past week", "13-Nov-2026 to 20-Nov-2026"),
        ("past 2 weeks", "06-Nov-2026 to 20-Nov-2026"),
        ("last 3 months", "20-Aug-2026 to 20-Nov-2026"),
        ("last month", "01-Oct-2026 to 31-Oct-2026"),
        ("this month", "01-Nov-2026 to 30-Nov-2026"),
        ("last quarter", "01-Jul-2026 to 30-Sep-2026"),
        ("last year", "01-Jan-2025 to 31-Dec-2025"),
        ("since March", "since 01-Mar-2026"),
        ("since 2026-01-05", "since 05-Jan-2026"),
        ("before 2026-05-01", "until 30-Apr-2026"),
        ("until December", "until 31-Dec-2025"),
        ("in May", "01-May-2026 to 31-May-2026"),
        ("October", "01-Oct-2026 to 31-Oct-2026"),
        ("Dec 2025", "01-Dec-2025 to 31-Dec-2025"),
        ("2026", "01-Jan-2026 to 31-Dec-2026"),
        ("3/2026", "01-Mar-2026 to 31-Mar-2026"),
        ("2026-02", "01-Feb-2026 to 28-Feb-2026"),
        ("2026-11-02", "02-Nov-2026"),
        ("20261102", "02-Nov-2026"),
        ("02-Nov-2026", "02-Nov-2026"),
        ("2 Nov 2026", "02-Nov-2026"),
        ("2.11.2026", "02-Nov-2026"),
        ("25/11/2025", "25-Nov-2025"),
        ("from 2026-01 to 2026-03", "01-Jan-2026 to 31-Mar-2026"),
        ("between March and June 2026", "01-Mar-2026 to 30-Jun-2026"),
    ],
)
def test_a_time_is_read_as_two_dates(text: str, label: str) -> None:
    found = read_dates(text.split(), TODAY)
    assert found is not None
    assert (found[0].label, found[1]) == (label, len(text.split()))


@pytest.mark.parametrize(
    "text",
    ["may", "june", "3/4/2026", "2026-02-30", "99999999", "last resort", "hand", "1234", "in"],
)
def test_what_is_no_clear_date_is_left_to_the_words(text: str) -> None:
    assert read_dates(text.split(), TODAY) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-02..2026-11-08", "2026-11-02..2026-11-08"),
        ("2026-11-02..", "2026-11-02.."),
        ("..2026", "..2026-12-31"),
        ("last week", "2026-11-09..2026-11-20"),
    ],
)
def test_the_value_of_a_date_field_is_read_back(text: str, value: str) -> None:
    found = read_value(text, TODAY)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize("text", ["..", "x..y", "2026-11-02..y", "hand", "2026 hand"])
def test_half_read_values_are_refused(text: str) -> None:
    assert read_value(text, TODAY) is None


def test_the_last_day_of_a_long_month_rolls_back_to_a_short_one() -> None:
    found = read_dates(["past", "month"], date(2026, 3, 31))
    assert found is not None
    assert found[0].label == "28-Feb-2026 to 31-Mar-2026"
