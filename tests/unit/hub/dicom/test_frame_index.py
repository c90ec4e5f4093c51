"""Frames are found without reading the others, whatever table a file has, or none."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended

from hub.dicom.frame_index import Frame, FrameIndex
from hub.errors import ObjectDamaged
from hub.slices import HeldFile, chunks_of

FRAMES = [b"\xff\xd8" + bytes([n]) * (2_000 + 2 * n) + b"\xff\xd9" for n in range(50)]
END = b"\xfe\xff\xdd\xe0\0\0\0\0"
START = 100

Indexed = Callable[..., FrameIndex]


@pytest.fixture
def indexed(tmp_path: Path) -> Indexed:
    def indexed(pixels: bytes, total: int, offsets: bytes = b"") -> FrameIndex:
        path = tmp_path / "pixels"
        path.write_bytes(bytes(START) + pixels)
        ds = Dataset()
        ds.NumberOfFrames = total
        if offsets:
            ds.ExtendedOffsetTable = offsets
        return FrameIndex(HeldFile(str(path)), ds, START)

    return indexed


def content(frame: Frame) -> bytes:
    return b"".join(bytes(chunk) for piece in frame for chunk in chunks_of(piece))


@pytest.fixture
def bytes_read(monkeypatch) -> list[int]:
    found: list[int] = []
    real = os.pread

    def pread(descriptor: int, count: int, offset: int) -> bytes:
        found.append(count)
        return real(descriptor, count, offset)

    monkeypatch.setattr(os, "pread", pread)
    return found


@pytest.mark.parametrize("table", ["basic", "extended", "none"])
def test_each_frame_is_found(indexed: Indexed, table: str, bytes_read: list[int]):
    offsets = b""
    if table == "extended":
        pixels, offsets, _lengths = encapsulate_extended(FRAMES)
    else:
        pixels = encapsulate(FRAMES, has_bot=table == "basic")
    index = indexed(pixels + END, len(FRAMES), offsets)

    for number in (0, 7, len(FRAMES) - 1):
        bytes_read.clear()
        frame = index.frame(number)
        found = sum(bytes_read)
        assert content(frame) == FRAMES[number]
        assert found < (60 if table != "none" else 20 * len(FRAMES))


@pytest.mark.parametrize("has_bot", [True, False])
def test_frames_in_several_fragments_are_found(indexed: Indexed, has_bot: bool):
    pixels = encapsulate(FRAMES, fragments_per_frame=3, has_bot=has_bot) + END
    index = indexed(pixels, len(FRAMES))

    assert content(index.frame(0)).rstrip(b"\0") == FRAMES[0]
    assert content(index.frame(7)).rstrip(b"\0") == FRAMES[7]
    assert content(index.frame(49)).rstrip(b"\0") == FRAMES[49]


def test_one_frame_is_all_fragments(indexed: Indexed):
    pixels = encapsulate([FRAMES[0]], fragments_per_frame=4, has_bot=False) + END

    assert content(indexed(pixels, 1).frame(0)).rstrip(b"\0") == FRAMES[0]


def test_a_table_that_leads_nowhere_is_not_believed(indexed: Indexed):
    pixels = bytearray(encapsulate(FRAMES) + END)
    pixels[8 + 4 * 7 : 8 + 4 * 8] = (12_345).to_bytes(4, "little")

    assert content(indexed(bytes(pixels), len(FRAMES)).frame(7)) == FRAMES[7]


@pytest.mark.parametrize("cut", [4, 30, 2_500, 60_000])
def test_a_cut_file_is_damaged(indexed: Indexed, cut: int):
    pixels = encapsulate(FRAMES, has_bot=False)[:cut]

    with pytest.raises(ObjectDamaged):
        content(indexed(pixels, len(FRAMES)).frame(49))


def test_an_endless_length_is_damaged(indexed: Indexed):
    pixels = bytearray(encapsulate(FRAMES))
    pixels[8 + 200 + 4 : 8 + 200 + 8] = b"\xfe\xff\xff\xff"

    with pytest.raises(ObjectDamaged):
        indexed(bytes(pixels), len(FRAMES)).frame(0)
