"""Dates as people type them: "last week", "since March", 2026, 3/2026, 02-Nov-2026.

Days are those of the site's zone. Every reading is two dates, which the page shows.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_ALSO_NAMES = {"march", "april", "may", "june", "august"}
"""Months that are people's names too: dates only after "in" or "since", or with a year."""
_UNITS = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True)
class Span:
    """Two days, both included; None is open."""

    first: date | None = None
    last: date | None = None

    @property
    def is_one_day(self) -> bool:
        """Whether it is a full date."""
        return self.first is not None and self.first == self.last

    @property
    def label(self) -> str:
        """The two dates for people: 02-Nov-2026 to 08-Nov-2026."""
        if self.is_one_day or not self.last:
            return written(self.first) if self.is_one_day else f"since {written(self.first)}"
        return (
            f"{written(self.first)} to {written(self.last)}"
            if self.first
            else (f"until {written(self.last)}")
        )

    @property
    def value(self) -> str:
        """The two dates as `date:` reads them back: 2026-11-02..2026-11-08."""
        return f"{self.first or ''}..{self.last or ''}"


def written(day: date | None) -> str:
    """Return a date that cannot be misread: 02-Nov-2026."""
    return f"{day:%d}-{_MONTHS[day.month - 1].title()}-{day.year}" if day else ""


def read_dates(tokens: Sequence[str], today: date) -> tuple[Span, int] | None:
    """Read a time expression at the start of `tokens`; return it and how many it took."""
    low = [token.casefold().strip(",;") for token in tokens[:5]]
    for reader in (_named_day, _relative, _since, _between, _in_month, _calendar):
        found = reader(low, today)
        if found:
            return found
    return None


def read_value(text: str, today: date) -> Span | None:
    """Read the value of `date:`; also 2026-01-01..2026-02-01 with either end left out."""
    first, dots, last = text.partition("..")
    if dots:
        start, end = _whole(first, today), _whole(last, today)
        if not (start or end) or (first and not start) or (last and not end):
            return None
        return Span(start.first if start else None, end.last if end else None)
    return _whole(text, today)


def _whole(text: str, today: date) -> Span | None:
    tokens = text.split()
    found = read_dates(tokens, today) if tokens else None
    return found[0] if found and found[1] == len(tokens) else None


def _named_day(low: list[str], today: date) -> tuple[Span, int] | None:
    days = {"today": 0, "yesterday": 1}
    if low and low[0] in days:
        return _day(today - timedelta(days[low[0]])), 1
    if low[2:3] == ["ago"] and low[0].isdigit() and _unit(low[1]):
        return _day(_back(today, int(low[0]), _unit(low[1]))), 3
    return None


def _relative(low: list[str], today: date) -> tuple[Span, int] | None:
    if len(low) < 2 or low[0] not in ("past", "last", "this"):
        return None
    if low[0] != "this" and low[1].isdigit() and len(low) > 2 and _unit(low[2]):
        return Span(_back(today, int(low[1]), _unit(low[2])), today), 3
    unit = low[1]
    if unit not in ("day", "week", "month", "quarter", "year"):
        return None
    if low[0] == "past":
        return Span(_back(today, 1, unit), today), 2
    start = _start(today, unit)
    if low[0] == "this":
        return Span(start, _end(start, unit)), 2
    before = _start(start - timedelta(1), unit)
    # "Last week" runs on until now: on a Tuesday people mean yesterday too.
    return Span(before, today if unit == "week" else start - timedelta(1)), 2


def _since(low: list[str], today: date) -> tuple[Span, int] | None:
    if not low or low[0] not in ("since", "after", "until", "before"):
        return None
    found = _month_only(low[1:], today) or read_dates(low[1:], today)
    if not found:
        return None
    span, taken = found
    if low[0] in ("since", "after"):
        return Span(span.first, None), taken + 1
    edge = span.last if low[0] == "until" else span.first and span.first - timedelta(1)
    return Span(None, edge), taken + 1


def _between(low: list[str], today: date) -> tuple[Span, int] | None:
    if not low or low[0] not in ("from", "between"):
        return None
    first = _month_only(low[1:], today) or _calendar(low[1:], today)
    if not first or low[1 + first[1] :][:1] not in (["to"], ["and"], ["until"]):
        return None
    last = _calendar(low[2 + first[1] :], today)
    return (Span(first[0].first, last[0].last), 2 + first[1] + last[1]) if last else None


