"""WADO-RS through the whole application: what comes out is what went in."""

from __future__ import annotations

import email
import hashlib
import io
from email.message import Message

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset

from hub.model import Role

RADIOGRAPH = "/dicom-web/studies/1.2.826.0.1.3680043.9.9999.1"
MULTIPART = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}


def parts(response) -> list[Message]:
    """The parts as the standard library's own parser sees them."""
    assert response.status_code == 200, response.data
    head = f"Content-Type: {response.headers['Content-Type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + response.data)
    assert message.is_multipart()
    return message.get_payload()


def body(part: Message) -> bytes:
    return part.get_payload(decode=True)


class TestRetrieve:
    def test_an_instance_is_given_byte_for_byte_as_it_is_kept(self, archive) -> None:
        response = archive.client.get(archive.photo, headers={"Accept": "application/dicom"})

        instance = archive.served.hub.catalog.instance(archive.receipt.sop_instance_uid)
        assert hashlib.sha256(response.data).hexdigest() == instance.sha256
        assert response.content_length == len(response.data)
        ds = dcmread(io.BytesIO(response.data))
        assert ds.StudyInstanceUID == archive.receipt.study_instance_uid

    def test_a_study_is_given_whole_and_its_length_is_true(self, archive) -> None:
        response = archive.client.get(RADIOGRAPH, headers=MULTIPART)

        assert [dcmread(io.BytesIO(body(p))).InstanceNumber for p in parts(response)] == [1, 2]
        assert response.content_length == len(response.data)

    def test_each_part_says_what_and_where_it_is(self, archive) -> None:
        (part,) = parts(archive.client.get(archive.photo))

        assert part["Content-Type"] == "application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50"
        assert part["Content-Location"] == f"http://localhost:8000{archive.photo}"

    def test_without_accept_the_answer_is_multipart_dicom(self, archive) -> None:
        response = archive.client.get(RADIOGRAPH)

        assert response.mimetype == "multipart/related"
        assert response.mimetype_params["type"] == "application/dicom"

    @pytest.mark.parametrize(
        ("url", "accept"),
        [
            (RADIOGRAPH, "application/dicom"),
            (RADIOGRAPH, "image/jpeg"),
            (RADIOGRAPH, 'multipart/related; type="application/dicom"; transfer-syntax=1.2.3'),
            (f"{RADIOGRAPH}/metadata", "application/dicom+xml"),
        ],
    )
    def test_what_cannot_be_given_is_not_acceptable(self, archive, url: str, accept: str) -> None:
        assert archive.client.get(url, headers={"Accept": accept}).status_code == 406

    @pytest.mark.parametrize(
        "url",
        ["1.2.3", "1.2.826.0.1.3680043.9.9999.1/series/1.2", "..%2f..%2fetc", "%00",
         "1.2.826.0.1.3680043.9.9999.1/series/1.2.826.0.1.3680043.9.9999.1.1/instances/9"],
    )  # fmt: skip
    def test_what_is_not_there_is_not_found(self, archive, url: str) -> None:
        assert archive.client.get(f"/dicom-web/studies/{url}").status_code == 404

    def test_a_damaged_object_is_refused_and_never_served(self, archive, tmp_path) -> None:
        from served import make_radiograph, serving

        with serving(tmp_path) as served:
            served.dicom(make_radiograph())
            (stored,) = (f for f in (tmp_path / "data" / "objects").rglob("*") if _is_object(f))
            stored.chmod(0o600)
            stored.write_bytes(stored.read_bytes()[:-1] + b"\xff")

            response = served.client().get(RADIOGRAPH)

        assert response.status_code == 500
        assert response.get_json()["code"] == "object-damaged"

    def test_reading_is_audited(self, archive) -> None:
        archive.client.get(RADIOGRAPH)

        event = archive.served.audited()[-1]
        assert (event.action, event.study_instance_uid) == ("read", RADIOGRAPH.rpartition("/")[2])

    def test_an_ehr_viewer_sees_nothing_that_no_link_named(self, archive) -> None:
        assert archive.served.client(Role.EHR_VIEWER).get(RADIOGRAPH).status_code == 404

    def test_an_auditor_reads_no_images(self, archive) -> None:
        assert archive.served.client(Role.AUDITOR).get(RADIOGRAPH).status_code == 403


class TestMetadata:
    def test_the_header_is_read_back_as_it_is_in_the_object(self, archive) -> None:
        (metadata,) = archive.client.get(f"{archive.photo}/metadata").get_json(force=True)
        ds = Dataset.from_json(metadata, bulk_data_uri_handler=lambda tag, vr, uri: None)

        stored = dcmread(io.BytesIO(body(parts(archive.client.get(archive.photo))[0])))
        assert ds.PatientName == stored.PatientName
        assert ds.AnatomicRegionSequence == stored.AnatomicRegionSequence
        assert ds.ImageLaterality == "L"
        assert ds.AdmissionID == "V-1001"

    def test_it_has_no_file_meta_and_no_pixels(self, archive) -> None:
        (metadata,) = archive.client.get(f"{archive.photo}/metadata").get_json(force=True)

        assert not [tag for tag in metadata if tag.startswith("0002")]
        assert set(metadata["7FE00010"]) == {"vr", "BulkDataURI"}

    def test_every_bulk_uri_can_be_retrieved(self, archive) -> None:
        for url in (archive.photo, archive.radiograph):
            (metadata,) = archive.client.get(f"{url}/metadata").get_json(force=True)
            for uri in _bulk_uris(metadata):
                response = archive.client.get(uri.removeprefix("http://localhost:8000"))
                assert len(body(parts(response)[0])) > 0, uri

    def test_a_bulk_value_that_is_not_there_is_not_found(self, archive) -> None:
        for path in ("00100010", "xyz", "00082218/9/00080100", "00082218/0"):
            assert archive.client.get(f"{archive.photo}/bulk/{path}").status_code == 404


