"""What an Exif block says, by an allow-list (PS3.17 Annex NNNN): exposure, time, camera.

Positions, owners, comments and maker notes are not on the list; of the satellites only
their time is asked, where the camera names no offset. Serial numbers are read and kept
apart, because a site's policy decides on them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from .exif_tags import Tags, read
from .exposure import exposure_of

_TIMES = ((0x9003, 0x9291, 0x9011), (0x9004, 0x9292, 0x9012), (0x0132, 0x9290, 0x9010))
"""Tags of time, fraction and offset: when it was taken, digitized, and the file written."""
_OFFSET = re.compile(r"([+-])([01][0-9]):([0-5][0-9])")
_QUARTER, _SLOW_FIX = timedelta(minutes=15), timedelta(minutes=3)


@dataclass(frozen=True)
class ExifFacts:
    """The facts of one Exif block; everything is empty where it says nothing usable."""

    readable: bool = True
    orientation: int = 1
    manufacturer: str = ""
    model: str = ""
    software: str = ""
    serial: str = ""
    lens_serial: str = ""
    taken_at: datetime | None = None
    """Naive when the block names no offset."""
    color_space: str = ""
    exposure: Mapping[str, object] = field(default_factory=dict)


def facts_of(block: bytes) -> ExifFacts:
    """Read a TIFF-structured Exif block; one that cannot be read gives `readable=False`."""
    if not block:
        return ExifFacts()
    tags = read(block)
    return ExifFacts(readable=False) if tags is None else _facts(tags)


def _facts(tags: Tags) -> ExifFacts:
    orientation = tags.integer(0x0112) or 1
    return ExifFacts(
        orientation=orientation if 1 <= orientation <= 8 else 1,
        manufacturer=tags.name(0x010F),
        model=tags.name(0x0110),
        software=tags.name(0x0131),
        serial=tags.text(0xA431),
        lens_serial=tags.text(0xA435),
        taken_at=_taken_at(tags),
        color_space=_color_space(tags),
        exposure=exposure_of(tags),
    )


def _color_space(tags: Tags) -> str:
    """SRGB or ADOBERGB (PS3.3 C.11.15.1.2.1), only where Exif is sure of it."""
    value = tags.integer(0xA001)
    if value == 1:
        return "SRGB"
    adobe_rgb = value == 0xFFFF and tags.interoperability == "R03"
    return "ADOBERGB" if adobe_rgb else ""


def _taken_at(tags: Tags) -> datetime | None:
    for moment, fraction, offset in _TIMES:
        parsed = _moment(tags.text(moment), tags.text(fraction))
        if parsed is not None:
            zone = _offset(tags.text(offset)) or _offset_of_camera(tags) or _by_gps(tags, parsed)
            return parsed.replace(tzinfo=zone)
    return None


def _moment(text: str, fraction: str) -> datetime | None:
    try:
        moment = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    digits = fraction if fraction.isascii() and fraction.isdigit() else "0"
    return moment.replace(microsecond=int(digits[:6].ljust(6, "0")))


def _offset(text: str) -> timezone | None:
    """The zone of an OffsetTime value such as `+03:00`, or None."""
    if text == "Z":
        return UTC
    parts = _OFFSET.fullmatch(text)
    if parts is None:
        return None
    minutes = int(parts[2]) * 60 + int(parts[3])
    return _zone(minutes if parts[1] == "+" else -minutes)


def _offset_of_camera(tags: Tags) -> timezone | None:
    """TimeZoneOffset of TIFF/EP: hours of the camera's clock from UTC (PS3.17 Annex NNNN)."""
    hours = tags.integer(0x882A)
    return None if hours is None else _zone(hours * 60)


def _by_gps(tags: Tags, moment: datetime) -> timezone | None:
    """What the camera's clock differs from the satellites', in quarters of an hour.

    None where the rest is more than a slow fix explains: then one of them is wrong.
    """
    utc = tags.utc()
    if utc is None:
        return None
    apart = moment - utc
    quarters = round(apart / _QUARTER)
    return _zone(quarters * 15) if abs(apart - quarters * _QUARTER) <= _SLOW_FIX else None


def _zone(minutes: int) -> timezone | None:
    """An offset that exists on earth, and that DICOM can say (PS3.3 C.12.1.1.8)."""
    return timezone(timedelta(minutes=minutes)) if -12 * 60 <= minutes <= 14 * 60 else None
