"""Hostile files over HTTP: refused in words, logged once, nothing kept, and the next one works."""

from __future__ import annotations

import json
import struct
import uuid
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from drawn import app_segment, exif, jpeg, with_segments
from served import Served, make_radiograph, serving
from werkzeug.test import TestResponse

from factories import draw_jpeg, make_patient
from hub.model import Role

pytestmark = pytest.mark.integration

CANARY = "file:///etc/hostname"
NOTE = "a note that no answer repeats"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


def capture(served: Served, content: bytes, kind: str) -> TestResponse:
    patient = make_patient()
    described = {
        "patient": {"patientId": patient.patient_id, "issuer": patient.issuer},
        "encounter": {"encounterId": "V-1001", "issuer": "HOSP"},
        "anatomicRegion": {"code": "85562004", "scheme": "SCT"},
        "laterality": "L",
        "operator": {"id": "n1", "name": "Berg^Ida"},
        "capturedAt": datetime.now(UTC).isoformat(),
        "captureId": str(uuid.uuid4()),
        "kind": kind,
        "note": NOTE,
    }
    body = b'--b1\r\nContent-Disposition: form-data; name="capture"\r\n\r\n'
    body += json.dumps(described).encode() + b"\r\n--b1\r\n"
    body += b'Content-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
    return served.client(Role.CLINICIAN).post(
        "/api/v1/encounters/V-1001/captures",
        data=body + content + b"\r\n--b1--\r\n",
        content_type="multipart/form-data; boundary=b1",
    )


def stow(served: Served, content: bytes) -> TestResponse:
    return served.client(Role.RADIOLOGY).post(
        "/dicom-web/studies",
        data=b"--b1\r\nContent-Type: application/dicom\r\n\r\n" + content + b"\r\n--b1--",
        content_type='multipart/related; type="application/dicom"; boundary=b1',
    )


def frame_of(rows: int, columns: int) -> bytes:
    stream = bytearray(jpeg())
    at = stream.index(b"\xff\xc0") + 5
    stream[at : at + 4] = struct.pack(">HH", rows, columns)
    return bytes(stream)


def png_header(columns: int, rows: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", columns, rows, 1, 0, 0, 0, 0)
    check = zlib.crc32(header).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + header + check + bytes(200)


HOSTILE = {
    "vector graphics": ("photo", f"<svg><image href='{CANARY}'/></svg>".encode() + bytes(200)),
    "page": ("photo", b"<html><script>alert(1)</script></html>" + bytes(200)),
    "playlist": ("video", f"#EXTM3U\n#EXTINF:9,\n{CANARY}\n#EXT-X-ENDLIST\n".encode()),
    "list of files": ("video", f"ffconcat version 1.0\nfile '{CANARY}'\n".encode()),
    "manifest": ("video", f"<MPD><BaseURL>{CANARY}</BaseURL></MPD>".encode() + bytes(200)),
    "session": ("video", b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 9 RTP/AVP 96\r\n"),
    "too many pixels": ("photo", png_header(50_000, 50_000)),
    "frame without data": ("photo", frame_of(9_984, 9_984)),
    "frame beyond all": ("photo", frame_of(65_500, 65_500)),
    "empty segments": ("photo", with_segments(jpeg(), app_segment(0, b"") * 100_000)),
    "cut photo": ("photo", draw_jpeg()[:-300]),
    "cut document": ("document", b"%PDF-1.7\n1 0 obj\n<< /S /Launch /F (/bin/sh) >>\nendobj\n"),
    "film that is a photo": ("video", draw_jpeg()),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_capture_is_refused_cleanly(served, tmp_path, name):
    kind, content = HOSTILE[name]

    response = capture(served, content, kind)

    assert response.status_code in (415, 422)
    assert_clean(served, response, "capture")
    assert capture(served, draw_jpeg(), "photo").status_code == 201


@pytest.mark.parametrize(
    "content",
    [make_radiograph()[:-20], bytes(132) + b"DICM" + b"\xff" * 100, draw_jpeg(), b""],
    ids=["cut", "noise", "photo", "nothing"],
)
def test_a_hostile_object_is_refused_cleanly(served, content):
    response = stow(served, content)

    assert response.status_code == 409
    assert_clean(served, response, "stow")
    assert stow(served, make_radiograph()).status_code == 200


def test_a_camera_that_never_knew_the_time_is_no_reason_to_fail(served):
    for never in ("0001:01:01 00:00:00", "9999:12:31 23:59:59"):
        photo = jpeg(exif=exif(t9003=never, t9011="+14:00"))
        assert capture(served, photo, "photo").status_code == 201


def assert_clean(served: Served, response: TestResponse, via: str) -> None:
    for word in ("Traceback", "Okafor", "1297287652", NOTE, str(served.folder), "root:"):
        assert word not in response.text
    refused = [event for event in served.audited() if event.outcome == "refused"]
    assert [event.detail["via"] for event in refused] == [via]
    assert list((served.settings.objects_dir / "tmp").iterdir()) == []
    assert list(served.hub.catalog.all_object_digests()) == []
