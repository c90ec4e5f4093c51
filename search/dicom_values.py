"""Values of DICOM matching keys: ranges of DA and TM, Person Names (PS3.4 C.2.2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from hub.errors import InvalidRequest
from hub.text import fold, fold_umlauts
from search.query import Node, OneOf, Prefix, Range, Wildcard, both, either

Span = tuple[int | None, int | None]
_DAY = 1_000_000
_LAST_SECOND = 235_959


def day_span(value: str) -> Span:
    """Read a DA or a range of DA as numbers. Raises InvalidRequest."""
    first, last = _ends(value)
    return (_day(first) if first else None), (_day(last) if last else None)


def clock_span(value: str) -> Span:
    """Read a TM or a range of TM as HHMMSS; 10 spans 10:00:00 to 10:59:59."""
    first, last = _ends(value)
    return (_clock(first, "0") if first else None), (_clock(last, "9") if last else None)


def _ends(value: str) -> tuple[str, str]:
    first, dash, last = value.partition("-")
    if not first and not last:
        raise InvalidRequest("A range needs a first or a last value.")
    return (first.strip(), last.strip()) if dash else (value, value)


def _day(text: str) -> int:
    try:
        if not re.fullmatch(r"\d{8}", text):
            raise ValueError
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise InvalidRequest("A date is written YYYYMMDD.") from None
    return int(text)


def _clock(text: str, fill: str) -> int:
    found = re.fullmatch(r"([01]\d|2[0-3])([0-5]\d)?([0-5]\d)?(\.\d{1,6})?", text.replace(":", ""))
    if not found or (found[4] and not found[3]):
        raise InvalidRequest("A time is written HHMMSS.")
    rest = "00" if fill == "0" else "59"
    return int(found[1] + (found[2] or rest) + (found[3] or rest))


@dataclass(frozen=True, slots=True)
class Times:
    """Study Date and Study Time, which are one range when both are given (C.2.2.2.5)."""

    days: Span | None = None
    clock: Span | None = None

    def with_value(self, keyword: str, value: str) -> Times:
        """Return these with the value of StudyDate or StudyTime read."""
        if keyword == "StudyDate":
            return replace(self, days=day_span(value))
        return replace(self, clock=clock_span(value))

    def nodes(self) -> list[Node]:
        """Return the conditions."""
        if self.days and self.clock:
            return [Range("moment", _moment(self.days[0], self.clock[0], 0), self._until())]
        if self.days:
            return [Range("study_date", *self.days)]
        return [Range("study_time", *self.clock)] if self.clock else []

    def _until(self) -> int | None:
        if not (self.days and self.clock):
            return None
        return _moment(self.days[1], self.clock[1], _LAST_SECOND)


def _moment(day: int | None, clock: int | None, otherwise: int) -> int | None:
    if day is None:
        return None
    return day * _DAY + (otherwise if clock is None else clock)


def person_name(field: str, value: str) -> Node:
    """Match a PN without case and accents; components left out at the end match anything.

    A group (alphabetic=ideographic=phonetic) of the value matches any group of the name.
    """
    groups = [group for group in value.split("=") if group.strip("^ ")]
    return both(
        either(_group(field, folding(group)) for folding in (fold, fold_umlauts))
        for group in groups
    )


def _group(field: str, group: str) -> Node:
    name = "^".join(" ".join(part.split()) for part in group.split("^")).rstrip("^")
    if "*" in name or "?" in name:
        return either([Wildcard(field, name), Wildcard(field, f"{name}^*")])
    return either([OneOf(field, frozenset({name})), Prefix(field, f"{name}^")])
