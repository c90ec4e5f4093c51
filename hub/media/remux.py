"""A movie written anew around samples that stay where they are (ISO/IEC 14496-12).

The description is made from what is known, not copied, so that nothing else can come
along; it stands before the samples, so that playing can begin at once. Samples keep their
sizes and order, and bytes that belong to none are left behind.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.slices import FileSlice, HasDescriptor, Piece

from .boxes import Malformed, box
from .mp4 import Movie, Track, numbers, required

MAX_SAMPLES = 4_000_000
MAX_STRETCHES = 100_000
"""Stretches of samples with other bytes between them."""

_BATCH = 65_536
"""Samples whose places are held as numbers of Python's."""

_LONGEST = 366 * 24 * 3600
"""Seconds; what is longer would not fit the fields of the new file."""

Numbers = NDArray[np.uint64]

_FTYP = box(b"ftyp", b"isom", struct.pack(">I", 0x200), b"isom", b"iso2", b"mp41")
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_DINF = box(
    b"dinf", box(b"dref", bytes(4), struct.pack(">I", 1), box(b"url ", b"\x00\x00\x00\x01"))
)
_HEADS = {
    b"vide": box(b"vmhd", b"\x00\x00\x00\x01", bytes(8)),
    b"soun": box(b"smhd", bytes(8)),
}
_ROW = {b"stts": 8, b"ctts": 8, b"stss": 4, b"stsc": 12}
_UNDETERMINED = 0x55C4
"""Language `und`, packed as in `mdhd`."""


@dataclass(frozen=True)
class Kept:
    """A track that goes into the new movie, with its sample table expanded."""

    track: Track
    entry: bytes
    """Its sample description, written anew."""
    columns: int
    rows: int
    samples: int
    duration: int
    """In the track's timescale."""
    offsets: Numbers
    """Where each chunk lies in the source."""
    sizes: Numbers
    """Bytes of each chunk."""
    per_chunk: NDArray[np.int64]
    """Samples of each chunk."""

    @property
    def seconds(self) -> float:
        """How long the samples last."""
        return self.duration / self.track.timescale

    def places(self) -> Iterator[tuple[int, int]]:
        """Yield where each sample lies in the source, and its size."""
        sizes = _sample_sizes(required(self.track.tables, b"stsz"))
        shifts = self.offsets - (np.cumsum(self.sizes) - self.sizes)
        starts = np.repeat(shifts, self.per_chunk) + np.cumsum(sizes) - sizes
        for at in range(0, self.samples, _BATCH):
            batch = slice(at, at + _BATCH)
            yield from zip(starts[batch].tolist(), sizes[batch].tolist(), strict=True)


def kept(track: Track, entry: bytes, columns: int = 0, rows: int = 0) -> Kept:
    """Expand a track's sample table. Raises Malformed."""
    sample_sizes = _sample_sizes(required(track.tables, b"stsz"))
    offsets = _chunk_offsets(track.tables)
    per_chunk = _samples_per_chunk(required(track.tables, b"stsc"), len(offsets))
    if int(per_chunk.sum()) != len(sample_sizes):
        raise Malformed("its chunks do not hold its samples")
    ends = np.concatenate(([0], np.cumsum(sample_sizes, dtype=np.uint64)))
    bounds = np.concatenate(([0], np.cumsum(per_chunk)))
    sizes = np.diff(ends[bounds]).astype(np.uint64)
    stts = _rows(required(track.tables, b"stts"), b"stts").reshape(-1, 2).astype(np.uint64)
    if int(stts[:, 0].sum()) != len(sample_sizes):
        raise Malformed("its samples do not have one time each")
    duration = int((stts[:, 0] * stts[:, 1]).sum())
    if not 0 < duration <= _LONGEST * track.timescale:
        raise Malformed("its samples last for no time, or for years")
    return Kept(track, entry, columns, rows, len(sample_sizes), duration, offsets, sizes, per_chunk)


def remuxed(movie: Movie, tracks: list[Kept], file: HasDescriptor) -> tuple[Piece, ...]:
    """Return the new file as pieces, of even length in all. Raises Malformed."""
    offsets = np.concatenate([t.offsets for t in tracks])
    sizes = np.concatenate([t.sizes for t in tracks])
    size = os.fstat(file.fileno()).st_size
    if (offsets > size).any():  # also what would overflow below
        raise Malformed("some of its samples are missing")
    order = np.argsort(offsets, kind="stable")
    ends = offsets[order] + sizes[order]
    if int(ends[-1]) > size:
        raise Malformed("some of its samples are missing")
    if (offsets[order][1:] < ends[:-1]).any():
        raise Malformed("its samples overlap")
    moved = np.empty_like(offsets)
    moved[order] = np.cumsum(sizes[order]) - sizes[order]
    total = int(sizes.sum())
    stretches = _stretches(offsets[order], ends, file)
    head = _head(movie, tracks, moved, total)
    return (head, *stretches)


def _stretches(starts: Numbers, ends: Numbers, file: HasDescriptor) -> list[FileSlice]:
    """Neighbouring chunks as one."""
    breaks = np.flatnonzero(starts[1:] != ends[:-1])
    if len(breaks) > MAX_STRETCHES:
        raise Malformed("its samples are scattered")
    first = np.concatenate(([0], breaks + 1))
    last = np.concatenate((breaks, [len(starts) - 1]))
    return [
        FileSlice(file, int(starts[a]), int(ends[b] - starts[a]))
        for a, b in zip(first, last, strict=True)
        if ends[b] > starts[a]
    ]


