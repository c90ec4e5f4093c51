"""Stills whose pixels a decoder hands over in another form than they mean."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Sequence

import numpy as np
import pillow_heif
import pytest
from drawn import CORNERS, corner_names, encoded, exif, pixels, scene
from drawn_boxes import clean_aperture, with_property
from PIL import Image, ImageCms, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from hub.errors import UnsupportedMedia
from hub.media.heif_properties import properties_of
from hub.model import Photograph

Taken = Callable[..., Photograph]
RAMP = np.linspace(0, 1, 256).reshape(1, 256).repeat(8, axis=0)
"""From black to white."""

BITS, COMPRESSION, PHOTOMETRIC, SAMPLES, PLANES, FORMAT = 258, 259, 262, 277, 284, 339
UNSIGNED, SIGNED, FLOAT = 1, 2, 3


def said(photo: Photograph) -> str:
    return "; ".join(change.what for change in photo.changes)


def tiff(
    data: bytes, entries: dict[int, Sequence[int]], width: int = 256, height: int = 8
) -> bytes:
    """A little endian TIFF of one uncompressed strip; every entry is a SHORT or LONG."""
    entries = {256: [width], 257: [height], COMPRESSION: [1], SAMPLES: [1], **entries}
    entries |= {278: [height], 279: [len(data)], 273: [0]}
    start = 8 + 2 + 12 * len(entries) + 4
    table, values = b"", b""
    for tag, numbers in sorted(entries.items()):
        numbers = [start + 64] if tag == 273 else numbers
        form = "<I" if tag in (273, 279) else f"<{len(numbers)}H"
        value = struct.pack(form, *numbers)
        if len(value) > 4:
            value, values = struct.pack("<I", start + len(values)), values + value
        table += struct.pack("<HHI", tag, 4 if form == "<I" else 3, len(numbers)) + value.ljust(
            4, b"\0"
        )
    head = b"II*\x00" + struct.pack("<IH", 8, len(entries)) + table + bytes(4)
    return head + values.ljust(64, b"\0") + data


def packed(values: np.ndarray, bits: int) -> bytes:
    text = "".join(f"{value:0{bits}b}" for value in values.ravel())
    return int(text, 2).to_bytes(len(text) // 8, "big")


class TestDeepGreyTiff:
    @pytest.mark.parametrize(
        ("data", "entries"),
        [
            (packed((RAMP * 4095).astype(int), 12), {BITS: [12], PHOTOMETRIC: [1]}),
            ((65535 - RAMP * 65535).astype("<u2"), {BITS: [16], PHOTOMETRIC: [0]}),
            ((RAMP * 65535).astype("<u2"), {BITS: [16], PHOTOMETRIC: [1]}),
            ((RAMP * (2**32 - 1)).astype("<u4"), {BITS: [32], PHOTOMETRIC: [1]}),
            (
                (RAMP * 65535 - 32768).astype("<i2"),
                {BITS: [16], PHOTOMETRIC: [1], FORMAT: [SIGNED]},
            ),
            ((RAMP * 32767).astype("<i2"), {BITS: [16], PHOTOMETRIC: [1], FORMAT: [SIGNED]}),
            (RAMP.astype("<f4"), {BITS: [32], PHOTOMETRIC: [1], FORMAT: [FLOAT]}),
            ((RAMP * 2 - 1).astype("<f4"), {BITS: [32], PHOTOMETRIC: [1], FORMAT: [FLOAT]}),
            ((1 - RAMP).astype("<f4"), {BITS: [32], PHOTOMETRIC: [0], FORMAT: [FLOAT]}),
        ],
        ids=[
            "12 bits",
            "white is zero",
            "16 bits",
            "32 bits",
            "signed",
            "signed from 0",
            "float",
            "around 0",
            "float 0",
        ],
    )
    def test_black_is_black_and_white_is_white(
        self, taken: Taken, data: np.ndarray | bytes, entries: dict
    ):
        photo = taken(tiff(bytes(data), entries))
        shown = np.asarray(pixels(photo)).astype(int)
        assert np.abs(shown - RAMP * 255).max() <= 1
        assert "More than 8 bits a sample reduced to 8" in said(photo)

    def test_no_number_is_black(self, taken: Taken):
        values = RAMP.astype("<f4")
        values[0, 200] = np.nan
        entries = {BITS: [32], PHOTOMETRIC: [1], FORMAT: [FLOAT]}
        assert pixels(taken(tiff(bytes(values), entries))).getpixel((200, 0)) == 0


class TestRefusedTiff:
    def test_deep_colours_in_planes_are_not_guessed(self, taken: Taken):
        entries = {BITS: [16, 16, 16], PHOTOMETRIC: [2], SAMPLES: [3], PLANES: [2]}
        with pytest.raises(UnsupportedMedia, match="planes"):
            taken(tiff(bytes(256 * 8 * 6), entries))

    @pytest.mark.parametrize(
        "entries",
        [
            {BITS: [8], PHOTOMETRIC: [1], COMPRESSION: [34887]},
            {BITS: [8], PHOTOMETRIC: [1], COMPRESSION: [50001]},
            {BITS: [32] * 3, PHOTOMETRIC: [2], SAMPLES: [3], FORMAT: [FLOAT] * 3},
        ],
        ids=["LERC", "WebP", "floating colours"],
    )
    def test_codings_that_are_not_read_are_not_called_damage(self, taken: Taken, entries: dict):
        with pytest.raises(UnsupportedMedia, match="coded in a way"):
            taken(tiff(bytes(256 * 8 * 12), entries))

    @pytest.mark.parametrize("entry", [{254: [1]}, {50706: [1, 4]}], ids=["reduced", "DNG"])
    def test_the_preview_of_raw_data_is_not_the_photo(self, taken: Taken, entry: dict):
        with pytest.raises(UnsupportedMedia, match="raw data"):
            taken(tiff(bytes(256 * 8), {BITS: [8], PHOTOMETRIC: [1], **entry}))


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
    b'tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)


def with_xmp(format: str) -> bytes:
    if format == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", XMP.decode())
        return encoded(scene(), "PNG", pnginfo=text)
    options = {"tiffinfo": {700: XMP}} if format == "TIFF" else {"xmp": XMP}
    return encoded(scene(), format, **options)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
def test_only_exif_turns_a_photo_as_in_a_browser(taken: Taken, format: str):
    photo = taken(with_xmp(format))
    assert (photo.columns, photo.rows) == scene().size
    assert corner_names(pixels(photo)) == list(CORNERS)


def test_exif_after_the_pixels_of_a_png_counts(taken: Taken):
    plain = encoded(scene(), "PNG", exif=exif(t829D=IFDRational(28, 10), t010F="Apple"))
    at = plain.index(b"eXIf") - 4
    size = int.from_bytes(plain[at : at + 4], "big") + 12
    end = plain.index(b"IEND") - 4
    late = plain[:at] + plain[at + size : end] + plain[at : at + size] + plain[end:]
    photo = taken(late)
    assert (photo.manufacturer, photo.exposure["FNumber"]) == ("Apple", "2.8")
    assert "Exif" in said(photo)


def test_lossless_webp_with_a_long_profile_is_lossless(taken: Taken):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + bytes(8000)
    content = encoded(scene(), "WEBP", lossless=True, icc_profile=profile)
    assert content.index(b"VP8L") > 4096
    assert taken(content).lossy == ()


def test_a_lossless_jpeg_is_lossless(taken: Taken):
    frame = b"\xff\xc3\x00\x0b\x08\x00\x10\x00\x10\x01\x01\x11\x00"
    table = b"\xff\xc4\x00\x14\x00\x01" + bytes(15) + b"\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x01\x00\x00" + bytes(32)
    photo = taken(b"\xff\xd8" + frame + table + scan + b"\xff\xd9")
    assert set(pixels(photo).tobytes()) == {128}
    assert photo.lossy == ()


def jpeg_of_12_bits(value: int, components: int, orientation: int = 1) -> bytes:
    """16 by 8 pixels of one colour (T.81 F.1): each component's first block says which."""
    block = exif(orientation)
    difference = 8 * (value - 2048)
    first = f"01{difference:013b}0" if difference > 4095 else "no such value"
    bits = "".join((first if number < components else "000") for number in range(2 * components))
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    ids = range(1, components + 1)
    frame = b"\x0c\x00\x08\x00\x10" + bytes([components]) + b"".join(bytes([i, 17, 0]) for i in ids)
    scan = bytes([components]) + b"".join(bytes([i, 0]) for i in ids) + b"\x00\x3f\x00"
    parts = [(0xE1, block), (0xDB, b"\x00" + b"\x01" * 64), (0xC1, frame)]
    parts += [(0xC4, b"\x00\x00\x02" + bytes(14) + b"\x00\x0d")]
    parts += [(0xC4, b"\x10\x01" + bytes(15) + b"\x00"), (0xDA, scan)]
    head = b"".join(
        bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body for marker, body in parts
    )
    return b"\xff\xd8" + head + data + b"\xff\xd9"


