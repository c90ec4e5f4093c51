"""Colours that a file says without a profile, and profiles that say nothing of its pixels."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from drawn import encoded, exif, scene
from PIL import Image, ImageCms, PngImagePlugin

from hub.media.color import srgb_profile
from hub.media.icc_made import adobe_rgb, display_p3, measured
from hub.model import Photograph

Taken = Callable[..., Photograph]
P3_PLACES = (0.3127, 0.329, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
ADOBE_D50 = (
    (0.6097559, 0.3111242, 0.0194811),
    (0.2052401, 0.6256560, 0.0608902),
    (0.1492240, 0.0632197, 0.7448387),
)
"""Red, green and blue of Adobe RGB (1998) adapted to D50, as published by B. Lindbloom."""


def said(photo: Photograph) -> str:
    return "; ".join(f"{change.what} ({change.why})" for change in photo.changes)


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """The scene with these chunks before its pixels."""
    plain = encoded(scene(), "PNG")
    made = b"".join(
        struct.pack(">I", len(body)) + type_ + body + struct.pack(">I", zlib.crc32(type_ + body))
        for type_, body in chunks
    )
    return plain[:33] + made + plain[33:]


def in_srgb(profile: bytes, colour: tuple[int, int, int]) -> tuple[int, ...]:
    shown = ImageCms.profileToProfile(
        Image.new("RGB", (1, 1), colour),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
    )
    assert shown is not None
    return shown.getpixel((0, 0))


class TestPng:
    def test_srgb_by_its_chunk(self, taken: Taken):
        photo = taken(png((b"sRGB", b"\x00")))
        assert (photo.icc_profile, photo.color_space) == (srgb_profile(), "SRGB")

    @pytest.mark.parametrize(
        ("codes", "profile"), [((12, 13), display_p3()), ((1, 13), srgb_profile()), ((9, 16), None)]
    )
    def test_codes(self, taken: Taken, codes: tuple[int, int], profile: bytes | None):
        photo = taken(png((b"cICP", bytes([*codes, 0, 1])), (b"sRGB", b"\x00")))
        assert photo.icc_profile == profile
        assert ("High dynamic range" in said(photo)) is (codes[1] == 16)

    def test_a_linear_picture_is_shown_as_bright_as_it_is(self, taken: Taken):
        photo = taken(png((b"gAMA", struct.pack(">I", 100_000))))
        assert photo.icc_profile is not None
        assert in_srgb(photo.icc_profile, (128, 128, 128))[0] == pytest.approx(188, abs=1)
        assert "gAMA" in said(photo)

    def test_primaries(self, taken: Taken):
        places = struct.pack(">8I", *(round(place * 100_000) for place in P3_PLACES))
        photo = taken(png((b"cHRM", places), (b"gAMA", struct.pack(">I", 45455))))
        assert photo.icc_profile == measured((100_000 / 45455, *P3_PLACES))

    @pytest.mark.parametrize("gamma", [45455, 45000, 0, 1])
    def test_the_gamma_of_srgb_alone_invents_nothing(self, taken: Taken, gamma: int):
        assert taken(png((b"gAMA", struct.pack(">I", gamma)))).icc_profile is None

    def test_a_profile_of_the_file_wins(self, taken: Taken):
        text = PngImagePlugin.PngInfo()
        text.add(b"sRGB", b"\x00")
        photo = taken(encoded(scene(), "PNG", icc_profile=display_p3(), pnginfo=text))
        assert photo.icc_profile == display_p3()


class TestMadeProfiles:
    def test_adobe_rgb_is_the_published_one(self):
        profile = adobe_rgb()
        for tag, wanted in zip((b"rXYZ", b"gXYZ", b"bXYZ"), ADOBE_D50, strict=True):
            at = profile.index(tag, 128)
            start = int.from_bytes(profile[at + 4 : at + 8], "big")
            found = np.frombuffer(profile, ">i4", 3, start + 8) / 65536
            assert found == pytest.approx(wanted, abs=5e-4)

    @pytest.mark.parametrize(
        ("made", "digest"), [(display_p3, "0ee6bd6b6bfbc2b9"), (adobe_rgb, "edfbcfb5f289f576")]
    )
    def test_they_are_the_same_on_every_machine(self, made: Callable[[], bytes], digest: str):
        assert hashlib.sha256(made()).hexdigest().startswith(digest)

    def test_white_stays_white(self):
        assert in_srgb(adobe_rgb(), (255, 255, 255)) == (255, 255, 255)

    def test_adobe_rgb_by_exif(self, taken: Taken):
        block = Image.Exif()
        block[0x8769] = {0xA001: 0xFFFF, 0xA005: {1: "R03"}}
        photo = taken(encoded(scene(), "JPEG", exif=block.tobytes()))
        assert (photo.icc_profile, photo.color_space) == (adobe_rgb(), "ADOBERGB")


class TestAvif:
    @pytest.mark.parametrize(("codes", "profile"), [((12, 13), display_p3()), ((2, 2), None)])
    def test_codes(self, taken: Taken, codes: tuple[int, int], profile: bytes | None):
        content = bytearray(encoded(scene(), "AVIF"))
        at = content.index(b"colrnclx") + 8
        content[at : at + 4] = struct.pack(">2H", *codes)
        assert taken(bytes(content)).icc_profile == profile


def bmp(kind: bytes, profile: bytes) -> bytes:
    """A BMP with a header of version 5 whose colour space is `kind`."""
    rows = np.asarray(scene())[::-1, :, ::-1].tobytes()
    width, height = scene().size
    head = struct.pack("<IiiHHIIiiII", 124, width, height, 1, 24, 0, len(rows), 0, 0, 0, 0)
    head += bytes(16) + kind + bytes(48)
    head += struct.pack("<4I", 4, 124 + len(rows), len(profile), 0)
    size = 14 + len(head) + len(rows) + len(profile)
    return b"BM" + struct.pack("<I4xI", size, 138) + head + rows + profile


class TestBmp:
    def test_an_embedded_profile(self, taken: Taken):
        assert taken(bmp(b"DEBM", display_p3())).icc_profile == display_p3()

    def test_a_linked_profile_is_not_followed(self, taken: Taken, tmp_path):
        (tmp_path / "p3.icc").write_bytes(display_p3())
        photo = taken(bmp(b"KNIL", str(tmp_path / "p3.icc").encode() + b"\x00"))
        assert photo.icc_profile is None

    def test_srgb_by_name(self, taken: Taken):
        assert taken(bmp(b"BGRs", b"")).color_space == "SRGB"


class TestWhatIsSaid:
    def test_a_good_profile_of_grey_is_not_called_broken(self, taken: Taken):
        profile = bytearray(srgb_profile())
        profile[16:20] = b"GRAY"
        photo = taken(encoded(scene().convert("L"), "JPEG", icc_profile=bytes(profile)))
        assert photo.icc_profile is None
        assert "The pixels are grey" in said(photo)
        assert "incomplete" not in said(photo)

    def test_inks_without_a_profile_get_none(self, taken: Taken):
        content = encoded(scene().convert("CMYK"), "JPEG", exif=exif(tA001=1))
        assert taken(content).icc_profile is None
