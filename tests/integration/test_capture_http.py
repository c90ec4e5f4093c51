"""Captures over HTTP against the hub as it runs: receipts, repeats, refusals."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import struct
import time
import uuid
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
from pydicom import dcmread

from factories import draw_jpeg, make_encounter, make_patient
from hub.bootstrap import build_hub
from hub.model import AuditEvent, EncounterClass
from hub.settings import Settings
from hub.store.ports import Registered
from servers.hub import RunningHub, running_hub

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC)
OPEN = make_encounter(started=NOW - timedelta(hours=1))
CLOSED = make_encounter(
    encounter_id="V-OLD", started=NOW - timedelta(days=9), ended=NOW - timedelta(days=8)
)
SLASHED = make_encounter(encounter_id="V/2026/7", started=NOW - timedelta(hours=1))
TWICE = [
    make_encounter(encounter_id="V-2", issuer=issuer, started=NOW, class_=EncounterClass.EMERGENCY)
    for issuer in ("HOSP", "CLINIC")
]


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[RunningHub]:
    data = tmp_path_factory.mktemp("hub") / "data"
    hub = build_hub(Settings(data=data))
    records = Registered(encounters=(OPEN, CLOSED, SLASHED, *TWICE))
    hub.catalog.register(records, AuditEvent("import", by="test"))
    with running_hub(data) as running:
        yield running


@pytest.fixture(scope="module")
def clinician(running) -> Iterator[httpx.Client]:
    with running.client("clinician") as client:
        yield client


@pytest.fixture(scope="module")
def records(running) -> Iterator[httpx.Client]:
    with running.client("records") as client:
        yield client


def description(**changes) -> dict:
    patient = make_patient()
    full = {
        "patient": {
            "patientId": patient.patient_id,
            "issuer": patient.issuer,
            "name": patient.name,
            "birthDate": patient.birth_date,
            "sex": patient.sex,
        },
        "encounter": {"encounterId": "V-1001", "issuer": "HOSP", "department": "Dermatology"},
        "anatomicRegion": {"code": "85562004", "scheme": "SCT"},
        "laterality": "L",
        "operator": {"id": "n1", "name": "Berg^Ida"},
        "note": "first visit",
        "capturedAt": NOW.isoformat(),
        "captureId": str(uuid.uuid4()),
        "kind": "photo",
    }
    return {**full, **changes}


@pytest.fixture(scope="module")
def post(clinician) -> Callable[..., httpx.Response]:
    def post(photo: bytes = draw_jpeg(), to: str = "V-1001", **changes) -> httpx.Response:
        capture = json.dumps(description(**changes)).encode()
        files = {
            "capture": ("blob", capture, "application/json"),
            "file": ("IMG_1.jpg", photo, "image/jpeg"),
        }
        return clinician.post(f"/api/v1/encounters/{to}/captures", files=files)

    return post


def huge_png() -> bytes:
    """A valid PNG of 50,000 x 50,000 one-bit pixels in a few hundred kB."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(6_251) * 50_000, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


class TestReceipt:
    def test_it_names_the_study_and_the_digest_of_what_was_sent(self, post):
        photo = draw_jpeg(320, 240)

        answer = post(photo)

        receipt = answer.json()
        assert answer.status_code == 201
        assert receipt["sha256"] == hashlib.sha256(photo).hexdigest()
        assert receipt["size"] == len(photo)
        assert receipt["url"] == f"/studies/{receipt['studyInstanceUID']}"

    def test_the_same_capture_again_is_200_and_the_same_receipt(self, post, clinician):
        same = {"captureId": str(uuid.uuid4()), "capturedAt": NOW.isoformat()}

        first, second = post(**same), post(**same)

        again = clinician.get(f"/api/v1/captures/{same['captureId']}")
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json() == again.json()

    def test_another_note_under_the_same_id_is_a_conflict(self, post):
        same = {"captureId": str(uuid.uuid4())}
        post(**same)

        answer = post(**same, note="another")

        assert (answer.status_code, answer.json()["code"]) == (409, "capture-conflict")

    def test_an_encounter_number_with_a_slash_is_found(self, post):
        sealed = {"encounterId": "V/2026/7", "issuer": "HOSP"}

        assert post(to="V%2F2026%2F7", encounter=sealed).status_code == 201

    def test_the_capture_part_may_be_a_plain_field(self, clinician):
        answer = clinician.post(
            "/api/v1/encounters/V-1001/captures",
            data={"capture": json.dumps(description())},
            files={"file": ("a.jpg", draw_jpeg(), "image/jpeg")},
        )

        assert answer.status_code == 201

    def test_it_is_found_by_words_and_its_object_is_the_photo(self, post, records):
        photo = draw_jpeg(400, 304)
        receipt = post(photo, note="zebra stripes").json()

        found = wait_for(records, "left hand photo zebra", receipt["studyInstanceUID"])

        path = "/dicom-web/studies/{studyInstanceUID}/series/{seriesInstanceUID}"
        path += "/instances/{sopInstanceUID}"
        answer = records.get(path.format(**receipt), headers={"Accept": "application/dicom"})
        ds = dcmread(io.BytesIO(answer.content))
        assert found["modalities"] == ["XC"]
        assert ds.ImageComments == "zebra stripes"
        assert entropy_coded(photo) in ds.PixelData


