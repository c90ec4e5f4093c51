"""An ICC profile without its free text: only what makes colour stays (ICC.1:2022, 7 to 10).

Description, copyright, maker and model are text that anybody may have written, and makers
add private tags. A profile whose texts are all well known is kept byte for byte. From any
other the colorimetric elements are taken as they are into a new profile with neutral texts.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Mapping

from .icc_lengths import length_of

_HEADER, _ENTRY, _MOST_TAGS = 128, 12, 100
_CURVES = {b"curv", b"para"}
_TABLES = {b"mft1", b"mft2", b"mAB ", b"mBA "}

_COLOUR: dict[bytes, set[bytes]] = {
    **{tag: {b"XYZ "} for tag in (b"wtpt", b"bkpt", b"rXYZ", b"gXYZ", b"bXYZ", b"lumi")},
    **{tag: _CURVES for tag in (b"rTRC", b"gTRC", b"bTRC")},
    **{tag: _TABLES for tag in (b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2")},
    b"gamt": _TABLES,
    b"chad": {b"sf32"},
    b"chrm": {b"chrm"},
    b"tech": {b"sig "},
    b"view": {b"view"},
    b"meas": {b"meas"},
    b"cicp": {b"cicp"},
}
"""Tags that stay, with the types their element may have. The list is of what stays."""

_TEXTS = frozenset({b"desc", b"cprt", b"dmnd", b"dmdd", b"vued"})
_KNOWN = re.compile(
    r"|sRGB( IEC61966-2[.-]1| built-in|_v4_ICC_preference\.icc)?|Display P3|DCI-P3( D65)?"
    r"|c2|c2ci|sP3C"
    r"|Adobe RGB \(1998\)|ProPhoto RGB|ROMM RGB|Generic RGB Profile|Rec\. ?(ITU-R BT\.)?(709|2020)"
    r"|Copyright(,? \(c\))?( \d{4})? (Hewlett-Packard Company|Apple,? Inc\.|Adobe Systems "
    r"Incorporated|Google Inc\.( \d{4})?)(,? ?\d{4})?(, all rights reserved\.)?"
    r"|Copyright Apple,? Inc\., \d{4}|Copyright \d{4} Apple Inc\., all rights reserved\."
    r"|No copyright, use freely|Public Domain|CC0|FB|RGB of the camera|Not named"
    r"|IEC http://www\.iec\.ch|IEC 61966-2\.1 Default RGB colour space - sRGB"
    r"|Reference Viewing Condition in IEC61966-2\.1"
)
"""Texts of the profiles that cameras and programs share; no other text stays."""

_DESCRIPTION, _COPYRIGHT = "RGB of the camera", "Not named"
_D50 = struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
_NO_DAY = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
_CLASSES = frozenset({b"scnr", b"mntr", b"prtr", b"spac"})

Elements = Mapping[bytes, bytes]


def cleaned(profile: bytes) -> bytes | None:
    """Return `profile` itself when it says nothing unknown, else its colours in a new one.

    None for a profile that makes no colour: its elements are missing or not what they say.
    """
    elements = _elements(profile)
    if elements is None or not _makes_colour(elements):
        return None
    if _says_nothing_unknown(profile, elements):
        return profile
    kept = {tag: value for tag, value in elements.items() if _is_colour(tag, value)}
    kept = {tag: _exactly(value) for tag, value in kept.items()}
    return assembled(profile, kept, _name(elements)) if _makes_colour(kept) else None


def assembled(header_of: bytes, elements: Elements, name: str) -> bytes:
    """Return a profile of these elements with `name`, headed like `header_of`."""
    version = header_of[8]
    text = _as_unicode if version >= 4 else _as_ascii
    description = text(name) if version >= 4 else _as_description(name)
    every = {b"desc": description, b"cprt": text(_COPYRIGHT), **elements}
    table, data = _laid_out(every)
    body = struct.pack(">I", len(every)) + table + data
    header = _header(header_of, _HEADER + len(body))
    if version >= 4:
        header = header[:84] + _profile_id(header + body) + header[100:]
    return header + body


def _profile_id(profile: bytes) -> bytes:
    """MD5 of the profile with flags, intent and the ID itself as zero (7.2.18)."""
    counted = profile[:44] + bytes(4) + profile[48:64] + bytes(4) + profile[68:84] + bytes(16)
    return hashlib.md5(counted + profile[100:], usedforsecurity=False).digest()


def _header(source: bytes, size: int) -> bytes:
    """The fields that decide colour; who made the profile, when and for what is left out."""
    intent = source[67:68] if source[67] < 4 else b"\x00"
    kind = source[8:10] + bytes(2) + source[12:24]
    who = _NO_DAY + b"acsp" + bytes(24)
    return size.to_bytes(4, "big") + bytes(4) + kind + who + bytes(3) + intent + _D50 + bytes(48)


def _laid_out(elements: Elements) -> tuple[bytes, bytes]:
    """Tag table and data; equal elements share their bytes (7.3.1)."""
    start, table, data = _HEADER + 4 + _ENTRY * len(elements), b"", b""
    offsets: dict[bytes, int] = {}
    for tag, value in elements.items():
        if value not in offsets:
            offsets[value] = start + len(data)
            data += value + bytes(-len(value) % 4)
        table += tag + struct.pack(">2I", offsets[value], len(value))
    return table, data


def _elements(profile: bytes) -> dict[bytes, bytes] | None:
    count = int.from_bytes(profile[_HEADER : _HEADER + 4], "big")
    if count > _MOST_TAGS or profile[12:16] not in _CLASSES:
        return None
    found, places = {}, set()
    for number in range(count):
        at = _HEADER + 4 + _ENTRY * number
        offset, size = struct.unpack(">2I", profile[at + 4 : at + 12].ljust(8, b"\x00"))
        if offset < _HEADER or size < 8 or offset + size > len(profile):
            return None
        # Elements are shared whole or not at all: overlapping, they would multiply (7.3.1).
        places.add((offset, size))
        if sum(size for _offset, size in places) > len(profile):
            return None
        found[profile[at : at + 4]] = profile[offset : offset + size]
    return found


def _makes_colour(elements: Iterable[bytes]) -> bool:
    matrix = {b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"}
    return matrix <= set(elements) or b"A2B0" in set(elements)


def _is_colour(tag: bytes, value: bytes) -> bool:
    return value[:4] in _COLOUR.get(tag, ()) and len(value) >= length_of(value)


def _exactly(value: bytes) -> bytes:
    return value[:4] + bytes(4) + value[8 : length_of(value)]


def _says_nothing_unknown(profile: bytes, elements: Elements) -> bool:
    """Whether every byte that is not colour is a known text, structure or zero."""
    for tag, value in elements.items():
        if tag in _TEXTS:
            if not all(_KNOWN.fullmatch(text) for text in _texts(value)):
                return False
        elif not _is_colour(tag, value) or len(value) > length_of(value):
            return False
    if any(profile[84:100]) and profile[84:100] != _profile_id(profile):
        return False
    return not any(profile[100:_HEADER]) and not any(_between(profile))


def _between(profile: bytes) -> bytes:
    """What lies in no element, header or table."""
    rest = bytearray(profile)
    count = int.from_bytes(profile[_HEADER : _HEADER + 4], "big")
    end = _HEADER + 4 + _ENTRY * count
    for at in range(_HEADER + 4, end, _ENTRY):
        offset, size = struct.unpack(">2I", profile[at + 4 : at + 12])
        rest[offset : offset + size] = bytes(size)
    rest[:end] = bytes(end)
    return bytes(rest)


def _texts(value: bytes) -> list[str]:
    """Every text of an element; one that is not read to its last byte is no known text."""
    kind, body = value[:4], value[8:]
    if kind == b"text":
        return [_latin(body)]
    if kind == b"desc":
        size = int.from_bytes(body[:4], "big")
        units = int.from_bytes(body[8 + size : 12 + size], "big")
        end = 12 + size + 2 * units
        unicode = body[12 + size : end].decode("utf-16-be", "replace").rstrip("\x00")
        # Script code: its code and count, then its text, which nobody uses (v2.4, 6.5.17).
        return [_latin(body[4 : 4 + size]), unicode, _latin(body[end + 3 :])]
    if kind == b"mluc" and body[:8] == b"\x00\x00\x00\x01\x00\x00\x00\x0c":
        return [body[20:].decode("utf-16-be", "replace").rstrip("\x00")]
    return ["unknown"]


def _latin(raw: bytes) -> str:
    return raw.rstrip(b"\x00").decode("latin-1")


def _name(elements: Elements) -> str:
    """The profile's own description where it is a known one."""
    texts = _texts(elements.get(b"desc", b""))
    known = bool(texts[0]) and all(_KNOWN.fullmatch(text) for text in texts)
    return texts[0] if known else _DESCRIPTION


def _as_ascii(text: str) -> bytes:
    return b"text" + bytes(4) + text.encode("ascii") + b"\x00"


def _as_description(text: str) -> bytes:
    raw = text.encode("ascii") + b"\x00"
    return b"desc" + bytes(4) + len(raw).to_bytes(4, "big") + raw + bytes(4 + 4 + 2 + 1 + 67)


def _as_unicode(text: str) -> bytes:
    raw = text.encode("utf-16-be")
    return b"mluc" + struct.pack(">4x2I", 1, 12) + b"enUS" + struct.pack(">2I", len(raw), 28) + raw
