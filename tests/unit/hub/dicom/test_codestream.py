"""Tiles of slides: what they say they are, and nothing private in them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from drawn_tiff import jpeg, jpeg_2000, scene
from PIL import Image

from hub.dicom.codestream import Codestream, cleaned
from hub.errors import DamagedImage

TILE = scene(128)
SECRET = b"Okafor Grace 1945"


def pixels(tile: bytes) -> bytes:
    return Image.open(io.BytesIO(tile)).convert("RGB").tobytes()


def with_segments(tile: bytes, *segments: tuple[int, bytes]) -> bytes:
    coded = (b"\xff%c%s%s" % (m, (len(b) + 2).to_bytes(2, "big"), b) for m, b in segments)
    return tile[:2] + b"".join(coded) + tile[2:]


def test_a_tile_says_what_it_is():
    assert cleaned(jpeg(TILE))[0] == Codestream(True, 128, 128, 3)
    assert cleaned(jpeg(TILE[:, :, 0]))[0] == Codestream(True, 128, 128, 1)
    lossless = cleaned(jpeg_2000(TILE, irreversible=False))[0]
    assert lossless == Codestream(False, 128, 128, 3, reversible=True)
    assert cleaned(jpeg_2000(TILE, mct=1, irreversible=True))[0].color_transform


def test_a_clean_tile_is_kept_byte_for_byte():
    tile = jpeg(TILE)
    assert cleaned(tile)[1] is tile


@pytest.mark.parametrize(
    "segment",
    [
        (0xFE, SECRET),
        (0xE1, b"Exif\0\0" + SECRET),
        (0xE0, b"JFIF\0" + bytes(9) + SECRET),
        (0xEE, b"Adobe" + bytes(7) + SECRET),
        (0xED, b"Photoshop 3.0\0" + SECRET),
    ],
    ids=["comment", "Exif", "behind JFIF", "behind Adobe", "IPTC"],
)
def test_private_segments_are_emptied_and_the_scan_is_not_touched(segment: tuple[int, bytes]):
    tile = with_segments(jpeg(TILE), segment) + SECRET

    _found, clean = cleaned(tile)

    assert SECRET not in clean
    assert len(clean) == len(tile)
    assert pixels(clean) == pixels(jpeg(TILE))
    scan = jpeg(TILE)[jpeg(TILE).index(b"\xff\xda") :]
    assert scan in clean


def test_the_adobe_segment_still_says_that_colours_are_rgb():
    tile = jpeg(TILE, subsampling=0, keep_rgb=True)

    assert pixels(cleaned(tile)[1]) == pixels(tile)


def test_a_last_part_without_length_goes_to_the_end():
    tile = jpeg_2000(TILE)
    at = tile.index(b"\xff\x90\x00\x0a") + 6
    open_ended = tile[:at] + bytes(4) + tile[at + 4 :]

    assert SECRET not in cleaned(open_ended + SECRET)[1]
    _found, clean = cleaned(open_ended)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(clean))), TILE)


def test_comments_of_jpeg_2000_are_emptied():
    tile = jpeg_2000(TILE, comment=SECRET.decode()) + SECRET

    _found, clean = cleaned(tile)

    assert SECRET in tile[:200]
    assert SECRET not in clean
    assert b"OpenJPEG" not in clean
    assert len(clean) == len(tile)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(clean))), TILE)


@pytest.mark.parametrize("tile", [jpeg(TILE), jpeg_2000(TILE)], ids=["JPEG", "JPEG 2000"])
def test_a_cut_tile_is_refused_wherever_it_ends(tile: bytes):
    for end in range(0, len(tile) - 1, 37):
        with pytest.raises(DamagedImage):
            cleaned(tile[:end])


def _with_short_part(tile: bytes) -> bytes:
    at = tile.index(b"\xff\x90\x00\x0a") + 6
    return tile[:at] + (13).to_bytes(4, "big") + tile[at + 4 :]


@pytest.mark.parametrize(
    "tile",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        jpeg(TILE, progressive=True),
        with_segments(jpeg(TILE), (0xC8, b"12")),
        jpeg(TILE)[:2] + b"\xff\xe1\xff\xff" + jpeg(TILE)[2:],
        _with_short_part(jpeg_2000(TILE)),
    ],
    ids=["nothing", "PNG", "progressive", "unknown segment", "endless segment", "broken part"],
)
def test_what_dicom_could_not_carry_is_refused(tile: bytes):
    with pytest.raises(DamagedImage, match="slide"):
        cleaned(tile)