def entropy_coded(jpeg: bytes) -> bytes:
    scan = jpeg.index(b"\xff\xda")
    return jpeg[scan : jpeg.rindex(b"\xff\xd9") + 2]


def wait_for(client: httpx.Client, words: str, study_instance_uid: str) -> dict:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        items = client.get("/api/v1/search", params={"q": words}).json()["items"]
        for item in items:
            if item["studyInstanceUID"] == study_instance_uid:
                return item
        time.sleep(0.05)
    raise AssertionError("the study was not found")


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            pytest.param({"photo": b"no image"}, 415, "not-an-image", id="text"),
            pytest.param({"photo": draw_jpeg()[:-500]}, 422, "damaged-image", id="truncated"),
            pytest.param({"photo": huge_png()}, 422, "image-too-large", id="bomb"),
            pytest.param(
                {"to": "V-9", "encounter": None}, 404, "unknown-encounter", id="unknown_encounter"
            ),
            pytest.param({"anatomicRegion": {"code": "1"}}, 422, "unknown-region", id="region"),
            pytest.param({"anatomicRegion": None}, 422, "region-missing", id="no_region"),
            pytest.param({"laterality": None}, 422, "laterality-missing", id="no_side"),
            pytest.param(
                {"patient": {"patientId": "7", "issuer": "HOSP"}},
                409,
                "patient-mismatch",
                id="other_patient",
            ),
            pytest.param(
                {"capturedAt": (NOW + timedelta(days=3)).isoformat()},
                422,
                "captured-at-implausible",
                id="clock",
            ),
            pytest.param({"captureId": None}, 400, "invalid-request", id="no_capture_id"),
        ],
    )
    def test_each_has_its_code_and_a_sentence_and_nothing_is_stored(
        self, post, records, changes, status, code
    ):
        before = records.get("/dicom-web/instances").text

        answer = post(**changes)

        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (status, code)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert problem["detail"].endswith(".")
        assert "Okafor" not in answer.text
        assert records.get("/dicom-web/instances").text == before

    def test_a_photo_after_the_encounter_was_closed(self, post):
        answer = post(to="V-OLD", encounter={"encounterId": "V-OLD", "issuer": "HOSP"})

        assert (answer.status_code, answer.json()["code"]) == (409, "encounter-closed")

    def test_a_number_of_two_issuers_is_ambiguous_until_one_is_named(self, post):
        unnamed = post(to="V-2", encounter={"encounterId": "V-2"})
        named = post(to="V-2", encounter={"encounterId": "V-2", "issuer": "CLINIC"})

        assert unnamed.json()["code"] == "encounter-ambiguous"
        assert named.status_code == 201

    def test_a_body_over_the_limit_is_refused_before_it_is_read(self, running):
        address = urlsplit(running.url)
        head = (
            "POST /api/v1/encounters/V-1001/captures HTTP/1.1\r\n"
            f"Host: {address.netloc}\r\nAuthorization: Bearer {running.token('clinician')}\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {200 * 1024 * 1024}\r\n\r\n"
        )
        with socket.create_connection((address.hostname, address.port), timeout=30) as line:
            line.sendall(head.encode())
            answer = b"".join(iter(lambda: line.recv(65536), b"")).decode()

        assert answer.startswith("HTTP/1.1 413 ")
        assert '"code": "body-too-large"' in answer

    def test_nobody_signed_in_is_401(self, running):
        answer = httpx.post(f"{running.url}/api/v1/encounters/V-1001/captures")

        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")

    def test_records_staff_may_not_capture(self, records):
        answer = records.post("/api/v1/encounters/V-1001/captures")

        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_the_next_good_photo_works(self, post):
        post(photo=b"no image")

        assert post().status_code == 201
