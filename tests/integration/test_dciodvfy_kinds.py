"""Every kind of capture, from every kind of source, is a valid object, says the real validator."""

from __future__ import annotations

from pathlib import Path

import pytest
from dciodvfy import complaints
from drawn import as_camera_stores, encoded, exif, jpeg, scene
from drawn_pdf import pdf
from PIL import Image

import hub.dicom
import hub.media
from factories import make_context
from hub.model import CaptureContext, Dermoscopy, Device, Kind, Specimen, StagePosition
from hub.settings import Settings

pytestmark = pytest.mark.integration

SLIDE = Specimen("S26-1001-A1", "PATHLAB&1.2.3&ISO", "S26-1001", "Skin ellipse")
LESION = Dermoscopy(True, True, "ULTRASOUND_GEL", 10.0, "back-7")

KINDS: dict[str, dict] = {
    "photo": {"kind": Kind.PHOTO},
    "dermoscopy": {"kind": Kind.DERMOSCOPY},
    "dermoscopy, all known": {"kind": Kind.DERMOSCOPY, "dermoscopy": LESION},
    "dermoscopy, no contact": {
        "kind": Kind.DERMOSCOPY,
        "dermoscopy": Dermoscopy(polarized=False, contact=False),
        "device": Device("phone-3", "Acme", "Phone 7"),
    },
    "gross": {"kind": Kind.GROSS, "specimen": SLIDE, "anatomic_region": None, "laterality": None},
    "gross with region": {"kind": Kind.GROSS, "specimen": Specimen("S26-1001")},
    "microscopy": {"kind": Kind.MICROSCOPY, "specimen": SLIDE},
    "microscopy without slide": {"kind": Kind.MICROSCOPY},
    "slide field": {
        "kind": Kind.MICROSCOPY,
        "specimen": SLIDE,
        "stage": StagePosition(12.3456, 40.1, 0.0125),
    },
    "slide field without depth": {
        "kind": Kind.MICROSCOPY,
        "specimen": Specimen("S26-1001-A1"),
        "stage": StagePosition(12.3456, -40.1),
        "anatomic_region": None,
        "laterality": None,
    },
    "endoscopy": {"kind": Kind.ENDOSCOPY},
}
SETTINGS = Settings()


def written(tmp_path: Path, content: bytes, context: CaptureContext) -> Path:
    source, target = tmp_path / "source", tmp_path / "object.dcm"
    source.write_bytes(content)
    media = hub.media.read(context.kind, str(source), SETTINGS)
    with target.open("wb") as file:
        hub.dicom.build(context, media).write_to(file.write)
    return target


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_still(tmp_path: Path, kind: str):
    assert (
        complaints(written(tmp_path, jpeg(exif=exif(t8827=64)), make_context(**KINDS[kind]))) == []
    )


@pytest.mark.parametrize("note", ["", "Referral letter", "Long " * 500])
def test_a_document(tmp_path: Path, note: str):
    context = make_context(kind=Kind.DOCUMENT, anatomic_region=None, laterality=None, note=note)
    assert complaints(written(tmp_path, pdf(), context)) == []


def test_a_document_about_a_region(tmp_path: Path):
    assert complaints(written(tmp_path, pdf(b"(odd)"), make_context(kind=Kind.DOCUMENT))) == []
