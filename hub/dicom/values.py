"""Text and times as DICOM values that fit their VR (PS3.5 6.2), never invalid ones.

Descriptions and names are cut where they are too long; identifiers never are, because
a part of an identifier is another one.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

from hub.errors import InvalidRequest, NotStorable

_LONGEST = {"LO": 64, "SH": 16, "CS": 16, "ST": 1024}
_LONGEST_DS = 16
_MAX_NOTE = 10_240
_MAX_NAME_GROUP = 64


def words(text: str, vr: str = "LO") -> str:
    """Return one line of `text` that fits `vr`, cut where it is too long.

    A backslash would part the value in two, so it becomes a slash.
    """
    line = " ".join(_printable(text).replace("\\", "/").split())
    return line[: _LONGEST[vr]].rstrip()


def identifier(text: str, vr: str = "LO") -> str:
    """Return `text` whole. Raises NotStorable when it cannot be written in `vr`."""
    if not identifies(text, vr):
        raise NotStorable("An identifier is too long or has characters that DICOM cannot hold.")
    return text


def identifies(text: str, vr: str) -> bool:
    """Whether `text` can be written whole in `vr`."""
    return len(text) <= _LONGEST[vr] and "\\" not in text and _printable(text) == text


def note(text: str) -> str:
    """Return a note for LT, line breaks kept. Raises InvalidRequest when it does not fit."""
    kept = "".join(c for c in text if c.isprintable() or c in "\r\n\t")
    if len(kept) > _MAX_NOTE:
        raise InvalidRequest(f"The note is longer than {_MAX_NOTE} characters.")
    return kept


def person_name(text: str) -> str:
    """Return a PN: up to three groups of five components, each group cut at 64 characters."""
    groups = _printable(text).replace("\\", "/").split("=")[:3]
    fitted = ("^".join(group.split("^")[:5])[:_MAX_NAME_GROUP] for group in groups)
    return "=".join(fitted).rstrip("=")


def decimal(number: float) -> str:
    """Return a DS (at most 16 characters, PS3.5 6.2) with up to six decimals.

    Raises NotStorable for a number that has no such form.
    """
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    if len(text) > _LONGEST_DS or not math.isfinite(number):
        raise NotStorable("A number is too large for DICOM.")
    return text


def birth_date(text: str) -> str:
    """Return DA of `YYYY-MM-DD`; empty for a year or month alone, which DA cannot say."""
    return text.replace("-", "") if len(text) == 10 else ""


def offset_of(moment: datetime) -> timezone:
    """Return the offset of an aware time, in whole minutes as DICOM writes it."""
    offset = moment.utcoffset() or timedelta()
    return timezone(timedelta(minutes=round(offset.total_seconds() / 60)))


def timezone_offset(moment: datetime) -> str:
    """Return Timezone Offset From UTC (0008,0201), `&ZZXX`; UTC is `+0000`, never `-0000`."""
    return moment.strftime("%z")[:5]


def da(moment: datetime) -> str:
    """Return the date as DA."""
    return moment.strftime("%Y%m%d")


def tm(moment: datetime) -> str:
    """Return the time as TM, with microseconds only where there are some."""
    return moment.strftime("%H%M%S.%f" if moment.microsecond else "%H%M%S")


def dt(moment: datetime) -> str:
    """Return date, time and offset as DT."""
    return da(moment) + tm(moment) + timezone_offset(moment)


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
