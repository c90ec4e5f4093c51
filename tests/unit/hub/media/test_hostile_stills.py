"""Files made to hurt: each is refused by name or becomes a clean object, and nothing dies.

I-1, I-2, I-6 of the security reference for stills. `HUB_LONG=1` runs 10,000 mutants.
"""

from __future__ import annotations

import io
import os
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pillow_heif
import pytest
from drawn import encoded, exif, jpeg, scene, with_segments
from PIL import Image

import hub.dicom
from factories import make_context
from hub import child
from hub.errors import DamagedImage, HubError, ImageTooLarge, NotAnImage, UnsupportedMedia
from hub.model import Photograph

Taken = Callable[..., Photograph]
MUTANTS = 10_000 if os.environ.get("HUB_LONG") else 300


def chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + kind + body + check


def png(width: int, height: int, depth: int, *chunks: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1 << 16), 9))
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return head + b"".join(chunks) + pixels + chunk(b"IEND", b"")


def deflated_zeros(size: int = 200 << 20) -> bytes:
    packer = zlib.compressobj(9)
    parts = [packer.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join(parts) + packer.flush()


def png_with_bomb(kind: bytes, head: bytes) -> bytes:
    small = encoded(scene(), "PNG")
    return small[:33] + chunk(kind, head + deflated_zeros()) + small[33:]


def jpeg_of_size(rows: int, columns: int) -> bytes:
    stream = bytearray(jpeg())
    at = stream.index(b"\xff\xc0") + 5
    stream[at : at + 4] = struct.pack(">HH", rows, columns)
    return bytes(stream)


def jpeg_with_scans(number: int) -> bytes:
    stream = jpeg(progressive=True)
    at = stream.rindex(b"\xff\xda")
    return stream[:at] + stream[at:-2] * number + b"\xff\xd9"


def tiff(*entries: tuple[int, int, int, int], following: int = 0, tail: bytes = b"") -> bytes:
    body = struct.pack("<H", len(entries))
    body += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\x00\x08\x00\x00\x00" + body + struct.pack("<I", following) + tail


def grey_tiff(strip: tuple[int, int], following: int = 0) -> bytes:
    entries = ((256, 4, 1, 64), (257, 4, 1, 64), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1))
    entries += ((273, 4, 1, strip[0]), (277, 3, 1, 1), (278, 4, 1, 64), (279, 4, 1, strip[1]))
    return tiff(*entries, following=following, tail=bytes(4096))


def gif_of_frames(number: int) -> bytes:
    still = encoded(Image.new("P", (2, 2)), "GIF")
    frame = still[still.index(b"\x2c") : -1]
    return still[:-1] + frame * (number - 1) + b"\x3b"


def heif_of_size(format: str, width: int, height: int) -> bytes:
    """The size property of the picture says more than its coder."""
    if format == "AVIF":
        stream = bytearray(encoded(scene(), "AVIF"))
    else:
        out = io.BytesIO()
        pillow_heif.from_pillow(scene()).save(out)
        stream = bytearray(out.getvalue())
    at = 0
    while (at := stream.find(b"ispe", at) + 4) > 3:
        stream[at + 4 : at + 12] = struct.pack(">II", width, height)
    return bytes(stream)


def bmp(width: int, height: int, compression: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, compression, 4, 0, 0, 256, 0)
    head = b"BM" + struct.pack("<IHHI", 1100, 0, 0, 54 + 1024)
    return head + info + bytes(1024) + b"\xff\x01\x00\x01"


class TestBombs:
    @pytest.mark.parametrize(
        "content",
        [
            png(50_000, 50_000, 1),
            jpeg_of_size(65_500, 65_500),
            bmp(50_000, 50_000, 1),
            tiff((256, 4, 1, 60_000), (257, 4, 1, 60_000), (258, 3, 1, 1), (259, 3, 1, 1),
                 (262, 3, 1, 1), (273, 4, 1, 8), (279, 4, 1, 8)),
        ],
        ids=["PNG", "JPEG", "BMP RLE", "TIFF"],
    )  # fmt: skip
    def test_too_many_pixels_are_refused_by_the_header(self, taken: Taken, content: bytes):
        assert len(content) < 10_000
        with pytest.raises(ImageTooLarge):
            taken(content)

    def test_a_frame_without_the_data_for_it_is_not_decoded(self, taken: Taken, monkeypatch):
        monkeypatch.setattr(child, "call", None)
        with pytest.raises(DamagedImage):
            taken(jpeg_of_size(9_984, 9_984), max_pixels=100_000_000)

    def test_more_columns_than_dicom_counts_are_refused_by_the_header(self, taken: Taken):
        with pytest.raises(ImageTooLarge):
            taken(png(70_000, 400, 8))

    @pytest.mark.parametrize("format", ["HEIF", "AVIF"])
    def test_huge_sizes_of_video_coders_are_refused(self, taken: Taken, format: str):
        with pytest.raises((ImageTooLarge, DamagedImage)):
            taken(heif_of_size(format, 65_535, 65_535))

    @pytest.mark.parametrize(
        ("kind", "head"),
        [
            (b"iCCP", b"x\x00\x00"),
            (b"zTXt", b"Comment\x00\x00"),
            (b"iTXt", b"Title\x00\x01\x00\x00\x00"),
        ],
        ids=["profile", "text", "international text"],
    )
    def test_text_that_inflates_to_200_megabytes(self, taken: Taken, kind: bytes, head: bytes):
        outcome = outcome_of(taken, png_with_bomb(kind, head))
        assert outcome == "damaged-image" or isinstance(outcome, bytes)

    def test_a_thousand_scans(self, taken: Taken):
        with pytest.raises(DamagedImage):
            taken(jpeg_with_scans(1000))

    def test_a_directory_that_follows_itself(self, taken: Taken):
        outcome = outcome_of(taken, grey_tiff((300, 4096), following=8))
        assert outcome in {"damaged-image", "unsupported-media"} or isinstance(outcome, bytes)

    @pytest.mark.parametrize("strip", [(1 << 31, 4096), (300, 0xFFFFFFFF), (0xFFFFFFF0, 1 << 30)])
    def test_strips_that_are_not_there(self, taken: Taken, strip: tuple[int, int]):
        outcome = outcome_of(taken, grey_tiff(strip))
        assert outcome == "damaged-image" or isinstance(outcome, bytes)

    def test_a_hundred_thousand_frames(self, taken: Taken):
        with pytest.raises(UnsupportedMedia, match="several pictures"):
            taken(gif_of_frames(100_000))

    @pytest.mark.parametrize("format", ["PNG", "WEBP"])
    def test_animations(self, taken: Taken, format: str):
        frames = [scene(8, 8).rotate(90 * n) for n in range(1, 40)]
        with pytest.raises(UnsupportedMedia, match="several pictures"):
            taken(encoded(scene(8, 8), format, save_all=True, append_images=frames))

    def test_run_lengths_that_end_early(self, taken: Taken):
        outcome = outcome_of(taken, bmp(64, 64, 1))
        assert outcome == "damaged-image" or isinstance(outcome, bytes)


