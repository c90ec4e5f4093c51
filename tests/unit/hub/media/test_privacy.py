"""Nothing private that a file carries is in what the hub keeps: planted markers are searched."""

from __future__ import annotations

import io
from collections.abc import Callable

import pillow_heif
import pytest
from drawn import app_segment, encoded, exif, jpeg, scene, with_segments
from PIL import Image, PngImagePlugin

import hub.dicom
from factories import make_context
from hub.model import Photograph

MARKER = b"PRIVATE-MARKER-7f3a9c"
TEXT = MARKER.decode()
XMP = b"http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>" + MARKER + b"</x:xmpmeta>"


def comment(body: bytes) -> bytes:
    return b"\xff\xfe" + (len(body) + 2).to_bytes(2, "big") + body


def exif_with(number: int, value: object, directory: int | None = None) -> bytes:
    block = Image.Exif()
    target = block.get_ifd(directory) if directory else block
    target[number] = value
    return encoded(scene(), "JPEG", exif=block.tobytes())


def thumbnail() -> bytes:
    return with_segments(encoded(scene(48, 32), "JPEG"), comment(MARKER))


def jpeg_with_exif_thumbnail() -> bytes:
    """The second directory of the block points at a JPEG of its own (Exif 4.5.6)."""
    small = thumbnail()
    entries = [(0x0201, 4, 1, 8 + 2 + 4 + 2 + 24 + 4), (0x0202, 4, 1, len(small))]
    first = b"\x00\x00" + (8 + 6).to_bytes(4, "little")
    second = len(entries).to_bytes(2, "little")
    for tag, kind, count, value in entries:
        second += tag.to_bytes(2, "little") + kind.to_bytes(2, "little")
        second += count.to_bytes(4, "little") + value.to_bytes(4, "little")
    block = b"II*\x00\x08\x00\x00\x00" + first + second + bytes(4) + small
    return with_segments(encoded(scene(), "JPEG"), app_segment(1, b"Exif\x00\x00" + block))


def png_with_text() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", TEXT)
    info.add_itxt("XML:com.adobe.xmp", TEXT, zip=False)
    return encoded(scene(), "PNG", pnginfo=info, exif=exif(t9286=MARKER))


def heic_with_everything() -> bytes:
    out = io.BytesIO()
    file = pillow_heif.from_pillow(scene())
    file.info["exif"], file.info["xmp"] = exif(t9286=MARKER), XMP
    file.save(out)
    return out.getvalue() + MARKER


PLANTED = {
    "Exif GPS position": exif_with(0x001B, MARKER, directory=0x8825),
    "Exif maker note": exif_with(0x927C, MARKER, directory=0x8769),
    "Exif user comment": exif_with(0x9286, b"ASCII\x00\x00\x00" + MARKER, directory=0x8769),
    "Exif owner": exif_with(0xA430, TEXT, directory=0x8769),
    "Exif body serial number": exif_with(0xA431, TEXT, directory=0x8769),
    "Exif lens serial number": exif_with(0xA435, TEXT, directory=0x8769),
    "Exif artist": exif_with(0x013B, TEXT),
    "Exif copyright": exif_with(0x8298, TEXT),
    "Exif description": exif_with(0x010E, TEXT),
    "Exif title of Windows": exif_with(0x9C9B, TEXT.encode("utf-16-le")),
    "Exif thumbnail": jpeg_with_exif_thumbnail(),
    "XMP": with_segments(jpeg(), app_segment(1, XMP)),
    "extended XMP": with_segments(
        jpeg(), app_segment(1, b"http://ns.adobe.com/xmp/extension/\x00" + MARKER)
    ),
    "IPTC": with_segments(jpeg(), app_segment(13, b"Photoshop 3.0\x008BIM" + MARKER)),
    "comment": with_segments(jpeg(), comment(MARKER)),
    "comment between tables": jpeg().replace(b"\xff\xc4", comment(MARKER) + b"\xff\xc4", 1),
    "JFXX thumbnail": with_segments(jpeg(), app_segment(0, b"JFXX\x00\x10" + thumbnail())),
    "segment of a maker": with_segments(jpeg(), app_segment(9, MARKER)),
    "Adobe segment": with_segments(jpeg(), app_segment(14, b"Adobe\x00d" + bytes(5) + MARKER)),
    "second image": jpeg() + thumbnail(),
    "motion photo": jpeg() + b"\x00\x00\x00\x18ftypmp42" + MARKER,
    "sideways, in the comment": with_segments(jpeg(160, 128, 6), comment(MARKER)),
    "sideways and unaligned": with_segments(jpeg(150, 115, 6), comment(MARKER)),
    "progressive": with_segments(jpeg(progressive=True), comment(MARKER)),
    "PNG text and Exif": png_with_text(),
    "PNG after the end": encoded(scene(), "PNG") + MARKER,
    "TIFF description": encoded(scene(), "TIFF", description=TEXT, software="camera"),
    "WebP Exif and XMP": encoded(scene(), "WEBP", exif=exif(t9286=MARKER), xmp=XMP),
    "GIF comment": encoded(scene(), "GIF", comment=MARKER),
    "HEIC Exif, XMP and end": heic_with_everything(),
}


@pytest.mark.parametrize("place", PLANTED)
def test_it_is_in_the_source_and_not_in_the_object(taken: Callable[..., Photograph], place: str):
    source = PLANTED[place]
    assert any(form in source for form in (MARKER, TEXT.encode("utf-16-le")))
    written = io.BytesIO()
    hub.dicom.build(make_context(), taken(source)).write_to(written.write)
    for form in (MARKER, TEXT.encode("utf-16-le"), TEXT.encode("utf-16-be")):
        assert form not in written.getvalue()


class TestSerialNumbers:
    def test_are_kept_where_the_site_wants_them(self, taken: Callable[..., Photograph]):
        photo = taken(PLANTED["Exif body serial number"], keep_serial=True)
        assert photo.serial == TEXT

    def test_of_lenses_likewise(self, taken: Callable[..., Photograph]):
        photo = taken(PLANTED["Exif lens serial number"], keep_serial=True)
        assert photo.exposure["LensSerialNumber"] == TEXT