def _head(movie: Movie, tracks: list[Kept], moved: Numbers, total: int) -> bytes:
    """Everything before the samples; its own length moves them, so it is made twice."""
    wide = total + sum(4096 + 8 * len(t.offsets) + 32 * t.samples for t in tracks) > 0xFFFFFFFF
    size = 16 if wide else 8
    mdat = struct.pack(">I4sQ", 1, b"mdat", total + 16) if wide else b""
    mdat = mdat or struct.pack(">I4s", total + 8, b"mdat")
    length = len(_FTYP) + len(_moov(movie, tracks, moved, wide)) + size
    # DICOM pads to an even length; a byte of padding inside of a box is part of the file.
    free = box(b"free", b"\x00") if (length + total) % 2 else b""
    start = np.uint64(length + len(free))
    return b"".join((_FTYP, _moov(movie, tracks, moved + start, wide), free, mdat))


def _moov(movie: Movie, tracks: list[Kept], moved: Numbers, wide: bool) -> bytes:
    longest = max(_in_movie_time(movie, t) for t in tracks)
    mvhd = b"".join(
        (
            struct.pack(">IQQIQ", 1 << 24, 0, 0, movie.timescale, longest),
            struct.pack(">IHH8x", 0x10000, 0x100, 0),
            _MATRIX,
            bytes(24),
            struct.pack(">I", len(tracks) + 1),
        )
    )
    traks, at = [], 0
    for number, track in enumerate(tracks, 1):
        chunks = moved[at : at + len(track.offsets)]
        at += len(chunks)
        traks.append(_trak(movie, number, track, chunks, wide))
    return box(b"moov", box(b"mvhd", mvhd), *traks)


def _in_movie_time(movie: Movie, track: Kept) -> int:
    if track.track.edits:
        return sum(edit.duration for edit in track.track.edits)
    return track.duration * movie.timescale // track.track.timescale


def _trak(movie: Movie, number: int, kept: Kept, chunks: Numbers, wide: bool) -> bytes:
    track, is_sound = kept.track, kept.track.handler == b"soun"
    tkhd = b"".join(
        (
            struct.pack(">IQQII", 1 << 24 | 3, 0, 0, number, 0),
            struct.pack(">Q8xHHHH", _in_movie_time(movie, kept), 0, is_sound, 256 * is_sound, 0),
            _MATRIX,
            struct.pack(">II", kept.columns << 16, kept.rows << 16),
        )
    )
    time = struct.pack(">IQQIQ", 1 << 24, 0, 0, track.timescale, kept.duration)
    mdia = box(
        b"mdia",
        box(b"mdhd", time, struct.pack(">HH", _UNDETERMINED, 0)),
        box(b"hdlr", bytes(8), track.handler, bytes(12), b"\x00"),
        box(b"minf", _HEADS[track.handler], _DINF, _stbl(kept, chunks, wide)),
    )
    edits = b"".join(struct.pack(">QqI", e.duration, e.media_time, 1 << 16) for e in track.edits)
    elst = struct.pack(">II", 1 << 24, len(track.edits)) + edits
    edts = box(b"edts", box(b"elst", elst)) if track.edits else b""
    return box(b"trak", box(b"tkhd", tkhd), edts, mdia)


def _stbl(kept: Kept, chunks: Numbers, wide: bool) -> bytes:
    """The sample table: copied row by row, but for the places of the chunks."""
    tables = kept.track.tables
    copied = []
    for type_, step in _ROW.items():
        if type_ in tables:
            (count,) = numbers(tables[type_], "I", 4)
            end = 8 + count * step
            flags = bytes(tables[type_][:1]) + bytes(3)
            copied.append(box(type_, flags, tables[type_][4:end]))
    stsz = tables[b"stsz"]
    constant, count = numbers(stsz, "II", 4)
    sizes = box(b"stsz", bytes(4), stsz[4 : 12 + (0 if constant else 4 * count)])
    places = chunks.astype(">u8" if wide else ">u4").tobytes()
    offsets = box(b"co64" if wide else b"stco", struct.pack(">II", 0, len(chunks)), places)
    stsd = box(b"stsd", struct.pack(">II", 0, 1), kept.entry)
    return box(b"stbl", stsd, *copied, sizes, offsets)


def _rows(data: memoryview, type_: bytes) -> NDArray[np.uint32]:
    (count,) = numbers(data, "I", 4)
    width = _ROW[type_] // 4
    if count > MAX_SAMPLES or 8 + count * _ROW[type_] > len(data):
        raise Malformed("a table is too short")
    return np.frombuffer(data, ">u4", count * width, 8).astype(np.uint32)


def _sample_sizes(data: memoryview) -> Numbers:
    constant, count = numbers(data, "II", 4)
    if not 0 < count <= MAX_SAMPLES:
        raise Malformed("it has no samples, or too many")
    if constant:
        return np.full(count, constant, np.uint64)
    if 12 + 4 * count > len(data):
        raise Malformed("a table is too short")
    return np.frombuffer(data, ">u4", count, 12).astype(np.uint64)


def _chunk_offsets(tables: dict[bytes, memoryview]) -> Numbers:
    wide = b"co64" in tables
    data = required(tables, b"co64" if wide else b"stco")
    (count,) = numbers(data, "I", 4)
    step = 8 if wide else 4
    if not 0 < count <= MAX_SAMPLES or 8 + count * step > len(data):
        raise Malformed("a table is too short")
    return np.frombuffer(data, f">u{step}", count, 8).astype(np.uint64)


def _samples_per_chunk(data: memoryview, chunks: int) -> NDArray[np.int64]:
    rows = _rows(data, b"stsc").reshape(-1, 3).astype(np.int64)
    runs = np.diff(np.concatenate((rows[:, 0], [chunks + 1])))
    if len(rows) == 0 or rows[0, 0] != 1 or (runs < 0).any() or (rows[:, 2] != 1).any():
        raise Malformed("its chunks are not described")
    return np.repeat(rows[:, 1], runs)
