"""The FHIR API through the whole application, every answer read back by `fhir.resources`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.imagingstudy import ImagingStudy
from fhir.resources.R4B.operationoutcome import OperationOutcome
from flask.testing import FlaskClient
from served import Served, make_radiograph, serving

from hub.model import Receipt, Role

RADIOGRAPH = "1.2.826.0.1.3680043.9.9999.1"
OTHERS = "1.2.826.0.1.3680043.9.9999.2"


@dataclass
class Archive:
    served: Served
    client: FlaskClient
    receipt: Receipt


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with serving(tmp_path_factory.mktemp("archive")) as served:
        receipt = served.photo()
        served.dicom(make_radiograph())
        served.dicom(make_radiograph(study=OTHERS, PatientID="2", AccessionNumber="R-78"))
        yield Archive(served, served.client(), receipt)


def search(archive: Archive, **parameters: Any) -> tuple[Any, list[str]]:
    """The bundle, and the ids of its studies."""
    response = archive.client.get("/fhir/ImagingStudy", query_string=parameters)
    assert response.status_code == 200, response.data
    assert response.mimetype == "application/fhir+json"
    bundle = Bundle.model_validate(response.get_json(force=True))
    return bundle, [entry.resource.id for entry in bundle.entry or ()]


class TestRead:
    def test_a_study_is_read_by_its_uid(self, archive) -> None:
        uid = archive.receipt.study_instance_uid

        response = archive.client.get(f"/fhir/ImagingStudy/{uid}")

        study = ImagingStudy.model_validate(response.get_json(force=True))
        assert study.series[0].instance[0].uid == archive.receipt.sop_instance_uid
        assert study.series[0].bodySite.code == "85562004"
        assert study.note[0].text == "Eczema on the back of the hand"
        assert response.headers["ETag"].startswith('W/"')

    @pytest.mark.parametrize("id_", ["1.2.3", "nothing", "%00", "..%2F"])
    def test_what_is_not_there_is_an_outcome(self, archive, id_: str) -> None:
        response = archive.client.get(f"/fhir/ImagingStudy/{id_}")

        assert response.status_code == 404
        outcome = OperationOutcome.model_validate(response.get_json(force=True))
        assert outcome.issue[0].code == "not-found"

    def test_reading_is_audited(self, archive) -> None:
        archive.client.get(f"/fhir/ImagingStudy/{RADIOGRAPH}")

        event = archive.served.audited()[-1]
        assert (event.action, event.study_instance_uid) == ("read", RADIOGRAPH)


class TestSearch:
    def test_by_the_number_of_the_patient_and_its_authority(self, archive) -> None:
        _, found = search(archive, **{"patient.identifier": "HOSP|1297287652"})

        assert sorted(found) == sorted([archive.receipt.study_instance_uid, RADIOGRAPH])

    def test_by_the_identifier_that_a_study_itself_shows(self, archive) -> None:
        shown = archive.client.get(f"/fhir/ImagingStudy/{RADIOGRAPH}").get_json(force=True)
        identifier = shown["subject"]["identifier"]

        _, found = search(
            archive, **{"patient.identifier": f"{identifier['system']}|{identifier['value']}"}
        )

        assert RADIOGRAPH in found

    def test_another_authoritys_patient_of_the_same_number_is_not_found(self, archive) -> None:
        bundle, found = search(archive, **{"patient.identifier": "CLINIC|1297287652"})

        assert (found, bundle.total) == ([], 0)

    def test_by_the_reference_that_a_study_itself_shows(self, archive) -> None:
        shown = archive.client.get(f"/fhir/ImagingStudy/{RADIOGRAPH}").get_json(force=True)

        _, found = search(archive, patient=shown["subject"]["reference"])

        assert sorted(found) == sorted([archive.receipt.study_instance_uid, RADIOGRAPH])

    @pytest.mark.parametrize(
        "identifier",
        [f"urn:dicom:uid|urn:oid:{RADIOGRAPH}", f"urn:oid:{RADIOGRAPH}", "R-77"],
    )
    def test_by_study_uid_or_accession_number(self, archive, identifier: str) -> None:
        assert search(archive, identifier=identifier)[1] == [RADIOGRAPH]

    @pytest.mark.parametrize(
        ("started", "count"),
        [("2026-11-19", 2), ("ge2026-11-20", 1), ("lt2026-11-19", 0), ("gt2026-11-19", 1)],
    )
    def test_by_date(self, archive, started: str, count: int) -> None:
        bundle, found = search(archive, started=started)

        assert len(found) == bundle.total == count

    def test_by_modality(self, archive) -> None:
        assert search(archive, modality="XC")[1] == [archive.receipt.study_instance_uid]

    def test_the_next_page_is_linked_until_the_last(self, archive) -> None:
        bundle, found = search(archive, _count="2")
        (following,) = [link.url for link in bundle.link if link.relation == "next"]

        last = archive.client.get(following.removeprefix("http://localhost:8000"))

        rest = Bundle.model_validate(last.get_json(force=True))
        assert [link.relation for link in rest.link] == ["self"]
        assert len({*found, *(e.resource.id for e in rest.entry)}) == bundle.total == 3

    def test_a_search_is_audited(self, archive) -> None:
        search(archive, modality="CR")

        assert archive.served.audited()[-1].action == "query"


class TestRefusals:
    @pytest.mark.parametrize(
        "query",
        ["started=soon", "_count=many", "_offset=-1", "patient=a%00b", "identifier=x|"],
    )
    def test_a_search_that_means_nothing_is_a_bad_request(self, archive, query: str) -> None:
        response = archive.client.get(f"/fhir/ImagingStudy?{query}")

        assert response.status_code == 400
        OperationOutcome.model_validate(response.get_json(force=True))

    def test_an_unknown_parameter_is_ignored_unless_the_client_is_strict(self, archive) -> None:
        url = "/fhir/ImagingStudy?colour=red&modality=XC"

        lenient = archive.client.get(url)
        strict = archive.client.get(url, headers={"Prefer": "handling=strict"})

        assert lenient.status_code == 200
        assert "colour" not in lenient.get_json(force=True)["link"][0]["url"]
        assert strict.status_code == 400

    def test_xml_is_not_acceptable(self, archive) -> None:
        headers = {"Accept": "application/fhir+xml"}

        assert archive.client.get("/fhir/ImagingStudy", headers=headers).status_code == 406
        assert archive.client.get("/fhir/ImagingStudy?_format=xml").status_code == 406

    def test_nobody_reads_without_signing_in(self, archive) -> None:
        response = archive.served.anonymous().get(f"/fhir/ImagingStudy/{RADIOGRAPH}")

        assert response.status_code == 401
        assert "WWW-Authenticate" in response.headers
        OperationOutcome.model_validate(response.get_json(force=True))

    def test_an_ehr_viewer_cannot_search_over_all_patients(self, archive) -> None:
        viewer = archive.served.client(Role.EHR_VIEWER)

        assert viewer.get("/fhir/ImagingStudy?modality=XC").status_code == 403
        assert viewer.get(f"/fhir/ImagingStudy/{RADIOGRAPH}").status_code == 404

    def test_other_resources_are_not_there(self, archive) -> None:
        response = archive.client.get("/fhir/Observation/1")

        assert response.status_code == 404
        OperationOutcome.model_validate(response.get_json(force=True))


class TestCapabilities:
    def test_the_statement_is_public_and_says_what_search_takes(self, archive) -> None:
        response = archive.served.anonymous().get("/fhir/metadata")

        statement = CapabilityStatement.model_validate(response.get_json(force=True))
        (resource,) = statement.rest[0].resource
        assert resource.type == "ImagingStudy"
        for parameter in resource.searchParam:
            value = "2026-11-19" if parameter.type == "date" else "x"
            query = {parameter.name: value}
            strict = archive.client.get(
                "/fhir/ImagingStudy", query_string=query, headers={"Prefer": "handling=strict"}
            )
            assert strict.status_code in (200, 404), parameter.name

    def test_no_smart_authorization_is_claimed(self, archive) -> None:
        response = archive.served.anonymous().get("/fhir/.well-known/smart-configuration")

        assert response.get_json()["capabilities"] == []
