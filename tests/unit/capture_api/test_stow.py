"""STOW-RS through the whole application: what is kept, what is refused, and how it is said."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydicom import dcmread
from served import Served, make_radiograph, serving

from hub.model import Role

STUDY = "1.2.826.0.1.3680043.9.9999.1"
OTHER = "1.2.826.0.1.3680043.9.9999.2"
TYPE = 'multipart/related; type="application/dicom"; boundary=b1'


@pytest.fixture
def served(tmp_path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


@pytest.fixture
def radiology(served: Served) -> FlaskClient:
    return served.client(Role.RADIOLOGY)


def compose(*files: bytes, part_type: str = "application/dicom") -> bytes:
    head = f"--b1\r\nContent-Type: {part_type}\r\n\r\n".encode()
    return b"".join(head + f + b"\r\n" for f in files) + b"--b1--"


def store(client: FlaskClient, body: bytes, path: str = "", type_: str = TYPE) -> Any:
    return client.post(f"/dicom-web/studies{path}", data=body, content_type=type_)


def items(response: Any, tag: str) -> list[dict[str, Any]]:
    return response.get_json(force=True).get(tag, {}).get("Value", [])


def files(served: Served) -> list[Path]:
    return sorted(f for f in served.settings.objects_dir.rglob("*") if f.is_file())


class TestStored:
    def test_an_object_is_kept_as_it_was_sent(self, served, radiology) -> None:
        sent = make_radiograph()

        response = store(radiology, compose(sent))

        assert response.status_code == 200
        assert response.mimetype == "application/dicom+json"
        url = f"/dicom-web/studies/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1"
        kept = radiology.get(url, headers={"Accept": "application/dicom"}).data
        assert kept == bytes(128) + sent[128:]

    def test_the_answer_names_every_instance_and_where_it_is(self, radiology) -> None:
        response = store(radiology, compose(make_radiograph(1), make_radiograph(2)))

        base = f"http://localhost:8000/dicom-web/studies/{STUDY}"
        assert response.get_json(force=True)["00081190"]["Value"] == [base]
        referenced = items(response, "00081199")
        assert [i["00081155"]["Value"] for i in referenced] == [[f"{STUDY}.1.1"], [f"{STUDY}.1.2"]]
        assert referenced[0]["00081190"]["Value"] == [
            f"{base}/series/{STUDY}.1/instances/{STUDY}.1.1"
        ]
        assert items(response, "00081198") == []

    def test_objects_of_two_studies_share_no_url(self, radiology) -> None:
        body = compose(make_radiograph(), make_radiograph(study=OTHER, PatientID="2"))

        assert store(radiology, body).get_json(force=True)["00081190"] == {"vr": "UR"}

    def test_the_same_object_again_is_stored_once(self, served, radiology) -> None:
        store(radiology, compose(make_radiograph()))

        assert store(radiology, compose(make_radiograph())).status_code == 200
        assert len(served.hub.catalog.study(STUDY).instances) == 1

    def test_it_is_found_beside_the_patients_photos(self, served, radiology) -> None:
        served.photo()
        store(radiology, compose(make_radiograph()), f"/{STUDY}")
        served.index()

        rows = radiology.get("/dicom-web/studies?PatientID=1297287652").get_json(force=True)

        assert len(rows) == 2

    def test_a_program_in_the_preamble_is_not_kept(self, radiology) -> None:
        store(radiology, compose(b"MZ" + bytes(126) + make_radiograph()[128:]))

        url = f"/dicom-web/studies/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1"
        kept = radiology.get(url, headers={"Accept": "application/dicom"}).data
        assert kept[:128] == bytes(128)
        assert dcmread(io.BytesIO(kept)).Modality == "CR"


class TestFailures:
    def test_a_bad_part_does_not_fail_its_siblings(self, served, radiology) -> None:
        response = store(radiology, compose(b"not dicom", make_radiograph()))

        assert response.status_code == 202
        assert len(items(response, "00081199")) == 1
        assert items(response, "0008119A") == [{"00081197": {"vr": "US", "Value": [0xC000]}}]

    def test_other_bytes_under_a_known_uid_are_refused(self, served, radiology) -> None:
        store(radiology, compose(make_radiograph()))

        response = store(radiology, compose(make_radiograph(StudyDescription="changed")))

        assert response.status_code == 409
        (failed,) = items(response, "00081198")
        assert failed["00081150"]["Value"] == ["1.2.840.10008.5.1.4.1.1.1"]
        assert failed["00081155"]["Value"] == [f"{STUDY}.1.1"]
        assert failed["00081197"]["Value"] == [0x0111]
        assert served.hub.catalog.study(STUDY).description == ""

    def test_an_object_of_another_study_than_the_url_names_is_refused(
        self, served, radiology
    ) -> None:
        response = store(radiology, compose(make_radiograph()), f"/{OTHER}")

        assert response.status_code == 409
        assert items(response, "00081198")[0]["00081155"]["Value"] == [f"{STUDY}.1.1"]
        assert served.hub.catalog.study(STUDY) is None

    def test_a_study_never_gets_a_second_patient(self, served, radiology) -> None:
        store(radiology, compose(make_radiograph()))

        response = store(radiology, compose(make_radiograph(2, PatientID="another")))

        assert response.status_code == 409
        assert items(response, "00081198")[0]["00081197"]["Value"] == [0xA900]
        assert len(served.hub.catalog.study(STUDY).instances) == 1

    def test_a_part_of_another_type_fails_alone(self, radiology) -> None:
        response = store(radiology, compose(make_radiograph(), part_type="image/jpeg"))

        assert response.status_code == 409
        assert said(response) == ["This part is not application/dicom."]

    def test_every_failure_has_its_reason_in_words(self, radiology) -> None:
        store(radiology, compose(make_radiograph()))
        again = make_radiograph(StudyDescription="changed")
        cut = make_radiograph(2)[:-10]

        response = store(radiology, compose(again, cut, b"not dicom"))

        assert response.status_code == 409
        known, incomplete, unreadable = said(response)
        assert known.startswith(f"{STUDY}.1.1: ")
        assert "does not have the length" in incomplete or "incomplete" in incomplete
        assert "not a DICOM file" in unreadable
        assert all(text.endswith(".") for text in (known, incomplete, unreadable))

    def test_more_failures_than_headers_are_counted(self, radiology) -> None:
        response = store(radiology, compose(*[b"not dicom"] * 25))

        assert len(items(response, "0008119A")) == 25
        assert len(said(response)) == 21
        assert said(response)[-1] == "And 5 more failures."


def said(response) -> list[str]:
    """The sentences of the Warning headers."""
    found = [re.fullmatch(r'299 \S+: "([^"]+)"', w) for w in response.headers.getlist("Warning")]
    return [match[1] for match in found]


class TestRefusals:
    @pytest.mark.parametrize(
        "type_",
        ['multipart/related; type="application/dicom+json"; boundary=b1', "application/dicom",
         "multipart/form-data; boundary=b1", ""],
    )  # fmt: skip
    def test_other_kinds_of_body_are_not_taken(self, radiology, type_: str) -> None:
        response = store(radiology, compose(make_radiograph()), type_=type_)

        assert response.status_code == 415
        assert "application/dicom" in response.get_json()["detail"]

    @pytest.mark.parametrize(
        ("body", "type_"),
        [
            (b"", TYPE),
            (b"--b1--", TYPE),
            (compose(b"x"), TYPE.replace("boundary=b1", "")),
            (compose(make_radiograph())[:-200], TYPE),
        ],
        ids=["empty", "no parts", "no boundary", "cut"],
    )
    def test_a_malformed_body_is_a_bad_request(
        self, served, radiology, body: bytes, type_: str
    ) -> None:
        assert store(radiology, body, type_=type_).status_code == 400
        assert served.hub.catalog.study(STUDY) is None

    def test_nothing_of_a_refused_body_stays_on_the_disk(self, served, radiology) -> None:
        before = files(served)

        store(radiology, compose(make_radiograph())[:-200])
        store(radiology, compose(b"not dicom"))

        assert files(served) == before

    def test_too_large_a_body_is_refused_before_it_is_read(self, tmp_path) -> None:
        with serving(tmp_path, max_upload_bytes=500) as served:
            response = store(served.client(), compose(make_radiograph()))

            assert response.status_code == 413
            assert response.get_json()["code"] == "body-too-large"

    def test_a_body_without_length_is_refused_when_it_passes_the_limit(self, tmp_path) -> None:
        with serving(tmp_path, max_upload_bytes=500) as served:
            response = served.client().post(
                "/dicom-web/studies",
                input_stream=io.BytesIO(compose(make_radiograph())),
                content_type=TYPE,
                environ_overrides={"wsgi.input_terminated": True},
            )

            assert response.status_code == 413
            assert served.hub.catalog.study(STUDY) is None

    @pytest.mark.parametrize("role", [r for r in Role if r not in (Role.RADIOLOGY, Role.ADMIN)])
    def test_storing_is_for_radiology(self, served, role: Role) -> None:
        assert store(served.client(role), compose(make_radiograph())).status_code == 403

    def test_nobody_stores_without_signing_in(self, served) -> None:
        assert store(served.anonymous(), compose(make_radiograph())).status_code == 401
