"""What people call the metadata segments of a JPEG file."""

from __future__ import annotations

from collections.abc import Mapping

EXIF = b"Exif\x00\x00"
ICC = b"ICC_PROFILE\x00"

_NAMES = (
    (EXIF, "Exif"),
    (ICC, "ICC profile"),
    (b"http://ns.adobe.com/xap/1.0/", "XMP"),
    (b"http://ns.adobe.com/xmp/extension/", "XMP"),
    (b"JFIF", "JFIF header"),
    (b"JFXX", "JFXX thumbnail"),
    (b"Photoshop", "IPTC"),
    (b"Adobe", "Adobe header"),
    (b"MPF\x00", "multi-picture index"),
)
_COMMENT, _APP0, _APP15 = 0xFE, 0xE0, 0xEF


def name_of(marker: int, head: bytes) -> str:
    """Return the name of a segment by how its content starts, else by its marker."""
    for start, name in _NAMES:
        if head.startswith(start):
            return name
    if marker == _COMMENT:
        return "comment"
    if _APP0 <= marker <= _APP15:
        return f"application segment {marker - _APP0}"
    return f"segment {marker:02X}"


def counted(kinds: Mapping[str, int]) -> tuple[str, ...]:
    """Return each kind once, with its number where there are several."""
    return tuple(name if number == 1 else f"{name} ({number})" for name, number in kinds.items())
