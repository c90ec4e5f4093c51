"""Nothing private that a file carries is in what the hub keeps: planted markers are searched."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from drawn import app_segment, encoded, exif, jpeg, scene, with_segments
from PIL import Image, PngImagePlugin, TiffImagePlugin, TiffTags

import hub.dicom
from factories import make_context
from hub.dicom import received
from hub.dicom.render import DicomRenderer
from hub.media.color import srgb_profile
from hub.media.icc_clean import assembled
from hub.model import Photograph

MARKER = b"PRIVATE-MARKER-7f3a9c0123456789a"
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


def png_chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + kind + body + check


def png_with(*chunks: bytes) -> bytes:
    """The chunks stand between the header and the pixels."""
    png = encoded(scene(), "PNG")
    return png[:33] + b"".join(chunks) + png[33:]


def icc_that_says(tag: bytes) -> bytes:
    """A profile of sRGB's colours with one text of its own."""
    text = b"mluc" + struct.pack(">4x2I", 1, 12) + b"enUS" + struct.pack(">2I", 32, 28)
    name = TEXT[:32] if tag == b"desc" else "sRGB"
    elements = {tag: text + MARKER} if tag != b"desc" else {}
    profile = srgb_profile()
    for number in range(int.from_bytes(profile[128:132], "big")):
        entry = profile[132 + 12 * number : 144 + 12 * number]
        offset, size = struct.unpack(">2I", entry[4:])
        if entry[:4] not in (b"desc", b"cprt"):
            elements.setdefault(entry[:4], profile[offset : offset + size])
    return assembled(profile, elements, name)


def tiff_with(number: int, kind: int) -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags.tagtype[number] = kind
    tags[number] = TEXT if kind == TiffTags.ASCII else MARKER
    return encoded(scene(), "TIFF", tiffinfo=tags)


def webp_with(kind: bytes) -> bytes:
    """A chunk of another kind at the end of the file."""
    webp = encoded(scene(), "WEBP", exif=exif(), lossless=True)
    body = webp[12:] + kind + len(MARKER).to_bytes(4, "little") + MARKER
    return b"RIFF" + (len(body) + 4).to_bytes(4, "little") + b"WEBP" + body


def heic_with_second_picture() -> bytes:
    file = pillow_heif.from_pillow(scene())
    file.add_from_pillow(scene(64, 64))
    file[1].info["exif"] = exif(t9286=MARKER)
    out = io.BytesIO()
    file.save(out, save_all=True, primary_index=0)
    return out.getvalue()


def avif_with_everything() -> bytes:
    return encoded(scene(), "AVIF", exif=exif(t9286=MARKER), xmp=XMP) + MARKER