def _in_month(low: list[str], today: date) -> tuple[Span, int] | None:
    if low[:1] in (["in"], ["on"]):
        found = _month_only(low[1:], today) or _calendar(low[1:], today)
        return (found[0], found[1] + 1) if found else None
    return None


def _month_only(low: list[str], today: date) -> tuple[Span, int] | None:
    """Read a month without a year: the latest one that has begun."""
    month = _month(low[0]) if low else 0
    if not month or (low[1:] and re.fullmatch(r"\d{4}", low[1])):
        return None
    year = today.year - (month > today.month)
    return _month_span(year, month), 1


def _calendar(low: list[str], today: date) -> tuple[Span, int] | None:
    if not low:
        return None
    single = _full_date(low[0]) or _month_or_year(low[0], today)
    if single:
        return single, 1
    if len(low) > 2 and _month(low[1]) and low[0].isdigit() and re.fullmatch(r"\d{4}", low[2]):
        day = _date(int(low[2]), _month(low[1]), int(low[0]))
        return (_day(day), 3) if day else None
    if len(low) > 1 and _month(low[0]) and re.fullmatch(r"(19|20)\d\d", low[1]):
        return _month_span(int(low[1]), _month(low[0])), 2
    if low[0] in _MONTH_NAMES and low[0] not in _ALSO_NAMES:
        return _month_only(low, today)
    return None


def _full_date(token: str) -> Span | None:
    """Read 2026-11-02, 20261102, 02-Nov-2026, 2.11.2026, and 25/11/2026 where it is clear."""
    if m := re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)", token):
        found = _date(int(m[1]), int(m[2]), int(m[3]))
    elif (m := re.fullmatch(r"(\d{1,2})[- .]([a-z]{3,9})[- .](\d{4})", token)) and _month(m[2]):
        found = _date(int(m[3]), _month(m[2]), int(m[1]))
    elif m := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", token):
        found = _date(int(m[3]), int(m[2]), int(m[1]))
    elif m := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", token):
        found = _slashed(int(m[1]), int(m[2]), int(m[3]))
    else:
        found = None
    return _day(found) if found else None


def _slashed(a: int, b: int, year: int) -> date | None:
    """Return the date when only one order of day and month is possible, or both are equal."""
    readings = {d for d in (_date(year, b, a), _date(year, a, b)) if d}
    return readings.pop() if len(readings) == 1 else None


def _month_or_year(token: str, today: date) -> Span | None:
    if m := re.fullmatch(r"(\d{4})-(\d\d)|(\d{1,2})/(\d{4})", token):
        year, month = int(m[1] or m[4]), int(m[2] or m[3])
        return _month_span(year, month) if 1 <= month <= 12 and 1800 < year < 2200 else None
    if re.fullmatch(r"(19|20)\d\d", token) and int(token) <= today.year + 1:
        return Span(date(int(token), 1, 1), date(int(token), 12, 31))
    return None


def _month(word: str) -> int:
    if word in _MONTH_NAMES:
        return _MONTH_NAMES.index(word) + 1
    return _MONTHS.index(word) + 1 if word in _MONTHS else 0


def _unit(word: str) -> str:
    unit = word.removesuffix("s")
    return unit if unit in ("day", "week", "month", "year") else ""


def _back(day: date, number: int, unit: str) -> date:
    if unit in _UNITS:
        return day - timedelta(days=min(number * _UNITS[unit], 40_000))
    months = day.year * 12 + day.month - 1 - number * {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = max(months // 12, 1800), months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _start(day: date, unit: str) -> date:
    first_month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(day.weekday())
    return date(day.year, first_month[unit], 1)


def _end(start: date, unit: str) -> date:
    if unit in _UNITS:
        return start + timedelta(_UNITS[unit] - 1)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    return _back(start, -months, "month") - timedelta(1)


def _month_span(year: int, month: int) -> Span:
    return Span(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def _day(day: date) -> Span:
    return Span(day, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1800 < year < 2200 else None
    except ValueError:
        return None
