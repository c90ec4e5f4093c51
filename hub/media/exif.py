"""What an Exif block says, by an allow-list (PS3.17 Annex NNNN): exposure, time, camera.

Positions, owners, comments and maker notes are not on the list. Serial numbers are
read and kept apart, because a site's policy decides on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from .exif_tags import Tags, read
from .exposure import exposure_of


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
    for moment, fraction, offset in ((0x9003, 0x9291, 0x9011), (0x0132, 0x9290, 0x9010)):
        parsed = _moment(tags.text(moment), tags.text(fraction))
        if parsed is not None:
            return parsed.replace(tzinfo=_offset(tags.text(offset)))
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
    try:
        sign = {"+": 1, "-": -1}[text[0]]
        minutes = int(text[1:3]) * 60 + int(text[4:6])
    except (ValueError, KeyError, IndexError):
        return None
    return timezone(sign * timedelta(minutes=minutes)) if minutes <= 14 * 60 else None
