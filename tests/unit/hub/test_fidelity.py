"""The fidelity report says what can be counted again, and never a value of what was left out."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from drawn import app_segment, encoded, exif, jpeg, scene, with_segments
from pydicom.encaps import get_frame

import hub.dicom
from factories import make_context
from hub.dicom.payload import payload_sha256
from hub.dicom.steps import HUB_NAME, texts
from hub.errors import ObjectDamaged
from hub.fidelity import FidelityReport, as_json, report_of
from hub.fidelity_page import page
from hub.fidelity_words import sections
from hub.media import photograph
from hub.media.color import srgb_profile
from hub.model import Change

Reported = Callable[..., FidelityReport]


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], tuple[object, bytes]]:
    def written(content: bytes) -> tuple[object, bytes]:
        path = tmp_path / "upload.part"
        path.write_bytes(content)
        context = make_context(source_sha256=hashlib.sha256(content).hexdigest())
        built = hub.dicom.build(context, photograph(str(path), max_pixels=50_000_000))
        out = io.BytesIO()
        built.write_to(out.write)
        return built, out.getvalue()

    return written


@pytest.fixture
def reported(written: Callable) -> Reported:
    def reported(content: bytes, **about: object) -> FidelityReport:
        built, file = written(content)
        facts = built.instance_facts(hashlib.sha256(file).hexdigest(), len(file))
        return report_of(facts[2], payload_sha256(io.BytesIO(file)), **about)

    return reported


class TestIdentity:
    def test_source_and_object_by_their_digests(self, reported: Reported, written: Callable):
        content = jpeg()
        report = reported(content)
        assert report.source_sha256 == hashlib.sha256(content).hexdigest()
        assert report.object_sha256 == hashlib.sha256(written(content)[1]).hexdigest()
        assert report.source_format == "jpeg"

    def test_the_stream_digest_is_that_of_the_fragment(self, reported: Reported, written: Callable):
        ds = pydicom.dcmread(io.BytesIO(written(jpeg())[1]))
        fragment = get_frame(ds.PixelData, 0, number_of_frames=1)
        assert reported(jpeg()).stream_sha256 == hashlib.sha256(fragment).hexdigest()

    def test_native_pixels_by_their_rows(self, reported: Reported, written: Callable):
        content = encoded(scene(), "AVIF", quality=95)
        ds = pydicom.dcmread(io.BytesIO(written(content)[1]))
        assert reported(content).stream_sha256 == hashlib.sha256(ds.PixelData).hexdigest()

    def test_a_damaged_object_has_no_digest(self, written: Callable):
        _, file = written(jpeg())
        with pytest.raises(ObjectDamaged):
            payload_sha256(io.BytesIO(file[:-2000]))


class TestWhatItSays:
    def test_a_kept_stream(self, reported: Reported):
        report = reported(jpeg())
        assert report.kept == ("The coded image data (frame, tables and scans), byte for byte",)
        assert report.orientation == "As in the source"

    def test_a_turned_stream(self, reported: Reported):
        report = reported(jpeg(160, 128, 6))
        assert report.kept == (
            "Every coefficient of the JPEG; only their order and coding are new",
        )
        assert report.orientation == "Turned upright in the DCT domain (Exif orientation 6)"

    def test_a_decoded_one_with_what_it_was_before(self, reported: Reported):
        report = reported(jpeg(150, 115, 6))
        assert report.kept[0] == "Every pixel as the source decodes, stored without loss"
        assert report.compression[0].startswith("JPEG, ")

    def test_a_reduction_is_no_fidelity(self, reported: Reported):
        report = reported(encoded(scene().quantize(16), "PNG"))
        assert "except: Palette expanded to RGB" in report.kept
        assert report.compression == ()

    def test_every_change_has_its_reason(self, reported: Reported):
        report = reported(jpeg(160, 128, 6, progressive=True, icc_profile=srgb_profile()))
        assert len(report.steps) == 4
        assert all(step.what and step.why for step in report.steps)
        assert report.colour.startswith("By the ICC profile")

    def test_metadata_by_kind_and_number(self, reported: Reported):
        xmp = app_segment(1, b"http://ns.adobe.com/xap/1.0/\x00<x/>")
        content = with_segments(jpeg(exif=exif(t9286=b"secret")), xmp, xmp)
        report = reported(content + b"secret")
        assert dict(report.left_out) == {
            "XMP": 2,
            "JFIF header": 1,
            "Exif": 1,
            "data after the end of the image": 1,
        }
        assert "secret" not in page(report)

    def test_metadata_of_a_decoded_file(self, reported: Reported):
        content = encoded(scene(), "WEBP", exif=exif(), xmp=b"<x/>")
        assert dict(reported(content).left_out) == {"Exif": 1, "XMP": 1}

    def test_the_program_that_made_it(self, reported: Reported):
        assert reported(jpeg()).software.startswith("Encounter Imaging Hub ")


class TestPage:
    def test_it_needs_nothing_else(self, reported: Reported):
        text = page(reported(jpeg(), source_name="IMG_1.JPG", source_size=12_345))
        assert "12,345 bytes" in text
        for forbidden in ("<script", "http://", "https://", "src=", "href="):
            assert forbidden not in text

    def test_a_file_name_is_only_text(self, reported: Reported):
        text = page(reported(jpeg(), source_name="<script>alert(1)</script>.jpg"))
        assert "<script" not in text

    def test_page_and_json_say_the_same(self, reported: Reported):
        report = reported(jpeg(160, 128, 6), source_name="IMG_1.JPG", source_size=12_345)
        facts, text = as_json(report), page(report)
        for key in ("sourceSHA256", "objectSHA256", "pixelStreamSHA256", "transferSyntaxUID"):
            assert str(facts[key]) in text
        assert [c["what"] for c in facts["changes"]] == [s.what for s in report.steps]

    def test_an_object_that_came_as_dicom_was_not_changed(self, reported: Reported, written):
        built, _ = written(jpeg())
        del built.ds.ContributingEquipmentSequence
        report = report_of(built.instance_facts("0" * 64, 10)[2], "1" * 64)
        assert report.kept == ("The object as it was received",)
        (changed,) = (s for s in sections(report) if s.heading == "Changed, and why")
        assert (changed.rows, changed.sentences) == ((), ("Nothing was changed.",))


def test_more_steps_than_one_value_holds_are_all_there(written: Callable):
    built, _ = written(jpeg())
    changes = tuple(Change(f"Step {number} " + "x" * 90, "y" * 90) for number in range(40))
    built.ds.ContributingEquipmentSequence = [
        contribution(text) for text in texts("Wrapped from a jpeg file", changes)
    ]
    report = report_of(built.instance_facts("0" * 64, 10)[2], "1" * 64)
    assert report.steps[1:] == changes
    assert all(
        len(item.ContributionDescription) <= 1024 for item in built.ds.ContributingEquipmentSequence
    )


def contribution(text: str) -> pydicom.Dataset:
    item = pydicom.Dataset()
    item.Manufacturer, item.ContributionDescription = HUB_NAME, text
    return item