class TestFrames:
    def test_a_photos_frame_is_its_jpeg(self, archive) -> None:
        (part,) = parts(archive.client.get(f"{archive.photo}/frames/1"))

        assert part["Content-Type"] == "image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50"
        sent = np.asarray(Image.open(io.BytesIO(archive.jpeg)))
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(body(part)))), sent)

    def test_a_native_frame_is_its_pixels(self, archive) -> None:
        accept = {"Accept": 'multipart/related; type="application/octet-stream"'}

        (part,) = parts(archive.client.get(f"{archive.radiograph}/frames/1", headers=accept))

        assert np.frombuffer(body(part), "<u2").tolist() == list(range(0, 48 * 80, 80))

    def test_a_frame_that_is_not_there_is_not_found(self, archive) -> None:
        assert archive.client.get(f"{archive.photo}/frames/999999").status_code == 404

    @pytest.mark.parametrize("numbers", ["0", "x", "1,", "-1", "1;2", "9" * 30, "1," * 2000 + "1"])
    def test_what_is_no_frame_list_is_a_bad_request(self, archive, numbers: str) -> None:
        assert archive.client.get(f"{archive.photo}/frames/{numbers}").status_code == 400

    def test_a_jpeg_is_not_unpacked_for_who_wants_raw_pixels(self, archive) -> None:
        accept = {"Accept": 'multipart/related; type="application/octet-stream"'}

        response = archive.client.get(f"{archive.photo}/frames/1", headers=accept)

        assert response.status_code == 406


class TestRendered:
    @pytest.mark.parametrize(("accept", "format_"), [("", "JPEG"), ("image/png", "PNG")])
    def test_a_photo_is_a_picture(self, archive, accept: str, format_: str) -> None:
        headers = {"Accept": accept} if accept else {}

        response = archive.client.get(f"{archive.photo}/rendered", headers=headers)

        picture = Image.open(io.BytesIO(response.data))
        assert (picture.format, picture.size) == (format_, (160, 120))

    def test_the_accept_parameter_is_for_links(self, archive) -> None:
        response = archive.client.get(f"{archive.photo}/rendered?accept=image/png")

        assert response.mimetype == "image/png"

    def test_the_viewport_bounds_the_picture_and_keeps_its_shape(self, archive) -> None:
        response = archive.client.get(f"{archive.photo}/rendered?viewport=80,80&quality=50")

        assert Image.open(io.BytesIO(response.data)).size == (80, 60)

    def test_a_radiograph_is_drawn_in_the_window_that_is_asked_for(self, archive) -> None:
        url = f"{archive.radiograph}/frames/1/rendered?accept=image/png&window=2000,1,linear"

        picture = np.asarray(Image.open(io.BytesIO(archive.client.get(url).data)).convert("L"))

        assert picture[0, 0] == 0
        assert picture[-1, -1] == 255

    @pytest.mark.parametrize(
        "query",
        ["quality=0", "quality=101", "quality=x", "viewport=0,10", "viewport=10", "window=1,2",
         "window=a,b,linear", "viewport=99999,1", "window=1,0,linear"],
    )  # fmt: skip
    def test_options_out_of_range_are_a_bad_request(self, archive, query: str) -> None:
        assert archive.client.get(f"{archive.photo}/rendered?{query}").status_code == 400

    def test_all_images_of_a_study_are_rendered_part_by_part(self, archive) -> None:
        pictures = parts(archive.client.get(f"{RADIOGRAPH}/rendered"))

        assert [Image.open(io.BytesIO(body(p))).size for p in pictures] == [(8, 6), (8, 6)]

    @pytest.mark.parametrize("depth", [0, 2, 4])
    def test_a_thumbnail_stands_for_instance_series_and_study(self, archive, depth: int) -> None:
        url = archive.photo.rsplit("/", depth)[0] if depth else archive.photo

        response = archive.client.get(f"{url}/thumbnail?viewport=64,64")

        assert max(Image.open(io.BytesIO(response.data)).size) == 64


@pytest.mark.parametrize("suffix", ["", "/metadata", "/rendered", "/thumbnail", "/frames/1"])
def test_nothing_is_kept_by_a_browser(archive, suffix: str) -> None:
    client: FlaskClient = archive.client

    assert client.get(f"{archive.photo}{suffix}").headers["Cache-Control"] == "no-store"


def _bulk_uris(item: dict) -> list[str]:
    found = [element["BulkDataURI"] for element in item.values() if "BulkDataURI" in element]
    nested = [i for e in item.values() if e["vr"] == "SQ" for i in e.get("Value", [])]
    return found + [uri for i in nested for uri in _bulk_uris(i)]


def _is_object(file) -> bool:
    return file.is_file() and file.stat().st_size > 500 and len(file.name) >= 60
