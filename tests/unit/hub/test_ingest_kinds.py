"""Captures of every kind over the real store."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from drawn_pdf import pdf
from drawn_tiff import ndpi, svs
from pydicom import Dataset, dcmread

from factories import draw_jpeg, make_capture, make_encounter, make_practitioner, make_source
from hub.bootstrap import Hub, build_hub
from hub.errors import (
    DamagedDocument,
    RegionMissing,
    SpecimenMissing,
    StoreUnavailable,
    UnsupportedMedia,
)
from hub.model import Capture, Dermoscopy, Kind, SealedEncounter, Specimen, StagePosition
from hub.settings import Settings

BY = make_practitioner()
SLIDE = Specimen("S26-1-A1", "LAB")


@pytest.fixture
def taken(tmp_path: Path, register):
    register(make_encounter())
    register(make_encounter(encounter_id="V-2002"))

    def taken(content: bytes | None = None, **changes: object) -> Capture:
        source = make_source(tmp_path, draw_jpeg() if content is None else content)
        return make_capture(source, **changes)

    return taken


def kept(hub: Hub, capture: Capture) -> Dataset:
    receipt, _ = hub.ingest.capture(capture, BY)
    return stored(hub, receipt.sop_instance_uid)


def stored(hub: Hub, sop_instance_uid: str) -> Dataset:
    instance = hub.catalog.instance(sop_instance_uid)
    with hub.objects.open(instance.sha256) as stream:
        return dcmread(io.BytesIO(stream.read()))


class TestLesions:
    def test_follow_ups_share_the_lesion_across_encounters_and_others_do_not(self, hub, taken):
        def lesion(name: str, encounter: str) -> str:
            return kept(
                hub,
                taken(
                    kind=Kind.DERMOSCOPY,
                    dermoscopy=Dermoscopy(lesion_id=name),
                    encounter=SealedEncounter(encounter, "HOSP"),
                ),
            ).TrackingUID

        first = lesion("back-7", "V-1001")

        assert lesion("back-7", "V-2002") == first
        assert lesion("back-8", "V-2002") != first


class TestSpecimens:
    def test_a_gross_photo_needs_a_label_but_no_region(self, hub, taken):
        ds = kept(
            hub, taken(kind=Kind.GROSS, specimen=SLIDE, anatomic_region=None, laterality=None)
        )
        assert ds.ContainerIdentifier == "S26-1-A1"

    @pytest.mark.parametrize(
        "changes",
        [{"kind": Kind.GROSS}, {"kind": Kind.MICROSCOPY, "stage": StagePosition(1, 2)}],
    )
    def test_without_the_label_nothing_is_kept(self, hub, taken, changes: dict):
        capture = taken(**changes)
        with pytest.raises(SpecimenMissing):
            hub.ingest.capture(capture, BY)
        assert hub.catalog.capture(capture.capture_id) is None

    @pytest.mark.parametrize(
        "content", [svs(300), svs(300, big=True), ndpi(256)], ids=["SVS", "BigTIFF", "NDPI"]
    )
    def test_a_whole_slide_is_refused_with_the_way_it_can_come(self, hub, taken, content: bytes):
        capture = taken(content, kind=Kind.MICROSCOPY, specimen=SLIDE)

        with pytest.raises(UnsupportedMedia, match=r"wsidicomizer.*STOW-RS"):
            hub.ingest.capture(capture, BY)
        assert hub.catalog.capture(capture.capture_id) is None

    def test_a_photo_of_a_patient_still_needs_a_region(self, hub, taken):
        with pytest.raises(RegionMissing):
            hub.ingest.capture(taken(anatomic_region=None, laterality=None), BY)

    def test_gross_photo_and_slide_show_the_same_specimen(self, hub, taken):
        gross = Specimen("S26-1", "LAB", "S26-1")
        slide = Specimen("S26-1-A1", "LAB", "S26-1")
        shown = [
            kept(hub, taken(kind=Kind.GROSS, specimen=gross)),
            kept(hub, taken(kind=Kind.MICROSCOPY, specimen=slide)),
        ]
        assert len({ds.SpecimenDescriptionSequence[0].SpecimenUID for ds in shown}) == 1

    def test_each_slide_has_its_own_frame_of_reference_and_series(self, hub, taken):
        def field(container: str, x: float) -> Dataset:
            return kept(
                hub,
                taken(
                    kind=Kind.MICROSCOPY,
                    specimen=Specimen(container, "LAB"),
                    stage=StagePosition(x, 1),
                ),
            )

        one, again, other = field("A1", 1), field("A1", 2), field("A2", 1)

        assert one.FrameOfReferenceUID == again.FrameOfReferenceUID != other.FrameOfReferenceUID
        assert one.SeriesInstanceUID == again.SeriesInstanceUID != other.SeriesInstanceUID


class TestDocuments:
    def test_it_needs_no_region(self, hub, taken):
        capture = taken(pdf(), kind=Kind.DOCUMENT, anatomic_region=None, laterality=None)

        ds = kept(hub, capture)

        assert ds.EncapsulatedDocument.startswith(b"%PDF-1.7")
        assert "AnatomicRegionSequence" not in ds

    def test_one_that_was_cut_is_refused(self, hub, taken):
        with pytest.raises(DamagedDocument):
            hub.ingest.capture(taken(pdf()[:-30], kind=Kind.DOCUMENT), BY)


class TestNotes:
    @pytest.fixture
    def noting(self, hub: Hub, settings: Settings) -> Hub:
        """The same store, opened with notes kept as reports."""
        return build_hub(replace(settings, note_sr=True))

    def modalities(self, hub: Hub, uid: str) -> list[str]:
        return [series.modality for series in hub.catalog.study(uid).series]

    def test_by_default_the_note_is_in_the_image_alone(self, hub, taken):
        receipt, _ = hub.ingest.capture(taken(), BY)
        assert self.modalities(hub, receipt.study_instance_uid) == ["XC"]

    def test_where_the_site_wants_it_a_report_lies_beside_the_image(self, noting, taken):
        receipt, _ = noting.ingest.capture(taken(), BY)

        study = noting.catalog.study(receipt.study_instance_uid)
        (report,) = [i for s in study.series if s.modality == "SR" for i in s.instances]
        ds = stored(noting, report.sop_instance_uid)
        shown = ds.ContentSequence[-1].ReferencedSOPSequence[0].ReferencedSOPInstanceUID
        assert shown == receipt.sop_instance_uid

    def test_without_a_note_there_is_none(self, noting, taken):
        receipt, _ = noting.ingest.capture(taken(note=" "), BY)
        assert self.modalities(noting, receipt.study_instance_uid) == ["XC"]

    def test_a_capture_that_failed_half_way_is_whole_when_sent_again(
        self, noting, taken, monkeypatch
    ):
        capture, add = taken(), noting.catalog.add_instance

        def full(new):
            if new.capture is not None:
                raise StoreUnavailable
            return add(new)

        with monkeypatch.context() as patch:
            patch.setattr(noting.catalog, "add_instance", full)
            with pytest.raises(StoreUnavailable):
                noting.ingest.capture(capture, BY)
        receipt, is_new = noting.ingest.capture(capture, BY)

        assert is_new
        study = noting.catalog.study(receipt.study_instance_uid)
        assert sorted(s.modality for s in study.series) == ["SR", "XC"]
        assert len(study.instances) == 2