class TestJpegOfTwelveBits:
    def test_grey_is_scaled_and_turned(self, taken: Taken):
        photo = taken(jpeg_of_12_bits(3000, 1, orientation=6))
        assert (photo.rows, photo.columns, photo.samples_per_pixel) == (16, 8, 1)
        assert np.abs(np.asarray(pixels(photo)).astype(int) - 3000 * 255 / 4095).max() <= 1
        assert "More than 8 bits a sample reduced to 8" in said(photo)
        assert [method for _, method in photo.lossy] == ["ISO_10918_1"]

    def test_colour_is_decoded(self, taken: Taken):
        photo = taken(jpeg_of_12_bits(3000, 3))
        red, green, blue = pixels(photo).getpixel((4, 4))
        # YCbCr of three times 3000 by T.871, in 12 bits
        wanted = (3000 + 1.402 * 952, 3000 - 1.058272 * 952, 3000 + 1.772 * 952)
        for found, value in zip((red, green, blue), wanted, strict=True):
            assert found == pytest.approx(min(value, 4095) * 255 / 4095, abs=2)

    def test_four_inks_are_refused_in_words(self, taken: Taken):
        with pytest.raises(UnsupportedMedia, match="more than 8 bits"):
            taken(jpeg_of_12_bits(3000, 4))