def mpo() -> bytes:
    second = scene(64, 64)
    second.info["comment"] = MARKER
    return encoded(scene(), "MPO", save_all=True, append_images=[second], comment=MARKER)


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
    "HEIC second picture": heic_with_second_picture(),
    "AVIF Exif, XMP and end": avif_with_everything(),
    "Exif maker": exif_with(0x010F, TEXT),
    "Exif model": exif_with(0x0110, TEXT),
    "Exif program": exif_with(0x0131, TEXT),
    "Exif lens maker": exif_with(0xA433, TEXT, directory=0x8769),
    "Exif lens model": exif_with(0xA434, TEXT, directory=0x8769),
    "Exif spectral sensitivity": exif_with(0x8824, TEXT, directory=0x8769),
    "Exif time": exif_with(0x9003, TEXT, directory=0x8769),
    "Exif offset": exif_with(0x9011, TEXT, directory=0x8769),
    "Exif camera label": exif_with(0xC614, TEXT),
    "Exif area of the position": exif_with(0x001C, MARKER, directory=0x8825),
    "Exif processing program": exif_with(0x000B, TEXT),
    "Exif host computer": exif_with(0x013C, TEXT),
    "JFIF thumbnail": with_segments(
        encoded(scene(), "JPEG"),
        app_segment(0, b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x03\x04" + MARKER),
    ),
    "JPEG profile description": jpeg(icc_profile=icc_that_says(b"desc")),
    "JPEG profile copyright": jpeg(icc_profile=icc_that_says(b"cprt")),
    "JPEG profile model": jpeg(icc_profile=icc_that_says(b"dmdd")),
    "JPEG profile private part": jpeg(icc_profile=icc_that_says(b"mmod")),
    "MPO second image": mpo(),
    "bytes between segments": jpeg().replace(b"\xff\xc4", MARKER + b"\xff\xc4", 1),
    "PNG compressed text": png_with(
        png_chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(MARKER)),
        png_chunk(b"iTXt", b"Title\x00\x01\x00\x00\x00" + zlib.compress(MARKER)),
    ),
    "PNG private chunk": png_with(png_chunk(b"prIv", MARKER)),
    "PNG profile": encoded(scene(), "PNG", icc_profile=icc_that_says(b"cprt")),
    "PNG profile name": png_with(
        png_chunk(b"iCCP", MARKER + b"\x00\x00" + zlib.compress(srgb_profile()))
    ),
    "TIFF artist": tiff_with(315, TiffTags.ASCII),
    "TIFF XMP": tiff_with(700, TiffTags.BYTE),
    "TIFF IPTC": tiff_with(33723, TiffTags.UNDEFINED),
    "TIFF Photoshop": tiff_with(34377, TiffTags.BYTE),
    "TIFF private tag": tiff_with(65000, TiffTags.UNDEFINED),
    "TIFF profile": encoded(scene(), "TIFF", icc_profile=icc_that_says(b"mmod")),
    "WebP chunk of nobody": webp_with(b"PRIV"),
    "GIF extension of a program": encoded(scene(), "GIF")[:-1]
    + b"\x21\xff\x0bPRIVATEDATA"
    + bytes([len(MARKER)])
    + MARKER
    + b"\x00\x3b",
    "BMP after the end": encoded(scene(), "BMP") + MARKER,
}


@pytest.mark.parametrize("place", PLANTED)
def test_it_is_in_the_source_and_in_nothing_that_is_kept_or_shown(
    taken: Callable[..., Photograph], tmp_path: Path, place: str
):
    source = PLANTED[place]
    assert has_marker(source)
    written = io.BytesIO()
    hub.dicom.build(make_context(), taken(source)).write_to(written.write)
    assert not has_marker(written.getvalue())
    for answer in shown(written.getvalue(), tmp_path):
        assert not has_marker(answer)


def has_marker(data: bytes) -> bool:
    """Whether it is there in any form, also inside anything deflated."""
    forms = (MARKER, TEXT.encode("utf-16-le"), TEXT.encode("utf-16-be"))
    return any(form in part for form in forms for part in (data, *inflated(data)))


def inflated(data: bytes) -> list[bytes]:
    """Whatever can be inflated from any place that looks like the start of a zlib stream."""
    found, start = [], data.find(b"\x78")
    while start >= 0:
        if int.from_bytes(data[start : start + 2], "big") % 31 == 0:
            with contextlib.suppress(zlib.error):
                found.append(zlib.decompressobj().decompress(data[start:], 1 << 20))
        start = data.find(b"\x78", start + 1)
    return found


def shown(file: bytes, folder: Path) -> list[bytes]:
    """What the hub answers when the object is looked at."""
    path = folder / "object.dcm"
    path.write_bytes(file)
    _, _, instance = received.read(str(path)).facts("0" * 64, len(file))
    renderer = DicomRenderer(folder / "cache")
    pictures = [renderer.thumbnail(str(path), instance)]
    for media_type in ("image/jpeg", "image/png"):
        pictures.append(renderer.rendered(str(path), instance, media_type=media_type))
    return pictures


class TestSerialNumbers:
    def test_are_kept_where_the_site_wants_them(self, taken: Callable[..., Photograph]):
        photo = taken(PLANTED["Exif body serial number"], keep_serial=True)
        assert photo.serial == TEXT

    def test_of_lenses_likewise(self, taken: Callable[..., Photograph]):
        photo = taken(PLANTED["Exif lens serial number"], keep_serial=True)
        assert photo.exposure["LensSerialNumber"] == TEXT
