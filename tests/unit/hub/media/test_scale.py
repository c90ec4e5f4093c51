"""A capture that says a marker is in the picture gets its scale, and only then and if found."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from drawn import as_camera_stores, encoded, exif, scene
from drawn_marker import with_marker

import hub.dicom
from factories import make_capture, make_context, make_source
from hub.capture_rules import scale_flags
from hub.media import photograph, with_scale
from hub.model import FlagCode, Media, ReviewFlag
from hub.settings import Settings

MARKED = with_marker(scene(640, 480), 160, turn=10)


def read(folder: Path, stream: bytes, *, said: bool = True) -> Media:
    source = make_source(folder, stream)
    capture = make_capture(source, scale_marker=said)
    photo = photograph(source.path, max_pixels=10**8)
    return with_scale(photo, capture, Settings(data=folder))


def marked(orientation: int = 1) -> bytes:
    stored = as_camera_stores(MARKED, orientation)
    return encoded(stored, "JPEG", quality=90, exif=exif(orientation=orientation))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_has_the_same_scale(tmp_path: Path, orientation: int):
    media = read(tmp_path, marked(orientation))

    assert media.pixel_spacing == pytest.approx(0.25, rel=0.005)


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
def test_other_formats_have_it_too(tmp_path: Path, format: str):
    assert read(tmp_path, encoded(MARKED, format)).pixel_spacing == pytest.approx(0.25, rel=0.005)


def test_the_object_says_scale_method_and_step(tmp_path: Path):
    media = read(tmp_path, marked())
    path = tmp_path / "object.dcm"
    with path.open("wb") as file:
        hub.dicom.build(make_context(), media).write_to(file.write)
    ds = pydicom.dcmread(path)

    assert [float(v) for v in ds.PixelSpacing] == pytest.approx([0.25, 0.25], rel=0.005)
    assert ds.PixelSpacingCalibrationType == "FIDUCIAL"
    assert ds.PixelSpacing[0] == ds.PixelSpacing[1]
    assert ds.PixelSpacingCalibrationDescription == (
        "Printed 30 mm marker; in its plane only, to 1 % within 60 mm"
    )
    assert "Scale found: 0.2" in ds.ContributingEquipmentSequence[0].ContributionDescription


def test_without_the_word_of_the_capture_nothing_is_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def never(*_: object, **__: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("hub.media.scale.in_child", never)

    assert read(tmp_path, marked(), said=False).pixel_spacing is None


def test_a_marker_that_is_not_there_is_flagged_and_nothing_written(tmp_path: Path):
    media = read(tmp_path, encoded(scene(640, 480), "JPEG"))
    capture = make_capture(make_source(tmp_path, b""), scale_marker=True)

    assert scale_flags(capture, media) == (ReviewFlag(FlagCode.SCALE_MARKER),)
    assert "PixelSpacing" not in hub.dicom.build(make_context(), media).ds


def test_no_flag_where_it_was_found_or_never_said(tmp_path: Path):
    capture = make_capture(make_source(tmp_path, b""), scale_marker=True)
    silent = make_capture(make_source(tmp_path, b""))

    assert scale_flags(capture, read(tmp_path, marked())) == ()
    assert scale_flags(silent, read(tmp_path, marked(), said=False)) == ()


def test_a_tilted_marker_writes_no_scale_and_says_why(tmp_path: Path):
    tilted = with_marker(scene(640, 480), 160, tilt=0.2, turn=40)
    capture = make_capture(make_source(tmp_path, b""), scale_marker=True)

    media = read(tmp_path, encoded(tilted, "JPEG"))
    ds = hub.dicom.build(make_context(), media).ds

    assert scale_flags(capture, media) == (ReviewFlag(FlagCode.SCALE_TILTED),)
    assert "PixelSpacing" not in ds
    assert "PixelSpacingCalibrationType" not in ds
    assert "too tilted" in ds.ContributingEquipmentSequence[0].ContributionDescription