class TestHeifProperties:
    def test_bits_and_colours_of_an_avif_stand_in_its_boxes(self, tmp_path):
        content = bytearray(encoded(scene(), "AVIF"))
        depths = content.index(b"pixi") + 9
        content[depths : depths + 3] = b"\x0a\x0a\x0a"
        path = tmp_path / "deep.avif"
        path.write_bytes(content)
        found = properties_of(str(path))
        assert (found.bits, found.codings) == (10, {"av01"})
        assert len(content) / 3 < found.size < len(content)

    def test_a_further_picture_is_said(self, taken: Taken):
        out, two = io.BytesIO(), pillow_heif.HeifFile()
        two.add_from_pillow(scene())
        two.add_from_pillow(scene(64, 64))
        two.save(out, primary_index=0)
        assert "further picture" in said(taken(out.getvalue()))

    @pytest.mark.parametrize("format", ["HEIF", "AVIF"])
    def test_what_was_cut_off_is_not_shown(self, taken: Taken, format: str):
        whole, cut = io.BytesIO(), clean_aperture((160, 128), 96, 8, 60, 32)
        save = scene().save if format == "AVIF" else pillow_heif.from_pillow(scene()).save
        save(whole, format=format, quality=90)
        photo = taken(with_property(whole.getvalue(), cut))
        wanted = np.asarray(scene().crop((96, 8, 156, 40))).astype(int)
        assert np.abs(np.asarray(pixels(photo)) - wanted).mean() < 6
        assert "Cut to the part that the file shows" in said(photo)

    @pytest.mark.parametrize("part", [0.02, 0.05, 0.1, 0.2, 0.5])
    def test_broken_boxes_say_nothing_or_less(self, tmp_path, part: float):
        content = encoded(scene(), "AVIF")
        path = tmp_path / "cut.avif"
        path.write_bytes(content[: int(len(content) * part)])
        assert properties_of(str(path)).bits == 8


def test_ten_bits_of_a_heic_are_said(taken: Taken):
    out = io.BytesIO()
    deep = np.asarray(scene()).astype(np.uint16) * 257
    height, width, _ = deep.shape
    pillow_heif.from_bytes("RGB;16", (width, height), deep.tobytes()).save(out, quality=90)
    assert "More than 8 bits a sample reduced to 8" in said(taken(out.getvalue()))


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_pixels_of_8_bits_are_not_touched(taken: Taken, mode: str):
    picture = Image.fromarray((RAMP * 255).astype(np.uint8)).convert(mode)
    photo = taken(encoded(picture, "TIFF"))
    assert np.array_equal(np.asarray(pixels(photo)), np.asarray(picture))
