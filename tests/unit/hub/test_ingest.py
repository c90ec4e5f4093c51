"""Ingest over the real store: what is acknowledged is there, what is refused is not."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydicom import dcmread

from factories import (
    NOON,
    draw_jpeg,
    make_capture,
    make_encounter,
    make_patient,
    make_practitioner,
    make_source,
)
from hub.bootstrap import Hub
from hub.errors import (
    CaptureConflict,
    DamagedImage,
    EncounterClosed,
    HubError,
    NotAnImage,
    NotStorable,
    PatientMismatch,
)
from hub.model import (
    Capture,
    Code,
    Department,
    EncounterClass,
    Laterality,
    Operator,
    Order,
    OrderChoice,
    SealedEncounter,
)

BY = make_practitioner()


@pytest.fixture
def capture(tmp_path, register) -> Capture:
    register(make_encounter())
    return make_capture(make_source(tmp_path, draw_jpeg()))


def stored_dataset(hub: Hub, sop_instance_uid: str):
    instance = hub.catalog.instance(sop_instance_uid)
    with hub.objects.open(instance.sha256) as stream:
        return dcmread(io.BytesIO(stream.read()))


class TestCapture:
    def test_an_operator_without_an_authority_is_of_the_default_one(self, hub, capture):
        operator = Operator("n1", "Nwosu^Chidi")
        receipt, _ = hub.ingest.capture(replace(capture, operator=operator), BY)

        ds = stored_dataset(hub, receipt.sop_instance_uid)
        code = ds.OperatorIdentificationSequence[0].PersonIdentificationCodeSequence[0]
        assert (code.CodeValue, code.CodingSchemeDesignator) == ("n1", "99HOSP")

    def test_the_object_carries_patient_encounter_site_and_note(self, hub, capture):
        receipt, is_new = hub.ingest.capture(capture, BY)

        ds = stored_dataset(hub, receipt.sop_instance_uid)
        assert is_new
        assert ds.SOPClassUID.name == "VL Photographic Image Storage"
        assert (ds.PatientID, ds.IssuerOfPatientID) == ("1297287652", "HOSP")
        assert ds.AdmissionID == "V-1001"
        assert ds.InstitutionalDepartmentTypeCodeSequence[0].CodeValue == "309923008"
        assert ds.AnatomicRegionSequence[0].CodeValue == "85562004"
        assert ds.ImageLaterality == "L"
        assert ds.ImageComments == "Eczema on the back of the hand"
        assert str(ds.OperatorsName) == "Berg^Ida"
        assert ds.StudyInstanceUID == receipt.study_instance_uid

    def test_the_same_capture_again_is_the_same_receipt_and_one_instance(self, hub, capture):
        first, _ = hub.ingest.capture(capture, BY)
        second, is_new = hub.ingest.capture(capture, BY)

        study = hub.catalog.study(first.study_instance_uid)
        assert (second, is_new) == (first, False)
        assert len(study.instances) == 1

    def test_many_at_once_are_one_instance(self, hub, capture):
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: hub.ingest.capture(capture, BY), range(8)))

        receipts = {receipt for receipt, _ in answers}
        assert len(receipts) == 1
        assert [is_new for _, is_new in answers].count(True) == 1

    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"sealed_sha256": "other"}, id="other_note"),
            pytest.param({"source": "other"}, id="other_bytes"),
        ],
    )
    def test_the_same_id_with_other_content_is_refused(self, hub, capture, change, tmp_path):
        hub.ingest.capture(capture, BY)
        if "source" in change:
            change = {"source": make_source(tmp_path, draw_jpeg(quality=50))}

        with pytest.raises(CaptureConflict):
            hub.ingest.capture(replace(capture, **change), BY)

    def test_photos_of_one_encounter_share_the_study(self, hub, capture, tmp_path):
        other = make_capture(
            make_source(tmp_path, draw_jpeg(200, 160)), captured_at=NOON + timedelta(minutes=2)
        )

        first, _ = hub.ingest.capture(capture, BY)
        second, _ = hub.ingest.capture(other, BY)

        assert second.study_instance_uid == first.study_instance_uid
        assert second.sop_instance_uid != first.sop_instance_uid
        times = {stored_dataset(hub, r.sop_instance_uid).StudyTime for r in (first, second)}
        assert len(times) == 1

    def test_one_session_over_two_sites_is_one_series_with_a_site_for_each_image(
        self, hub, capture, tmp_path
    ):
        foot = make_capture(
            make_source(tmp_path, draw_jpeg(192)),
            anatomic_region=Code("SCT", "56459004"),
            laterality=Laterality.RIGHT,
        )

        receipts = [hub.ingest.capture(c, BY)[0] for c in (capture, foot)]

        (series,) = hub.catalog.study(receipts[0].study_instance_uid).series
        sites = {(i.anatomic_region.meaning, i.laterality) for i in series.instances}
        assert sites == {("Hand", "L"), ("Foot", "R")}

    def test_an_inpatient_day_is_a_study_of_its_own(self, hub, register, tmp_path):
        register(make_encounter(class_=EncounterClass.INPATIENT))
        studies = set()
        for hours in (0, 1, 24):
            capture = make_capture(
                make_source(tmp_path, draw_jpeg(160 + 16 * hours)),
                captured_at=NOON + timedelta(hours=hours),
            )
            studies.add(hub.ingest.capture(capture, BY)[0].study_instance_uid)

        assert len(studies) == 2

    def test_the_chosen_order_is_in_the_object(self, hub, register, tmp_path):
        procedure = Code("99HOSP", "DERMPHOTO", "Dermatology photo")
        order = Order("ACC1", "HOSP", "PL1", procedure=procedure)
        register(make_encounter(orders=(order,)))
        capture = make_capture(
            make_source(tmp_path, draw_jpeg()), order=OrderChoice(placer_order_number="PL1")
        )

        receipt, _ = hub.ingest.capture(capture, BY)

        ds = stored_dataset(hub, receipt.sop_instance_uid)
        assert ds.AccessionNumber == "ACC1"
        assert ds.ProcedureCodeSequence[0].CodeValue == "DERMPHOTO"

    def test_another_department_of_the_encounter_is_another_study(self, hub, capture, tmp_path):
        consult = make_capture(
            make_source(tmp_path, draw_jpeg(176)),
            encounter=SealedEncounter("V-1001", "HOSP", "Pathology"),
        )

        first, _ = hub.ingest.capture(capture, BY)
        second, _ = hub.ingest.capture(consult, BY)

        assert first.study_instance_uid != second.study_instance_uid


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "refusal"),
        [
            pytest.param(b"hello, not a photo", NotAnImage, id="text"),
            pytest.param(draw_jpeg()[:-400], DamagedImage, id="truncated"),
        ],
    )
    def test_a_bad_file_is_refused_and_nothing_is_kept(
        self, hub, register, tmp_path, content, refusal
    ):
        register(make_encounter())
        before = len(hub.catalog.feed_after(0))

        with pytest.raises(refusal):
            hub.ingest.capture(make_capture(make_source(tmp_path, content)), BY)

        assert len(hub.catalog.feed_after(0)) == before

    def test_a_refusal_is_one_row_of_the_audit_log_without_a_name(self, hub, capture, tmp_path):
        bad = replace(capture, source=make_source(tmp_path, b"hello, not a photo"))

        with pytest.raises(NotAnImage):
            hub.ingest.capture(bad, BY)
        with pytest.raises(NotStorable):
            hub.ingest.dicom(bad.source, BY)

        events = [row.event for row in hub.catalog.audit_rows() if row.event.outcome == "refused"]
        assert [(e.action, e.by, e.detail["via"], e.detail["code"]) for e in events] == [
            ("create", BY.id, "capture", "not-an-image"),
            ("create", BY.id, "stow", "not-storable"),
        ]
        assert events[0].detail["captureId"] == bad.capture_id
        assert {event.detail["sha256"] for event in events} == {bad.source.sha256}
        assert "Okafor" not in str(events)

    def test_another_patients_identity_is_refused(self, hub, capture):
        other = replace(capture, patient=make_patient(patient_id="999"))

        with pytest.raises(PatientMismatch):
            hub.ingest.capture(other, BY)

    def test_a_photo_after_the_encounter_was_closed_is_refused(self, hub, register, tmp_path):
        register(make_encounter(ended=datetime(2026, 11, 18, tzinfo=UTC), started=None))

        with pytest.raises(EncounterClosed):
            hub.ingest.capture(make_capture(make_source(tmp_path, draw_jpeg())), BY)

    def test_the_next_good_photo_works(self, hub, capture, tmp_path):
        bad = make_capture(make_source(tmp_path, b"\xff\xd8\xff but no photo"))
        with pytest.raises(HubError):
            hub.ingest.capture(bad, BY)

        assert hub.ingest.capture(capture, BY)[1]

    def test_another_spelling_is_taken_and_the_servers_name_is_written(self, hub, capture):
        misspelt = replace(capture, patient=make_patient(name="Okafor^Grase"))

        receipt, _ = hub.ingest.capture(misspelt, BY)

        assert stored_dataset(hub, receipt.sop_instance_uid).PatientName == "Okafor^Grace^^Mrs"


def test_a_department_without_a_code_keeps_its_text(hub, register, tmp_path):
    register(make_encounter(department=Department("Ward 7 North")))
    capture = make_capture(
        make_source(tmp_path, draw_jpeg()), encounter=SealedEncounter("V-1001", "HOSP")
    )

    receipt, _ = hub.ingest.capture(capture, BY)

    assert stored_dataset(hub, receipt.sop_instance_uid).InstitutionalDepartmentName == (
        "Ward 7 North"
    )
