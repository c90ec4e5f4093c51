"""An independent DICOMweb client against the hub as it runs: store, search, retrieve."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from dicomweb_client import DICOMwebClient
from dicomweb_client.session_utils import create_session
from drawn_slide import large_slide
from pydicom import dcmread
from requests import HTTPError
from served import make_radiograph

from factories import draw_jpeg, make_capture, make_encounter, make_practitioner, make_source
from hub.bootstrap import build_hub
from hub.model import AuditEvent, Receipt
from hub.settings import Settings
from hub.store.ports import Registered
from servers.hub import RunningHub, running_hub

pytestmark = pytest.mark.integration

STUDY = "1.2.826.0.1.3680043.9.9999.1"
SLIDE = "1.2.826.0.1.3680043.9.9999.7"


@pytest.fixture(scope="module")
def receipt(data) -> Receipt:
    """A photo of the patient whose radiographs are stored below."""
    hub = build_hub(Settings(data=data))
    hub.catalog.register(Registered(encounters=(make_encounter(),)), AuditEvent("import", "test"))
    source = make_source(data, draw_jpeg())
    return hub.ingest.capture(make_capture(source), make_practitioner())[0]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hub") / "data"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def running(data, receipt) -> Iterator[RunningHub]:
    with running_hub(data) as running:
        yield running


@pytest.fixture(scope="module")
def token(running) -> str:
    return running.token("radiology")


@pytest.fixture(scope="module")
def client(running, token) -> Iterator[DICOMwebClient]:
    session = create_session()
    session.headers["Authorization"] = f"Bearer {token}"
    client = DICOMwebClient(f"{running.url}/dicom-web", session=session)
    objects = [dcmread(io.BytesIO(make_radiograph(n))) for n in (1, 2)]
    answer = client.store_instances(objects)
    assert [str(i.ReferencedSOPInstanceUID) for i in answer.ReferencedSOPSequence] == [
        f"{STUDY}.1.1",
        f"{STUDY}.1.2",
    ]
    yield client
    session.close()


def found(client: DICOMwebClient, **filters: str) -> list[dict]:
    """Studies, as soon as the index has them."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        studies = client.search_for_studies(search_filters=filters)
        if studies:
            return studies
        time.sleep(0.1)
    return []


def test_a_stored_study_is_found_beside_the_photo(client, receipt) -> None:
    assert found(client, ModalitiesInStudy="CR")

    studies = found(client, PatientID="1297287652")

    uids = {study["0020000D"]["Value"][0] for study in studies}
    assert uids == {STUDY, receipt.study_instance_uid}


def test_series_and_instances_are_listed(client) -> None:
    (series,) = client.search_for_series(STUDY)
    instances = client.search_for_instances(STUDY, f"{STUDY}.1")

    assert series["00201209"]["Value"] == [2]
    assert [i["00200013"]["Value"][0] for i in instances] == [1, 2]


def test_a_study_comes_back_as_it_was_stored(client) -> None:
    retrieved = client.retrieve_study(STUDY)

    assert len(retrieved) == 2
    assert retrieved[0] == dcmread(io.BytesIO(make_radiograph(1)))
    assert np.array_equal(retrieved[1].pixel_array.ravel(), np.arange(48) * 80)


def test_a_photo_comes_back_as_one_instance(client, receipt) -> None:
    ds = client.retrieve_instance(
        receipt.study_instance_uid, receipt.series_instance_uid, receipt.sop_instance_uid
    )

    assert ds.Modality == "XC"
    assert ds.ImageLaterality == "L"
    assert ds.AnatomicRegionSequence[0].CodeValue == "85562004"


def test_metadata_frames_and_pictures_of_a_photo(client, receipt) -> None:
    uids = (receipt.study_instance_uid, receipt.series_instance_uid, receipt.sop_instance_uid)

    metadata = client.retrieve_instance_metadata(*uids)
    (frame,) = client.retrieve_instance_frames(*uids, [1], media_types=("image/jpeg",))
    rendered = client.retrieve_instance_rendered(*uids, media_types=("image/png",))

    assert metadata["00100020"]["Value"] == ["1297287652"]
    assert frame[:2] == b"\xff\xd8"
    assert rendered[:8] == b"\x89PNG\r\n\x1a\n"


def test_tiles_of_a_slide_come_one_by_one(client) -> None:
    uids = (SLIDE, f"{SLIDE}.1", f"{SLIDE}.1.1")
    sent = large_slide(SLIDE, uids[2], "extended", columns=640)
    client.store_instances([dcmread(io.BytesIO(sent))])

    tiles = client.retrieve_instance_frames(*uids, [1, 1_700, 3_130], media_types=("image/jpeg",))

    assert [tile[6:14] for tile in tiles] == [b"00000001", b"00001700", b"00003130"]
    assert client.retrieve_instance_metadata(*uids)["00280008"]["Value"] == [3_130]


def test_a_study_of_another_patient_is_refused_to_the_client(client) -> None:
    intruder = dcmread(io.BytesIO(make_radiograph(3, PatientID="another")))

    with pytest.raises(HTTPError) as refused:
        client.store_instances([intruder])

    assert refused.value.response.status_code == 409
    (failed,) = refused.value.response.json()["00081198"]["Value"]
    assert failed["00081197"]["Value"] == [0xA900]


def test_a_body_without_length_is_taken_part_by_part(running, token, client) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"--b1\r\nContent-Type: application/dicom\r\n\r\n"
        content = make_radiograph(4, study="1.2.826.0.1.3680043.9.9999.4")
        for start in range(0, len(content), 100):
            yield content[start : start + 100]
        yield b"\r\n--b1--\r\n"

    response = httpx.post(
        f"{running.url}/dicom-web/studies",
        content=pieces(),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "multipart/related; type=application/dicom; boundary=b1",
        },
    )

    assert response.status_code == 200, response.text


def test_a_body_that_claims_too_much_is_refused_before_it_comes(running, token) -> None:
    url = httpx.URL(running.url)
    head = [
        "POST /dicom-web/studies HTTP/1.1",
        f"Host: {url.netloc.decode()}",
        f"Authorization: Bearer {token}",
        "Content-Type: multipart/related; type=application/dicom; boundary=b1",
        f"Content-Length: {20 * 1024**3}",
    ]

    with socket.create_connection((url.host, url.port), timeout=10) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        status = connection.recv(4096).split(b" ")[1]

    assert status == b"413"
