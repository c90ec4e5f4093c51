"""What an MP4, MOV or 3GP file says of its tracks (ISO/IEC 14496-12, QuickTime File Format).

Only `moov` is read into memory; samples stay in the file. Nothing here opens another file:
one that refers to others is refused.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.slices import HasDescriptor

from .boxes import Malformed, children, inside, top_level

MAX_MOOV = 64 * 1024 * 1024
MAX_TRACKS = 32

_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
_FIRST_PLAUSIBLE = datetime(2000, 1, 1, tzinfo=UTC)
_ELSEWHERE = frozenset({b"rmra", b"rdrf", b"cmov"})
"""QuickTime's references to other movies, and its compressed `moov` that could hide them."""
_LONGEST_EDITS = 1 << 62
_IDENTITY = (0x10000, 0, 0, 0x10000)
_ROTATIONS = {
    _IDENTITY: 0,
    (0, 0x10000, -0x10000, 0): 90,
    (-0x10000, 0, 0, -0x10000): 180,
    (0, -0x10000, 0x10000, 0): 270,
}


class RefersElsewhere(Malformed):
    """The file keeps some of its media in other files."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One entry of an edit list; `media_time` is -1 for an empty edit."""

    duration: int
    """In the movie's timescale."""
    media_time: int
    """In the track's timescale."""


@dataclass(frozen=True, slots=True)
class Track:
    """One track of a movie with its sample table, not yet expanded."""

    handler: bytes
    enabled: bool
    rotation: int | None
    """Degrees clockwise; None for any other matrix."""
    timescale: int
    edits: tuple[Edit, ...]
    tables: dict[bytes, memoryview]
    """Content of each box of `stbl`."""

    @property
    def entries(self) -> list[tuple[bytes, memoryview]]:
        """Format and content of each sample description."""
        data = self.tables.get(b"stsd", memoryview(b""))
        return [(b.type, data[b.start : b.end]) for b in inside(data, 8)]


@dataclass(frozen=True, slots=True)
class Movie:
    """The tracks of a file, and what else is known of it."""

    timescale: int
    tracks: tuple[Track, ...]
    is_fragmented: bool
    """Its samples are described by `moof` boxes, not by `moov`."""
    created_at: datetime | None
    dropped: tuple[str, ...]
    """Boxes with metadata, by name."""


def read(file: HasDescriptor) -> Movie:
    """Read the movie's description. Raises Malformed, RefersElsewhere."""
    size = os.fstat(file.fileno()).st_size
    found = list(top_level(file, size))
    moov = next((b for b in found if b.type == b"moov"), None)
    if moov is None or moov.end - moov.start > MAX_MOOV:
        raise Malformed("it has no description of its tracks")
    data = memoryview(os.pread(file.fileno(), moov.end - moov.start, moov.start))
    inner = list(inside(data))
    types = {b.type for b in inner}
    if types & _ELSEWHERE:
        raise RefersElsewhere("it refers to other files")
    timescale, created = _movie_header(children(data).get(b"mvhd"))
    traks = [data[b.start : b.end] for b in inner if b.type == b"trak"]
    if len(traks) > MAX_TRACKS:
        raise Malformed("it has too many tracks")
    others = {b.type for b in found} | types
    dropped = sorted(_name(t) for t in others & {b"udta", b"meta", b"uuid", b"free", b"skip"})
    if found[-1].end < size:
        dropped.append("bytes after the end")
    return Movie(
        timescale,
        tuple(_track(trak) for trak in traks),
        b"mvex" in types or any(b.type == b"moof" for b in found),
        created,
        tuple(dropped),
    )


def numbers(data: memoryview, form: str, position: int) -> tuple[int, ...]:
    """Unpack `form` at a position. Raises Malformed where the box is too short."""
    try:
        return struct.unpack_from(">" + form, data, position)
    except struct.error as exc:
        raise Malformed("a box is too short") from exc


def required(boxes: dict[bytes, memoryview], type_: bytes) -> memoryview:
    """Return a box's content. Raises Malformed where it is missing."""
    if type_ not in boxes:
        raise Malformed(f"it has no {_name(type_)}")
    return boxes[type_]


def _name(type_: bytes) -> str:
    return type_.decode("latin-1")


def _movie_header(data: memoryview | None) -> tuple[int, datetime | None]:
    if data is None:
        raise Malformed("it has no mvhd")
    (version,) = numbers(data, "B", 0)
    created, _modified, timescale = numbers(data, "QQI" if version == 1 else "III", 4)
    if not timescale:
        raise Malformed("its time has no scale")
    try:
        moment = _EPOCH + timedelta(seconds=created)
    except OverflowError:
        return timescale, None
    return timescale, moment if moment >= _FIRST_PLAUSIBLE else None


def _track(data: memoryview) -> Track:
    boxes = children(data)
    media = children(required(boxes, b"mdia"))
    minf = children(required(media, b"minf"))
    _refuse_references(minf)
    head, time = required(boxes, b"tkhd"), required(media, b"mdhd")
    (timescale,) = numbers(time, "I", 20 if numbers(time, "B", 0)[0] == 1 else 12)
    if not timescale:
        raise Malformed("a track's time has no scale")
    return Track(
        handler=bytes(required(media, b"hdlr")[8:12]),
        enabled=bool(head[3] & 1) if len(head) > 3 else False,
        rotation=_rotation(head),
        timescale=timescale,
        edits=_edits(children(boxes[b"edts"]).get(b"elst")) if b"edts" in boxes else (),
        tables=children(required(minf, b"stbl")),
    )


def _rotation(head: memoryview) -> int | None:
    start = 52 if numbers(head, "B", 0)[0] == 1 else 40
    a, b, _u, c, d, _v, _x, _y, _w = numbers(head, "9i", start)
    return _ROTATIONS.get((a, b, c, d))


def _edits(data: memoryview | None) -> tuple[Edit, ...]:
    if data is None:
        return ()
    version, count = numbers(data, "B", 0)[0], numbers(data, "I", 4)[0]
    form, step = ("Qq", 20) if version == 1 else ("Ii", 12)
    if count * step > len(data):
        raise Malformed("an edit list is too short")
    edits = tuple(Edit(*numbers(data, form, 8 + i * step)) for i in range(min(count, 1000)))
    if sum(edit.duration for edit in edits) > _LONGEST_EDITS:
        raise Malformed("an edit list is too long")
    return edits


def _refuse_references(minf: dict[bytes, memoryview]) -> None:
    """Raise RefersElsewhere unless every data reference is the file itself (8.7.2)."""
    dref = children(minf[b"dinf"]).get(b"dref") if b"dinf" in minf else None
    if dref is None:
        return
    for entry in inside(dref, 8):
        if entry.end - entry.start < 4 or not dref[entry.start + 3] & 1:
            raise RefersElsewhere("it refers to other files")
