"""Every object the hub can make of a photo is valid, says the real validator."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pillow_heif
import pytest
from dciodvfy import FALSE_ALARMS, complaints
from drawn import as_camera_stores, encoded, exif, jpeg, scene
from PIL import ImageCms
from PIL.TiffImagePlugin import IFDRational

import hub.dicom
from factories import make_context, make_patient
from hub.media import photograph
from hub.model import (
    AnatomicRegion,
    Code,
    Department,
    Device,
    Laterality,
    Operator,
    Order,
)

pytestmark = pytest.mark.integration

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EXPOSURE = exif(
    t010F="Acme",
    t0110="Phone 7",
    t0131="17.2",
    t829A=IFDRational(1, 125),
    t829D=IFDRational(18, 10),
    t8822=2,
    t8827=64,
    t9000=b"0232",
    t9003="2026:03:01 10:20:30",
    t9011="+01:00",
    t9201=IFDRational(6965784, 1000000),
    t9204=IFDRational(-1, 3),
    t9206=IFDRational(0, 0),
    t9207=5,
    t9208=1,
    t9209=0x59,
    t920A=IFDRational(57, 10),
    tA001=1,
    tA217=2,
    tA300=b"\x03",
    tA301=b"\x01",
    tA401=4,
    tA402=0,
    tA403=0,
    tA405=26,
    tA406=0,
    tA432=tuple(IFDRational(n, 10) for n in (57, 57, 18, 18)),
    tA433="Acme",
    tA434="Wide",
)


def heic(orientation: int = 1) -> bytes:
    out = io.BytesIO()
    stored = as_camera_stores(scene(), orientation)
    pillow_heif.from_pillow(stored).save(out, exif=exif(orientation))
    return out.getvalue()


PHOTOS = {
    "upright JPEG": jpeg(),
    "grey JPEG": encoded(scene().convert("L"), "JPEG"),
    "4:4:4 JPEG": jpeg(subsampling=0),
    "4:2:2 JPEG": jpeg(subsampling=1),
    "odd JPEG": jpeg(97, 61),
    "turned JPEG": jpeg(160, 128, 6),
    "decoded JPEG": jpeg(150, 115, 6),
    "decoded grey JPEG": encoded(scene(150, 115).convert("L"), "JPEG", exif=exif(orientation=3)),
    "progressive JPEG": jpeg(progressive=True),
    "four-ink JPEG": encoded(scene().convert("CMYK"), "JPEG"),
    "RGB JPEG": encoded(scene(), "JPEG", keep_rgb=True),
    "JPEG with exposure": jpeg(exif=EXPOSURE),
    "JPEG with profile": jpeg(icc_profile=SRGB),
    "tiny JPEG": jpeg(8, 8),
    "PNG": encoded(scene(), "PNG"),
    "PNG with alpha": encoded(scene().convert("RGBA"), "PNG"),
    "PNG with palette": encoded(scene().quantize(8), "PNG"),
    "PNG with 16 bits": encoded(scene().convert("I;16"), "PNG"),
    "bilevel PNG": encoded(scene().convert("1"), "PNG"),
    "GIF": encoded(scene(), "GIF"),
    "BMP": encoded(scene(), "BMP"),
    "TIFF": encoded(scene(), "TIFF"),
    "TIFF with JPEG inside": encoded(scene(), "TIFF", compression="jpeg"),
    "WebP": encoded(scene(), "WEBP"),
    "AVIF": encoded(scene(), "AVIF"),
    "HEIC": heic(),
    "turned HEIC": heic(6),
}

NOSE = AnatomicRegion(Code("SCT", "45206002", "Nose"), body_part_examined="NOSE")
LONG = Code("https://hospital.example/codes", "1119256001000004102", "x" * 100)
ORDER = Order("RAD-77", "RIS&1.2.3&ISO", "PL-9", LONG, reason="Follow-up " * 20)
CONTEXTS: dict[str, dict] = {
    "both hands": {"laterality": Laterality.BOTH},
    "unpaired": {"anatomic_region": NOSE, "laterality": None},
    "unpaired with a side": {"anatomic_region": NOSE, "laterality": Laterality.LEFT},
    "order": {"order": ORDER, "procedure": LONG},
    "order with placer number only": {"order": Order(placer_order_number="P" * 40)},
    "nothing known": {
        "patient": make_patient(name="", birth_date="", sex="", issuer=""),
        "department": Department(""),
        "operator": Operator("", ""),
        "note": "",
        "institution": "",
        "encounter_issuer": "",
    },
    "everything long": {
        "patient": make_patient(name="Æ" * 40 + "^" + "Ø" * 90, issuer="urn:oid:1.2.3.4"),
        "department": Department("D" * 200, LONG),
        "operator": Operator(
            "O" * 40, "N" * 30 + "^" + "M" * 90, "https://hospital.example/staff", "r" * 90
        ),
        "note": "Zeile\n" * 1700,
        "institution": "I" * 200,
        "reason": "R" * 2000,
        "device": Device("d" * 40, "m" * 100, "m" * 100),
    },
    "three scripts": {"patient": make_patient(name="Yamada^Taro=山田^太郎=やまだ^たろう")},
    "west of Greenwich": {
        "captured_at": datetime(2026, 1, 1, 0, 0, 0, 1, timezone(-timedelta(hours=9, minutes=30)))
    },
    "just before midnight": {"captured_at": datetime(2026, 1, 1, 23, 59, 59, 999_999, UTC)},
}


def written(tmp_path: Path, content: bytes, **changes: object) -> Path:
    source, target = tmp_path / "source", tmp_path / "object.dcm"
    source.write_bytes(content)
    photo = photograph(str(source), max_pixels=10_000_000)
    with target.open("wb") as file:
        hub.dicom.build(make_context(**changes), photo).write_to(file.write)
    return target


@pytest.mark.parametrize("name", PHOTOS)
def test_every_kind_of_photo_is_a_valid_object(tmp_path: Path, name: str):
    assert complaints(written(tmp_path, PHOTOS[name])) == []


@pytest.mark.parametrize("name", CONTEXTS)
def test_every_context_gives_a_valid_object(tmp_path: Path, name: str):
    assert complaints(written(tmp_path, PHOTOS["upright JPEG"], **CONTEXTS[name])) == []


def test_the_validator_sees_what_is_wrong(tmp_path: Path):
    path = written(tmp_path, PHOTOS["upright JPEG"])
    path.write_bytes(path.read_bytes().replace(b"YBR_FULL_422", b"RGB         "))
    assert any("PhotometricInterpretation" in line for line in complaints(path))


def test_no_known_false_alarm_is_an_error():
    assert all(reason for reason in FALSE_ALARMS.values())
