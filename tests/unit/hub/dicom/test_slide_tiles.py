"""Tiles of a converter's file go through clean, at their places, or the whole slide is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn_tiff import jpeg, jpeg_2000, scene
from pydicom.encaps import encapsulate, generate_frames

from hub.dicom.slide_tiles import SlideTiles
from hub.errors import DamagedImage

TILES = [jpeg(scene(64, tint)) for tint in (0, 1, 2)]
HEAD = b"\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff"
BEFORE, END = b"the header", b"\xfe\xff\xdd\xe0\0\0\0\0"


def tiles(tmp_path: Path, coded: list[bytes], number: int = 3, end: bytes = END):
    path = tmp_path / "converted.dcm"
    path.write_bytes(BEFORE + HEAD + encapsulate(coded) + end)
    return SlideTiles(str(path), len(BEFORE), number, (64, 64, 3))


def written(found: SlideTiles) -> bytes:
    out = bytearray()
    found.write_to(out.extend)
    return bytes(out)


def test_clean_tiles_are_written_as_they_came(tmp_path):
    found = written(tiles(tmp_path, TILES))

    assert found == (tmp_path / "converted.dcm").read_bytes()[len(BEFORE) :]


def test_a_private_tile_leaves_its_neighbours_where_they_are(tmp_path):
    secret = TILES[1][:2] + b"\xff\xfe\x00\x08Okafor" + TILES[1][2:]

    found = written(tiles(tmp_path, [TILES[0], secret, TILES[2]]))

    assert b"Okafor" not in found
    first, _second, third = generate_frames(found[len(HEAD) :], number_of_frames=3)
    assert [first.rstrip(b"\0"), third.rstrip(b"\0")] == [TILES[0], TILES[2]]


@pytest.mark.parametrize(
    "coded",
    [
        [TILES[0], b"\0\0"],
        [TILES[0], jpeg(scene(128))],
        [TILES[0], jpeg(scene(64)[:, :, 0])],
        [TILES[0], jpeg_2000(scene(64))],
        [TILES[0], TILES[1][:-200]],
    ],
    ids=["nothing", "too large", "grey", "other coding", "cut"],
)
def test_a_tile_that_is_not_like_the_others_is_refused(tmp_path, coded: list[bytes]):
    with pytest.raises(DamagedImage, match="slide"):
        written(tiles(tmp_path, coded, number=2))


def test_missing_tiles_are_missed(tmp_path):
    with pytest.raises(DamagedImage, match="number"):
        written(tiles(tmp_path, TILES, number=4))


def test_a_file_that_ends_early_is_refused(tmp_path):
    with pytest.raises(DamagedImage):
        written(tiles(tmp_path, TILES, end=b""))
