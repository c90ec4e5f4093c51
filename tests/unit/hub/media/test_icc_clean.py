"""ICC profiles lose their free text and none of their colour."""

from __future__ import annotations

import hashlib
import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from hub.media.color import color_of, srgb_profile
from hub.media.icc_clean import assembled, cleaned
from hub.media.icc_made import display_p3

MARKER = "PRIVATE-MARKER-0123456789abcdef!"
ELEMENT = {
    "text": b"text" + bytes(4) + MARKER.encode() + b"\x00",
    "unicode": b"mluc"
    + struct.pack(">4x2I", 1, 12)
    + b"enUS"
    + struct.pack(">2I", 64, 28)
    + MARKER.encode("utf-16-be"),
    "private": b"mmod" + bytes(4) + MARKER.encode(),
}


def with_tag(profile: bytes, tag: bytes, element: bytes) -> bytes:
    """The profile with one element more, or another in the place of its own."""
    count = int.from_bytes(profile[128:132], "big")
    entries = [profile[132 + 12 * i : 144 + 12 * i] for i in range(count)]
    every = {e[:4]: profile[slice_of(e)] for e in entries}
    every[tag] = element
    table, data, start = b"", b"", 132 + 12 * len(every)
    for name, value in every.items():
        table += name + struct.pack(">2I", start + len(data), len(value))
        data += value + bytes(-len(value) % 4)
    body = struct.pack(">I", len(every)) + table + data
    return (128 + len(body)).to_bytes(4, "big") + profile[4:128] + body


def slice_of(entry: bytes) -> slice:
    offset, size = struct.unpack(">2I", entry[4:])
    return slice(offset, offset + size)


def in_srgb(profile: bytes) -> np.ndarray:
    values = np.random.default_rng(7).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    target = ImageCms.createProfile("sRGB")
    return np.asarray(ImageCms.profileToProfile(Image.fromarray(values), source, target))


def description(profile: bytes) -> str:
    return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile))).strip()


def has_marker(data: bytes) -> bool:
    return any(form in data for form in (MARKER.encode(), MARKER.encode("utf-16-be")))


@pytest.mark.parametrize("profile", [srgb_profile(), display_p3()], ids=["sRGB", "Display P3"])
class TestWhatIsLeftOut:
    @pytest.mark.parametrize("form", ["text", "unicode"])
    @pytest.mark.parametrize("tag", [b"desc", b"cprt", b"dmnd", b"dmdd", b"vued", b"scrd"])
    def test_texts_that_anybody_may_write(self, profile: bytes, tag: bytes, form: str):
        planted = with_tag(profile, tag, ELEMENT[form])
        kept = cleaned(planted)
        assert has_marker(planted)
        assert kept is not None
        assert not has_marker(kept)
        assert (in_srgb(kept) == in_srgb(profile)).all()

    @pytest.mark.parametrize("tag", [b"mmod", b"vcgt", b"ABCD", b"A2B9"])
    def test_private_tags(self, profile: bytes, tag: bytes):
        kept = cleaned(with_tag(profile, tag, ELEMENT["private"]))
        assert kept is not None
        assert not has_marker(kept)
        assert tag not in kept[128:400]

    def test_text_under_the_name_of_a_colour(self, profile: bytes):
        kept = cleaned(with_tag(profile, b"lumi", ELEMENT["text"]))
        assert kept is not None
        assert not has_marker(kept)

    def test_what_follows_a_number(self, profile: bytes):
        white = b"XYZ " + bytes(4) + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
        kept = cleaned(with_tag(profile, b"wtpt", white + MARKER.encode()))
        assert kept is not None
        assert not has_marker(kept)
        assert white in kept

    def test_what_lies_between_the_elements(self, profile: bytes):
        planted = (len(profile) + 32).to_bytes(4, "big") + profile[4:] + MARKER.encode()
        kept = cleaned(planted)
        assert kept is not None
        assert not has_marker(kept)

    def test_reserved_bytes_of_the_header(self, profile: bytes):
        kept = cleaned(profile[:100] + MARKER.encode()[:28] + profile[128:])
        assert kept is not None
        assert MARKER.encode()[:28] not in kept

    def test_nothing_of_a_known_profile(self, profile: bytes):
        assert cleaned(profile) is profile


def identity(start: int) -> bytes:
    """Three curves that change nothing, 16 bytes each."""
    assert start % 4 == 0
    return (b"para" + bytes(8) + struct.pack(">i", 65536)) * 3


GRID = bytes(range(24))
TABLE = {
    "mft1": b"mft1" + bytes(4) + b"\x03\x03\x02\x00" + bytes(36) + bytes(768) + GRID + bytes(768),
    "mft2": b"mft2"
    + bytes(4)
    + b"\x03\x03\x02\x00"
    + bytes(36)
    + b"\x00\x02\x00\x02"
    + bytes(12)
    + GRID * 2
    + bytes(12),
    "mAB ": b"mAB "
    + bytes(4)
    + b"\x03\x03\x00\x00"
    + struct.pack(">5I", 32, 80, 0, 128, 172)
    + identity(32)
    + bytes(48)
    + b"\x02\x02\x02"
    + bytes(13)
    + b"\x01\x00\x00\x00"
    + GRID
    + identity(172),
}
"""Transforms from device to connection space in each form there is (ICC.1, 10.10 to 10.12)."""


