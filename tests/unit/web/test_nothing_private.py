"""What a file says of people and places is nowhere: not on the disk, in no answer, in no log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from drawn import encoded, exif, jpeg, scene
from PIL import Image, PngImagePlugin
from served import Served, serving

from hub.model import Receipt, Role

MARKER = b"PRIVATE-MARKER-5d1b8e7f00112233"
FORMS = (MARKER, MARKER.decode().encode("utf-16-le"), MARKER.decode().encode("utf-16-be"))


def said() -> bytes:
    """Exif with the marker in every text that a camera or a person may write."""
    block = Image.Exif()
    for number in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298):
        block[number] = MARKER.decode()
    for number in (0x9286, 0xA420, 0xA430, 0xA431, 0xA434, 0xA435, 0x927C):
        block.get_ifd(0x8769)[number] = MARKER
    block.get_ifd(0x8825)[27] = MARKER
    return block.tobytes()


def png() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", MARKER.decode())
    return encoded(scene(), "PNG", pnginfo=text, exif=said())


FILES = {
    "kept JPEG": jpeg(exif=said(), comment=MARKER, xmp=MARKER) + MARKER,
    "turned JPEG": jpeg(orientation=6) + MARKER,
    "unaligned JPEG": encoded(scene(61, 47), "JPEG", exif=exif(6), comment=MARKER) + MARKER,
    "PNG": png() + MARKER,
    "WebP": encoded(scene(), "WEBP", exif=said(), xmp=MARKER),
    "AVIF": encoded(scene(), "AVIF", exif=said(), xmp=MARKER),
    "TIFF": encoded(scene(), "TIFF", exif=said()) + MARKER,
}


def answers(served: Served, receipt: Receipt) -> list[bytes]:
    """Everything that tells of an instance."""
    study = f"/dicom-web/studies/{receipt.study_instance_uid}"
    image = f"{study}/series/{receipt.series_instance_uid}/instances/{receipt.sop_instance_uid}"
    paths = [image, f"{image}/metadata", f"{image}/rendered", f"{image}/thumbnail"]
    paths += [f"{image}/frames/1", f"{study}/instances", "/api/v1/search?q=hand"]
    client = served.client(Role.RADIOLOGY)
    found = [client.get(path) for path in paths]
    assert [answer.status_code for answer in found] == [200] * len(paths)
    return [answer.data for answer in found]


@pytest.mark.parametrize("name", FILES)
def test_the_marker_is_nowhere(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with serving(tmp_path) as served:
        told = answers(served, served.photo(FILES[name]))
        kept = [path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert len(kept) > 3
    for content in (*told, *kept, caplog.text.encode()):
        assert not any(form in content for form in FORMS)
