"""Every kind of capture, from every kind of source, is a valid object, says the real validator."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pillow_heif
import pydicom
import pytest
from dciodvfy import complaints
from drawn import as_camera_stores, encoded, exif, jpeg, scene
from drawn_pdf import pdf
from PIL import Image

import hub.dicom
import hub.media
from factories import make_context
from hub.dicom.note_sr import note_report
from hub.model import CaptureContext, Code, Dermoscopy, Device, Kind, Specimen, StagePosition
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
PROCEDURE = Code("SCT", "72641008", "Photography of patient")


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


@pytest.mark.parametrize("kind", [*KINDS, "document"])
def test_the_report_of_a_note(tmp_path: Path, kind: str):
    changes = {"document": {"kind": Kind.DOCUMENT}, **KINDS}[kind]
    context = make_context(reason="Itching", procedure=PROCEDURE, **changes)
    source, target = tmp_path / "source", tmp_path / "note.dcm"
    source.write_bytes(pdf() if kind == "document" else jpeg())
    media = hub.media.read(context.kind, str(source), SETTINGS)
    shown = hub.dicom.build(context, media)
    with target.open("wb") as file:
        note_report(context, media, shown).write_to(file.write)
    assert complaints(target) == []


def drawn_in(colour: str, image: Image.Image, orientation: int) -> bytes:
    """The picture as a camera held in `orientation` stores it, in one colour model."""
    stored = as_camera_stores(image, orientation)
    said = {"exif": exif(orientation)}
    translucent = stored.convert("RGBA")
    translucent.putalpha(128)
    deep = Image.fromarray(np.asarray(stored.convert("L"), np.uint16) * 257)
    return {
        "YCbCr 4:2:0": lambda: encoded(stored, "JPEG", subsampling=2, **said),
        "YCbCr 4:2:2": lambda: encoded(stored, "JPEG", subsampling=1, **said),
        "YCbCr 4:4:4": lambda: encoded(stored, "JPEG", subsampling=0, **said),
        "progressive": lambda: encoded(stored, "JPEG", progressive=True, **said),
        "grey JPEG": lambda: encoded(stored.convert("L"), "JPEG", **said),
        "CMYK JPEG": lambda: encoded(stored.convert("CMYK"), "JPEG", **said),
        "RGB PNG": lambda: encoded(stored, "PNG", **said),
        "palette PNG": lambda: encoded(stored.convert("P"), "PNG", **said),
        "alpha PNG": lambda: encoded(translucent, "PNG", **said),
        "16-bit PNG": lambda: encoded(deep, "PNG", **said),
        "one-bit PNG": lambda: encoded(stored.convert("1"), "PNG", **said),
        "CMYK TIFF": lambda: encoded(stored.convert("CMYK"), "TIFF", **said),
        "extended JPEG": lambda: encoded(stored, "JPEG", **said).replace(SOF0, SOF1, 1),
        "RGB JPEG": lambda: encoded(stored, "JPEG", keep_rgb=True, **said),
        "HEIC": lambda: heic(image),
        "AVIF": lambda: encoded(stored, "AVIF", **said),
        "alpha WebP": lambda: encoded(translucent, "WEBP", **said),
    }[colour]()


def heic(image: Image.Image) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out, quality=80)
    return out.getvalue()


SOF0, SOF1 = b"\xff\xc0", b"\xff\xc1"
COLOURS = (
    "YCbCr 4:2:0",
    "YCbCr 4:2:2",
    "YCbCr 4:4:4",
    "progressive",
    "grey JPEG",
    "CMYK JPEG",
    "RGB PNG",
    "palette PNG",
    "alpha PNG",
    "16-bit PNG",
    "one-bit PNG",
    "CMYK TIFF",
    "extended JPEG",
    "RGB JPEG",
    "HEIC",
    "AVIF",
    "alpha WebP",
)
SIZES = {"aligned": (160, 128), "odd": (151, 117), "tiny": (3, 1)}
PLAIN_KINDS = ("photo", "dermoscopy, all known", "gross", "microscopy", "slide field", "endoscopy")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_size_and_orientation(tmp_path: Path, colour: str, size: str):
    """Kinds take turns, so that each meets every colour, every size and every orientation."""
    first = COLOURS.index(colour) + 2 * list(SIZES).index(size)
    for orientation in range(1, 9):
        kind = PLAIN_KINDS[(first + orientation) % len(PLAIN_KINDS)]
        content = drawn_in(colour, drawing(*SIZES[size]), orientation)
        target = written(tmp_path, content, make_context(**KINDS[kind]))
        ds = pydicom.dcmread(target, stop_before_pixels=True)
        assert (ds.Columns, ds.Rows) == SIZES[size]
        assert complaints(target) == [], f"{kind}, orientation {orientation}"


def drawing(width: int, height: int) -> Image.Image:
    return scene(width, height) if height > 2 else Image.new("RGB", (width, height), "peru")


@pytest.mark.parametrize("kind", PLAIN_KINDS)
def test_twelve_megapixels(tmp_path: Path, kind: str):
    content = jpeg(4032, 3024, orientation=6)
    assert complaints(written(tmp_path, content, make_context(**KINDS[kind]))) == []