class TestBeyondTheNumbers:
    @pytest.mark.parametrize("form", ["mft1", "mft2", "mAB "])
    def test_what_follows_a_table_of_colours(self, form: str):
        profile = with_tag(srgb_profile(), b"A2B0", TABLE[form])
        assert cleaned(profile) == profile
        kept = cleaned(with_tag(srgb_profile(), b"A2B0", TABLE[form] + MARKER.encode()))
        assert kept is not None
        assert TABLE[form] in kept
        assert not has_marker(kept)

    def test_a_profile_id_that_is_no_digest(self):
        profile = display_p3()
        lying = profile[:84] + MARKER.encode()[:16] + profile[100:]
        assert cleaned(lying) == profile


class TestTheProfileThatIsMade:
    def test_its_id_is_that_of_its_bytes(self):
        made = cleaned(with_tag(display_p3(), b"cprt", ELEMENT["unicode"]))
        assert made is not None
        counted = made[:44] + bytes(4) + made[48:64] + bytes(4) + made[68:84] + bytes(16)
        assert made[84:100] == hashlib.md5(counted + made[100:]).digest()

    def test_a_known_name_stays(self):
        made = cleaned(with_tag(display_p3(), b"cprt", ELEMENT["unicode"]))
        assert made is not None
        assert description(made) == "Display P3"

    def test_an_unknown_name_does_not(self):
        made = cleaned(with_tag(display_p3(), b"desc", ELEMENT["unicode"]))
        assert made is not None
        assert description(made) == "RGB of the camera"

    def test_version_two_gets_the_texts_of_version_two(self):
        two = assembled(
            bytes(8) + b"\x02\x10\x00\x00mntrRGB XYZ " + bytes(104), p3_matrix(), "Ignored"
        )
        made = cleaned(with_tag(two, b"cprt", ELEMENT["text"]))
        assert made is not None
        assert made[8:10] == b"\x02\x10"
        assert description(made) == "RGB of the camera"
        assert (in_srgb(made) == in_srgb(two)).all()

    def test_cleaning_it_again_changes_nothing(self):
        once = cleaned(with_tag(srgb_profile(), b"cprt", ELEMENT["text"]))
        assert once is not None
        assert cleaned(once) == once

    @pytest.mark.parametrize("broken", [b"", bytes(132), srgb_profile()[:200]])
    def test_a_broken_one_is_no_profile(self, broken: bytes):
        assert cleaned(broken) is None

    def test_one_without_colours_is_no_profile(self):
        without = assembled(srgb_profile(), {b"wtpt": b"XYZ " + bytes(16)}, "sRGB")
        assert cleaned(without) is None


def p3_matrix() -> dict[bytes, bytes]:
    """The colours of Display P3 with a plain gamma, as version 2 knows it."""
    profile = display_p3()
    count = int.from_bytes(profile[128:132], "big")
    entries = [profile[132 + 12 * i : 144 + 12 * i] for i in range(count)]
    every = {e[:4]: profile[slice_of(e)] for e in entries}
    curve = b"curv" + struct.pack(">4xIH", 1, 0x0233)
    return {
        **{tag: every[tag] for tag in (b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ")},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }


class TestDisplayP3:
    def test_its_red_is_outside_of_srgb(self):
        red = Image.new("RGB", (1, 1), (255, 0, 0))
        made = ImageCms.ImageCmsProfile(io.BytesIO(display_p3()))
        lab = ImageCms.profileToProfile(
            red, made, ImageCms.createProfile("LAB"), outputMode="LAB"
        ).getpixel((0, 0))
        srgb = ImageCms.profileToProfile(
            red, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        ).getpixel((0, 0))
        assert lab[1] > srgb[1] + 5

    def test_its_white_is_white(self):
        white = Image.new("RGB", (1, 1), (255, 255, 255))
        made = ImageCms.ImageCmsProfile(io.BytesIO(display_p3()))
        shown = ImageCms.profileToProfile(white, made, ImageCms.createProfile("sRGB"))
        assert shown.getpixel((0, 0)) == (255, 255, 255)

    def test_it_stands_in_where_a_file_names_it_by_code(self):
        color = color_of(None, False, "P3", 3)
        assert (color.profile, color.space) == (display_p3(), "")
        assert color.changes[0].what == "Display P3 profile added"

    def test_a_profile_of_the_file_wins(self):
        assert color_of(srgb_profile(), True, "P3", 3).profile == srgb_profile()


def test_elements_that_overlap_make_no_colour():
    """Twenty tables over the same bytes would come out as twenty copies."""
    profile = bytearray(display_p3() + bytes(8000))
    profile[128:132] = (20).to_bytes(4, "big")
    for number in range(20):
        entry, start = 132 + 12 * number, len(profile) - 4200 + 8 * number
        tag = b"A2B0" if number == 0 else b"B%03d" % number
        profile[entry : entry + 12] = tag + struct.pack(">2I", start, 4000)
        profile[start : start + 4] = b"mft1"
    assert cleaned(bytes(profile)) is None
