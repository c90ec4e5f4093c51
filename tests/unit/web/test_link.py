"""Invoke Image Display: what the EHR's link opens, for whom, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from desk import IDENTITY, RADIOGRAPH, Desk, sign_in
from flask.testing import FlaskClient
from served import make_radiograph, serving
from werkzeug.test import TestResponse

from hub.model import Role

DOOR = "/IHEInvokeImageDisplay"


def follow(client: FlaskClient, **arguments: object) -> TestResponse:
    return client.get(DOOR, query_string=arguments)


class TestStudy:
    def test_leads_to_the_study(self, desk: Desk):
        answer = follow(desk.person(), requestType="STUDY", studyUID=desk.study_uid)

        assert answer.status_code == 303
        assert answer.headers["Location"] == desk.study

    def test_by_accession_number_too(self, desk: Desk):
        answer = follow(desk.person(), requestType="STUDY", accessionNumber="R-77")

        assert answer.headers["Location"] == f"/studies/{RADIOGRAPH}"

    def test_several_of_one_patient_are_shown_together(self, desk: Desk):
        client = desk.person()
        answer = follow(client, requestType="STUDY", studyUID=f"{desk.study_uid},{RADIOGRAPH}")

        assert answer.headers["Location"].startswith(desk.patient)
        page = client.get(answer.headers["Location"]).text
        assert desk.study in page
        assert f"/studies/{RADIOGRAPH}" in page

    def test_is_audited_as_a_link(self, desk: Desk):
        follow(desk.person(), requestType="STUDY", studyUID=desk.study_uid)
        event = desk.audited("read")[-1]

        assert event.detail["via"] == "iid"
        assert event.study_instance_uid == desk.study_uid

    @pytest.mark.parametrize(
        "arguments", [{"studyUID": "1.2.3"}, {"accessionNumber": "NONE"}], ids=str
    )
    def test_unmatched_is_not_found(self, desk: Desk, arguments: dict[str, str]):
        assert follow(desk.person(), requestType="STUDY", **arguments).status_code == 404

    def test_a_machine_may_follow_it_too(self, desk: Desk):
        client = desk.served.client(Role.RECORDS)

        assert follow(client, requestType="STUDY", studyUID=desk.study_uid).status_code == 303

    def test_two_patients_are_never_shown_on_one_page(self, desk: Desk):
        other = f"{RADIOGRAPH}.2"
        desk.served.dicom(make_radiograph(study=other, PatientID="99", PatientName="Other^One"))
        answer = follow(desk.person(), requestType="STUDY", studyUID=f"{desk.study_uid},{other}")

        assert answer.status_code == 400
        assert "different patients" in answer.text


class TestPatient:
    def test_leads_to_the_patients_page(self, desk: Desk):
        answer = follow(desk.person(), requestType="PATIENT", patientID="1297287652^^^HOSP")

        assert answer.headers["Location"] == desk.patient

    def test_newest_studies_only_when_asked(self, desk: Desk):
        answer = follow(
            desk.person(),
            requestType="PATIENT",
            patientID="1297287652^^^HOSP&1.2.3&ISO",
            mostRecentResults=1,
        )

        assert answer.headers["Location"] == f"{desk.patient}?study={desk.study_uid}"

    def test_narrowed_by_modality_and_days(self, desk: Desk):
        person = desk.person()
        by_modality = follow(
            person, requestType="PATIENT", patientID="1297287652", modalitiesInStudy="CR,DX"
        )
        by_day = follow(
            person,
            requestType="PATIENT",
            patientID="1297287652",
            lowerDateTime="2026-11-20T00:00:00+01:00",
        )

        assert by_modality.headers["Location"].endswith(f"?study={RADIOGRAPH}")
        assert by_day.headers["Location"].endswith(f"?study={desk.study_uid}")

    @pytest.mark.parametrize("patient", ["nobody^^^HOSP", "1297287652^^^ELSEWHERE"])
    def test_unknown_is_not_found_and_nobody_is_made_up(self, desk: Desk, patient: str):
        answer = follow(desk.person(), requestType="PATIENT", patientID=patient)
        again = follow(desk.person(), requestType="PATIENT", patientID=patient)

        assert answer.status_code == again.status_code == 404

    def test_the_id_stays_out_of_our_addresses(self, desk: Desk):
        anonymous = desk.served.anonymous()
        asked = follow(anonymous, requestType="PATIENT", patientID="1297287652^^^HOSP")
        target = asked.headers["Location"].removeprefix("/login?next=")
        signed_in = sign_in(anonymous, desk.account(Role.CLINICIAN), next=target)
        resumed = anonymous.get(signed_in.headers["Location"])
        arrived = anonymous.get(resumed.headers["Location"])

        assert not any(word in asked.headers["Location"] for word in IDENTITY)
        assert arrived.headers["Location"] == desk.patient


class TestMeaningless:
    @pytest.mark.parametrize(
        "query",
        [
            "",
            "requestType=",
            "requestType=SERIES&studyUID=1.2",
            "requestType=STUDY",
            "requestType=STUDY&studyUID=",
            "requestType=STUDY&studyUID=1.2&accessionNumber=A",
            "requestType=STUDY&studyUID=1.2&studyUID=1.3",
            "requestType=STUDY&studyUID=../../etc/passwd",
            "requestType=STUDY&studyUID=" + "1." * 40 + "1",
            "requestType=STUDY&studyUID=" + ",".join(f"1.{n}" for n in range(101)),
            "requestType=STUDY&patientID=1",
            "requestType=PATIENT",
            "requestType=PATIENT&patientID=^^^HOSP",
            "requestType=PATIENT&patientID=1&mostRecentResults=-1",
            "requestType=PATIENT&patientID=1&mostRecentResults=two",
            "requestType=PATIENT&patientID=1&mostRecentResults=²",
            "requestType=PATIENT&patientID=1&lowerDateTime=yesterday",
            "requestType=PATIENT&studyUID=1.2",
        ],
    )
    def test_is_refused_in_words(self, desk: Desk, query: str):
        answer = desk.person().get(f"{DOOR}?{quote(query, safe='=&,.^/')}")

        assert answer.status_code == 400
        assert "The link" in answer.text or "must be" in answer.text

    def test_programs_get_a_problem(self, desk: Desk):
        answer = desk.person().get(DOOR, headers={"Accept": "application/json"})

        assert answer.status_code == 400
        assert answer.json["code"] == "invalid-request"


class TestAnonymous:
    def test_signs_in_first_and_then_sees_the_study(self, desk: Desk):
        client = desk.served.anonymous()
        asked = follow(client, requestType="STUDY", studyUID=desk.study_uid)
        form = client.get(asked.headers["Location"])
        next_path = form.text.split('name="next" value="')[1].split('"')[0].replace("&amp;", "&")
        signed_in = sign_in(client, desk.account(Role.CLINICIAN), next=next_path)
        arrived = client.get(signed_in.headers["Location"])

        assert asked.status_code == 303
        assert asked.headers["Location"].startswith("/login?next=/IHEInvokeImageDisplay")
        assert arrived.headers["Location"] == desk.study


class TestEhrViewer:
    @pytest.fixture
    def viewer(self, desk: Desk) -> Iterator[FlaskClient]:
        return desk.person(Role.EHR_VIEWER)

    def test_sees_what_the_link_named_and_only_that(self, desk: Desk, viewer: FlaskClient):
        assert viewer.get(desk.study).status_code == 404
        follow(viewer, requestType="STUDY", studyUID=desk.study_uid)

        assert viewer.get(desk.study).status_code == 200
        assert viewer.get(f"{desk.image}/rendered").status_code == 200
        assert viewer.get(f"/studies/{RADIOGRAPH}").status_code == 404
        timeline = viewer.get(desk.patient).text
        assert desk.study in timeline
        assert f"/studies/{RADIOGRAPH}" not in timeline

    def test_of_another_session_sees_nothing_of_it(self, desk: Desk, viewer: FlaskClient):
        follow(viewer, requestType="STUDY", studyUID=desk.study_uid)

        assert desk.person(Role.EHR_VIEWER).get(desk.study).status_code == 404

    def test_keeps_what_earlier_links_named(self, desk: Desk, viewer: FlaskClient):
        follow(viewer, requestType="STUDY", studyUID=desk.study_uid)
        follow(viewer, requestType="STUDY", studyUID=RADIOGRAPH)

        assert viewer.get(desk.study).status_code == 200

    def test_a_link_to_nothing_names_nothing(self, desk: Desk, viewer: FlaskClient):
        follow(viewer, requestType="STUDY", studyUID=f"{RADIOGRAPH}.77")
        desk.served.dicom(make_radiograph(study=f"{RADIOGRAPH}.77"))

        assert viewer.get(f"/studies/{RADIOGRAPH}.77").status_code == 404

    def test_follows_patient_links(self, desk: Desk, viewer: FlaskClient):
        answer = follow(
            viewer, requestType="PATIENT", patientID="1297287652", modalitiesInStudy="XC"
        )

        assert viewer.get(answer.headers["Location"]).status_code == 200
        assert viewer.get(f"/studies/{RADIOGRAPH}").status_code == 404


def test_an_auditor_opens_no_links(desk: Desk):
    answer = follow(desk.person(Role.AUDITOR), requestType="STUDY", studyUID=desk.study_uid)

    assert answer.status_code == 403


def test_one_id_under_two_authorities_must_name_its_own(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("two-authorities")) as served:
        receipt = served.photo()
        served.dicom(make_radiograph(IssuerOfPatientID="ELSEWHERE"))
        two = Desk(served, receipt)
        unclear = follow(two.person(), requestType="PATIENT", patientID="1297287652")
        clear = follow(two.person(), requestType="PATIENT", patientID="1297287652^^^ELSEWHERE")

    assert unclear.status_code == 400
    assert "name the authority" in unclear.text
    assert clear.status_code == 303
