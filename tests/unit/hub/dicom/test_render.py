"""Pictures for pages, looked at as a browser would."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from drawn import CORNERS, corner_names, encoded, entropy_coded, exif, jpeg, scene
from PIL import Image, ImageCms

from hub.dicom import received
from hub.dicom.render import DicomRenderer
from hub.errors import NotAcceptable, NotFound

Shown = Callable[..., Image.Image]


@pytest.fixture
def rendered(tmp_path: Path) -> Callable[..., bytes]:
    renderer = DicomRenderer(tmp_path / "cache")

    def rendered(file: bytes, method: str = "rendered", **options: object) -> bytes:
        path = tmp_path / "object.dcm"
        path.write_bytes(file)
        _, _, instance = received.read(str(path)).facts(str(hash(file)), len(file))
        return getattr(renderer, method)(str(path), instance, **options)

    return rendered


def radiograph(pixels: np.ndarray, **changes: object) -> bytes:
    ds = pydicom.Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1", "1.2.3.1.1"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3", "1.2.3.1"
    ds.Rows, ds.Columns, ds.SamplesPerPixel = *pixels.shape[-2:], 1
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.PixelData = pixels.astype("<u2").tobytes()
    for keyword, value in changes.items():
        setattr(ds, keyword, value)
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    out = io.BytesIO()
    pydicom.dcmwrite(out, ds, enforce_file_format=True)
    return out.getvalue()


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


RAMP = np.linspace(0, 4095, 256).astype(int).reshape(16, 16)


class TestPhoto:
    def test_whole_it_is_the_stored_stream(self, rendered, wrapped):
        sent = jpeg(icc_profile=SRGB)
        shown = rendered(wrapped(sent))
        assert entropy_coded(shown) == entropy_coded(sent)
        assert picture(shown).info["icc_profile"] == SRGB
        assert not picture(shown).getexif()

    def test_a_sideways_one_is_shown_upright(self, rendered, wrapped):
        for content in (jpeg(160, 128, 6), jpeg(150, 115, 8)):
            assert corner_names(picture(rendered(wrapped(content)))) == list(CORNERS)

    def test_a_viewport_is_not_passed_and_not_filled(self, rendered, wrapped):
        file = wrapped(jpeg(640, 512))
        assert picture(rendered(file, viewport=(100, 100))).size == (100, 80)
        assert picture(rendered(file, viewport=(5000, 5000))).size == (640, 512)

    def test_as_png_it_has_the_stored_pixels(self, rendered, wrapped):
        file = wrapped(encoded(scene(), "PNG"))
        shown = picture(rendered(file, media_type="image/png"))
        assert (np.asarray(shown) == np.asarray(scene())).all()

    def test_a_thumbnail_is_small_and_in_srgb(self, rendered, wrapped):
        content = rendered(wrapped(jpeg(1600, 1280)), "thumbnail", size=200)
        assert picture(content).size == (200, 160)
        assert corner_names(picture(content)) == list(CORNERS)
        assert "icc_profile" not in picture(content).info

    def test_colours_of_a_wide_profile_are_converted_for_a_thumbnail(self, rendered, wrapped):
        swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        # Red and blue primaries exchanged: a viewer that ignores the profile shows it.
        swapped = swapped.replace(b"rXYZ", b"tXYZ", 1).replace(b"bXYZ", b"rXYZ", 1)
        swapped = swapped.replace(b"tXYZ", b"bXYZ", 1)
        red = Image.new("RGB", (64, 64), (250, 5, 5))
        content = rendered(wrapped(encoded(red, "JPEG", icc_profile=swapped)), "thumbnail")
        r, _, b = picture(content).getpixel((30, 30))
        assert b > 200 > 100 > r

    def test_no_marker_of_the_source_is_in_a_thumbnail(self, rendered, wrapped):
        content = rendered(wrapped(jpeg(exif=exif(t9286=b"PRIVATE"))), "thumbnail")
        assert b"PRIVATE" not in content
        assert b"Exif" not in content


class TestRadiograph:
    def test_without_a_window_its_range_is_shown(self, rendered):
        shown = np.asarray(picture(rendered(radiograph(RAMP), media_type="image/png")))
        assert (shown.ravel() == np.arange(256)).all()

    def test_its_own_window_is_used(self, rendered):
        file = radiograph(RAMP, WindowCenter=2048, WindowWidth=1024)
        shown = np.asarray(picture(rendered(file, media_type="image/png")))
        assert shown[RAMP < 1500].max() == 0
        assert shown[RAMP > 2600].min() == 255
        assert 100 < shown[(RAMP > 1990) & (RAMP < 2110)].mean() < 155

    def test_a_window_that_is_asked_for_wins(self, rendered):
        file = radiograph(RAMP, WindowCenter=2048, WindowWidth=1024)
        shown = np.asarray(picture(rendered(file, media_type="image/png", window=(500, 200))))
        assert shown[RAMP > 700].min() == 255

    def test_monochrome1_is_white_where_it_is_zero(self, rendered):
        file = radiograph(RAMP, PhotometricInterpretation="MONOCHROME1")
        shown = np.asarray(picture(rendered(file, media_type="image/png")))
        assert (shown[0, 0], shown[-1, -1]) == (255, 0)

    def test_each_frame_is_its_own(self, rendered):
        frames = np.stack([RAMP, RAMP.T])
        file = radiograph(frames, NumberOfFrames=2)
        first, second = (
            np.asarray(picture(rendered(file, frame=n, media_type="image/png"))) for n in (1, 2)
        )
        assert (first == second.T).all()
        assert (first != second).any()

    @pytest.mark.parametrize("frame", [0, 2])
    def test_a_frame_that_is_not_there(self, rendered, frame: int):
        with pytest.raises(NotFound):
            rendered(radiograph(RAMP), frame=frame)


class TestRefusals:
    def test_an_unknown_media_type(self, rendered, wrapped):
        with pytest.raises(NotAcceptable):
            rendered(wrapped(), media_type="image/tiff")

    def test_an_object_without_a_picture(self, rendered):
        ds = pydicom.dcmread(io.BytesIO(radiograph(RAMP)))
        del ds.PixelData, ds.Rows
        ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.11"
        ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
        out = io.BytesIO()
        ds.save_as(out)
        with pytest.raises(NotAcceptable):
            rendered(out.getvalue())

    def test_a_frame_whose_size_is_a_lie_is_not_decoded(self, rendered):
        ds = pydicom.dcmread(io.BytesIO(radiograph(RAMP)))
        ds.compress(pydicom.uid.RLELossless)
        ds.Rows = ds.Columns = 65535
        out = io.BytesIO()
        ds.save_as(out)
        with pytest.raises(NotFound):
            rendered(out.getvalue())


class TestCache:
    def test_what_was_drawn_is_not_drawn_again(self, rendered, wrapped, tmp_path: Path):
        first = rendered(wrapped(), "thumbnail")
        (kept,) = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
        kept.write_bytes(b"from the cache")
        assert rendered(wrapped(), "thumbnail") == b"from the cache" != first

    def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(self, wrapped, tmp_path: Path):
        (tmp_path / "file").write_bytes(b"")
        path = tmp_path / "object.dcm"
        path.write_bytes(wrapped())
        _, _, instance = received.read(str(path)).facts("0" * 64, 1)
        renderer = DicomRenderer(tmp_path / "file" / "cache")
        assert picture(renderer.thumbnail(str(path), instance)).format == "JPEG"


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