HTML = b"<html><script>alert(1)</script></html>"
ZIP = b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18)


class TestTwoKindsInOne:
    @pytest.mark.parametrize(
        "content",
        [
            b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
            b"\xef\xbb\xbf<svg/>",
            HTML,
            b"+ADw-script+AD4-",
            b"<?xml version='1.0'?><x/>",
            ZIP * 10,
            b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
        ],
        ids=["SVG", "SVG with mark", "HTML", "UTF-7", "XML", "zip", "EICAR"],
    )
    def test_what_is_no_photo_is_refused(self, taken: Taken, content: bytes):
        with pytest.raises(NotAnImage):
            taken(content + bytes(200))

    def test_a_document_is_named(self, taken: Taken):
        with pytest.raises(UnsupportedMedia, match="PDF"):
            taken(b"%PDF-1.7\n/JS (app.alert(1))" + bytes(200))

    @pytest.mark.parametrize(
        "content",
        [
            with_segments(jpeg(), b"\xff\xfe" + (len(HTML) + 2).to_bytes(2, "big") + HTML),
            jpeg() + HTML,
            jpeg() + ZIP,
            encoded(scene(), "GIF") + HTML + ZIP,
            encoded(scene(), "GIF", comment=HTML),
            encoded(scene(), "PNG") + HTML + ZIP,
            encoded(scene(), "BMP") + HTML + ZIP,
            jpeg(exif=exif(t0131="<script>alert(1)</script>")),
        ],
        ids=["JPEG comment", "JPEG", "JPEG zip", "GIFAR", "GIF comment", "PNG", "BMP", "Exif"],
    )
    def test_the_second_kind_is_not_in_the_object(self, taken: Taken, content: bytes):
        stored = outcome_of(taken, content)
        assert isinstance(stored, bytes)
        assert b"<script" not in stored
        assert b"PK\x03\x04" not in stored


def outcome_of(taken: Taken, content: bytes) -> bytes | str:
    """The object, or the code of the refusal; anything else is a fault and propagates."""
    try:
        built = hub.dicom.build(make_context(), taken(content, max_pixels=4_000_000))
    except HubError as refusal:
        return refusal.code
    out = io.BytesIO()
    built.write_to(out.write)
    return out.getvalue()


def seeds() -> list[bytes]:
    small = scene(48, 32)
    out = io.BytesIO()
    pillow_heif.from_pillow(small).save(out, exif=exif(6))
    found = [encoded(small, f) for f in ("PNG", "GIF", "TIFF", "BMP", "WEBP", "AVIF")]
    found += [jpeg(48, 32, o, progressive=p) for o in (1, 6) for p in (False, True)]
    found.append(encoded(small.convert("CMYK"), "JPEG"))
    return [*found, out.getvalue()]


def mutant(seed: bytes, chance: random.Random) -> bytes:
    """A seed cut, with bytes changed, or with a stretch of it repeated."""
    changed = bytearray(seed)
    for _ in range(chance.choice((1, 2, 8, 32))):
        at = chance.randrange(len(changed))
        changed[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    if chance.random() < 0.2:
        del changed[chance.randrange(len(changed)) :]
    elif chance.random() < 0.2:
        at = chance.randrange(len(changed))
        changed[at:at] = changed[at : at + chance.randrange(1, 64)]
    return bytes(changed)


def test_mutants_are_refused_by_name_or_become_objects(taken: Taken):
    chance, sources = random.Random(20261122), seeds()
    outcomes: dict[str, int] = {}
    for _ in range(MUTANTS):
        outcome = outcome_of(taken, mutant(chance.choice(sources), chance))
        kind = outcome if isinstance(outcome, str) else "object"
        outcomes[kind] = outcomes.get(kind, 0) + 1
    print(outcomes)
    assert sum(outcomes.values()) == MUTANTS
    assert {"object", "damaged-image"} <= set(outcomes)
    assert np.asarray(Image.open(io.BytesIO(jpeg()))).any()  # the parent still decodes


def test_the_decoder_of_heic_is_newer_than_its_known_holes():
    version = pillow_heif.libheif_info()["libheif"]
    assert tuple(int(part) for part in version.split(".")) > (1, 22, 1)
