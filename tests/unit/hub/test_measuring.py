"""Every captured still is looked at once, and what is doubted is what a person would doubt."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from drawn import encoded, exif
from drawn_pdf import pdf
from PIL import Image, ImageFilter

from factories import make_capture, make_encounter, make_practitioner, make_source
from hub.bootstrap import Hub
from hub.dicom.quality import measure
from hub.measuring import CURSOR
from hub.model import Kind, Specimen
from hub.review_flags import doubts

BY = make_practitioner()


def textured(size: tuple[int, int] = (1280, 960)) -> Image.Image:
    """The same grey scene, in the middle of the range, at any resolution."""
    noise = np.random.default_rng(7).integers(60, 200, (240, 320), np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).convert("RGB")


class TestMeasure:
    def test_a_sharp_picture_is_not_doubted(self):
        assert doubts(measure(textured())) == ()

    def test_blur_is_seen_at_every_resolution(self):
        for width in (640, 1280, 4032):
            picture = textured((width, width * 3 // 4))
            assert measure(picture)["sharpness"] > 30
            radius = 6 * width / 640
            assert "blurred" in doubts(measure(picture.filter(ImageFilter.GaussianBlur(radius))))

    @pytest.mark.parametrize(("factor", "said"), [(0.1, "dark"), (4.0, "bright")])
    def test_exposure(self, factor: float, said: str):
        assert said in doubts(measure(textured().point(lambda value: min(255, value * factor))))

    def test_known_numbers(self):
        stripes = np.zeros((4, 6), np.uint8)
        stripes[:, ::2] = 255

        found = measure(Image.fromarray(stripes))

        assert found["mean"] == 127.5
        assert (found["dark"], found["bright"]) == (0.5, 0.5)
        assert found["sharpness"] == 510.0**2

    @pytest.mark.parametrize("size", [(1, 1), (2, 500), (500, 2)])
    def test_what_is_too_small_has_no_sharpness(self, size: tuple[int, int]):
        assert measure(Image.new("RGB", size, "white"))["sharpness"] == 0.0


@pytest.fixture
def captured(hub: Hub, register, tmp_path: Path):
    register(make_encounter())

    def captured(content: bytes, **changes: object):
        receipt, _ = hub.ingest.capture(make_capture(make_source(tmp_path, content), **changes), BY)
        return receipt

    return captured


class TestFollowing:
    def test_every_still_of_the_feed_is_measured_once(self, hub, captured):
        sharp = captured(encoded(textured(), "JPEG"))
        blurred = captured(encoded(textured().filter(ImageFilter.GaussianBlur(12)), "PNG"))
        captured(pdf(), kind=Kind.DOCUMENT)
        study = hub.catalog.study(sharp.study_instance_uid)
        assert hub.reading.measures(study.instances) == {}

        assert hub.measuring.drain() == 2

        found = hub.reading.measures(study.instances)
        assert doubts(found[sharp.sop_instance_uid]) == ()
        assert doubts(found[blurred.sop_instance_uid]) == ("blurred",)
        assert hub.measuring.drain() == 0

    def test_a_still_that_cannot_be_read_holds_nothing_back(self, hub, captured):
        lost = captured(encoded(textured(), "JPEG"))
        kept = captured(encoded(textured(), "PNG"))
        instance = hub.catalog.instance(lost.sop_instance_uid)
        path = Path(hub.objects.path(instance.sha256))
        path.chmod(0o600)
        path.unlink()

        assert hub.measuring.drain() == 1

        study = hub.catalog.study(kept.study_instance_uid)
        assert set(hub.reading.measures(study.instances)) == {kept.sop_instance_uid}
        assert hub.catalog.cursor(CURSOR) > 0


def written(picture: Image.Image, format: str, **save: object) -> bytes:
    if format != "HEIF":
        return encoded(picture, format, **save)
    out = io.BytesIO()
    pillow_heif.from_pillow(picture).save(out, **save)
    return out.getvalue()


def dull(picture: Image.Image, factor: float) -> Image.Image:
    return picture.point(lambda value: min(255, value * factor))


LOOKS = {
    (): textured((640, 480)),
    ("blurred",): textured((640, 480)).filter(ImageFilter.GaussianBlur(6)),
    ("blurred", "dark"): dull(textured((640, 480)), 0.05),
    ("bright",): dull(textured((640, 480)), 3.5),
}
SPECIMEN = {"specimen": Specimen("S26-17 A1"), "anatomic_region": None, "laterality": None}
STILLS = {
    "JPEG": ("JPEG", {}),
    "JPEG upside down": ("JPEG", {"orientation": 3}),
    "PNG": ("PNG", {}),
    "TIFF": ("TIFF", {}),
    "WebP": ("WEBP", {"lossless": True}),
    "HEIC": ("HEIF", {"quality": 95}),
    "dermoscopy": ("JPEG", {"kind": Kind.DERMOSCOPY}),
    "microscopy": ("TIFF", {"kind": Kind.MICROSCOPY, **SPECIMEN}),
    "endoscopy": ("PNG", {"kind": Kind.ENDOSCOPY}),
    "gross": ("JPEG", {"kind": Kind.GROSS, **SPECIMEN}),
}
SAVED_WITH = {"quality", "lossless", "orientation"}


@pytest.mark.parametrize("still", STILLS)
def test_every_kind_of_still_is_measured_and_doubted_by_its_looks(hub, captured, still: str):
    format, changes = STILLS[still]
    save = {name: value for name, value in changes.items() if name in SAVED_WITH}
    if turned := save.pop("orientation", 0):
        save["exif"] = exif(orientation=turned)
    changes = {name: value for name, value in changes.items() if name not in SAVED_WITH}
    receipts = {
        looks: captured(written(picture, format, **save), **changes)
        for looks, picture in LOOKS.items()
    }

    assert hub.measuring.drain() == len(LOOKS)

    for looks, receipt in receipts.items():
        instance = hub.catalog.instance(receipt.sop_instance_uid)
        stored = hub.reading.measures([instance])[receipt.sop_instance_uid]
        assert set(stored) == {"sharpness", "mean", "dark", "bright"}
        flags = hub.reading.flags([instance])[receipt.sop_instance_uid]
        assert tuple(flag.code for flag in flags) == looks
