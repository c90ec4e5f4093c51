"""QIDO-RS through the whole application."""

from __future__ import annotations

from typing import Any

import pytest

from hub.model import Role

RADIOGRAPH = "1.2.826.0.1.3680043.9.9999.1"


def search(archive: Any, path: str) -> list[dict[str, Any]]:
    response = archive.client.get(f"/dicom-web/{path}")
    assert response.status_code == 200, response.data
    assert response.mimetype == "application/dicom+json"
    return response.get_json(force=True)


def values(rows: list[dict[str, Any]], tag: str) -> list[Any]:
    return [row.get(tag, {}).get("Value", [None])[0] for row in rows]


class TestStudies:
    def test_photos_and_radiographs_of_a_patient_stand_together(self, archive) -> None:
        rows = search(archive, "studies?PatientID=1297287652")

        assert sorted(values(rows, "00080061")) == ["CR", "XC"]
        assert set(values(rows, "00100010")[0].items()) == {("Alphabetic", "Okafor^Grace^^Mrs")}

    def test_a_row_has_the_attributes_that_are_always_returned(self, archive) -> None:
        (row,) = search(archive, "studies?ModalitiesInStudy=CR")

        assert row["00080020"] == {"vr": "DA", "Value": ["20261119"]}
        assert row["00080030"] == {"vr": "TM", "Value": ["101500"]}
        assert row["00080050"]["Value"] == ["R-77"]
        assert row["00080090"] == {"vr": "PN"}
        assert row["00100030"]["Value"] == ["19450714"]
        assert row["00201206"]["Value"] == [1]
        assert row["00201208"]["Value"] == [2]
        assert row["00081190"]["Value"] == [f"http://localhost:8000/dicom-web/studies/{RADIOGRAPH}"]

    def test_a_tag_is_as_good_as_a_keyword(self, archive) -> None:
        assert values(search(archive, "studies?00080061=CR"), "0020000D") == [RADIOGRAPH]

    def test_nothing_found_is_no_content(self, archive) -> None:
        response = archive.client.get("/dicom-web/studies?PatientID=nobody")

        assert (response.status_code, response.data) == (204, b"")

    def test_what_is_left_over_is_announced(self, archive) -> None:
        response = archive.client.get("/dicom-web/studies?limit=1")

        assert len(response.get_json(force=True)) == 1
        assert response.headers["Warning"] == (
            "299 http://localhost:8000/dicom-web: "
            '"There are 1 additional results that can be requested"'
        )

    def test_the_next_page_has_the_rest(self, archive) -> None:
        pages = [search(archive, f"studies?limit=1&offset={n}")[0] for n in range(2)]

        assert values(pages, "0020000D") == values(search(archive, "studies"), "0020000D")

    def test_included_fields_are_of_the_study_never_of_one_instance(self, archive) -> None:
        (row,) = search(archive, "studies?ModalitiesInStudy=CR&includefield=all")

        assert "00080018" not in row
        assert "00280010" not in row

    def test_a_named_field_is_added(self, archive) -> None:
        path = "series?Modality=XC&includefield=AnatomicRegionSequence,00081070"

        (row,) = search(archive, path)

        assert row["00082218"]["Value"][0]["00080100"]["Value"] == ["85562004"]
        assert row["00081070"]["Value"] == [{"Alphabetic": "Berg^Ida"}]

    def test_keys_that_cannot_be_matched_are_said(self, archive) -> None:
        response = archive.client.get("/dicom-web/studies?SliceThickness=3&emptyvaluematching=true")

        assert len(response.headers.getlist("Warning")) == 2


class TestSeriesAndInstances:
    def test_series_of_a_study_are_listed_with_their_size(self, archive) -> None:
        (row,) = search(archive, f"studies/{RADIOGRAPH}/series")

        assert row["0020000E"]["Value"] == [f"{RADIOGRAPH}.1"]
        assert row["00201209"]["Value"] == [2]
        assert "00100010" not in row

    def test_instances_are_matched_by_number(self, archive) -> None:
        (row,) = search(archive, f"studies/{RADIOGRAPH}/instances?InstanceNumber=2")

        assert row["00080018"]["Value"] == [f"{RADIOGRAPH}.1.2"]
        assert row["00280010"]["Value"] == [6]
        assert row["00081190"]["Value"][0].endswith(f"/instances/{RADIOGRAPH}.1.2")

    def test_instances_of_a_series(self, archive) -> None:
        path = f"studies/{RADIOGRAPH}/series/{RADIOGRAPH}.1/instances"

        assert values(search(archive, path), "00200013") == [1, 2]

    def test_series_over_all_patients_carry_their_study(self, archive) -> None:
        (row,) = search(archive, "series?Modality=CR")

        assert row["0020000D"]["Value"] == [RADIOGRAPH]
        assert row["00100020"]["Value"] == ["1297287652"]

    def test_instances_over_all_patients(self, archive) -> None:
        rows = search(archive, "instances?PatientName=okafor*")

        assert len(rows) == 3

    def test_an_unknown_study_is_not_found(self, archive) -> None:
        assert archive.client.get("/dicom-web/studies/1.2.3.4/series").status_code == 404


class TestRefusals:
    @pytest.mark.parametrize(
        "query",
        ["NoSuchKeyword=1", "limit=-1", "limit=x", "offset=1e9", "fuzzymatching=maybe",
         "includefield=Nonsense", "StudyDate=yesterday"],
    )  # fmt: skip
    def test_a_query_that_means_nothing_is_a_bad_request(self, archive, query: str) -> None:
        response = archive.client.get(f"/dicom-web/studies?{query}")

        assert response.status_code == 400
        assert response.get_json()["code"] == "invalid-request"

    @pytest.mark.parametrize(
        "accept", ["text/html", 'multipart/related; type="application/dicom+xml"']
    )
    def test_other_formats_are_not_acceptable(self, archive, accept: str) -> None:
        headers = {"Accept": accept}

        assert archive.client.get("/dicom-web/studies", headers=headers).status_code == 406

    @pytest.mark.parametrize("role", [Role.EHR_VIEWER, Role.AUDITOR])
    def test_searching_is_not_for_everyone(self, archive, role: Role) -> None:
        assert archive.served.client(role).get("/dicom-web/studies").status_code == 403

    def test_nobody_searches_without_signing_in(self, archive) -> None:
        assert archive.served.anonymous().get("/dicom-web/studies").status_code == 401


def test_a_search_is_audited_as_it_was_asked(archive) -> None:
    archive.client.get("/dicom-web/studies?PatientName=Okaf*")

    event = archive.served.audited()[-1]
    assert (event.action, event.by) == ("query", "machine-radiology")
    assert event.detail["keys"] == [["PatientName", "Okaf*"]]
