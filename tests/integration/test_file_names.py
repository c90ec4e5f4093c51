"""Names that senders give to files reach neither a path nor a header; archives are refused."""

from __future__ import annotations

import io
import json
import stat
import uuid
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from served import Served, make_radiograph, serving

from factories import draw_jpeg, make_patient
from hub.model import Role

pytestmark = pytest.mark.integration

NAMES = [
    "../../../evil-name",
    "/evil-name",
    "evil-name\0.jpg",
    "evil-name" * 40,
    "evil-name%0d%0aX-Evil: 1",
    "\u202egpj.evil-name",
    ".htaccess-evil-name",
]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


def capture(served: Served, content: bytes, name: str, kind: str = "photo"):
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
    }
    head = b'--b1\r\nContent-Disposition: form-data; name="capture"\r\n\r\n'
    file = f'\r\n--b1\r\nContent-Disposition: form-data; name="file"; filename="{name}"'
    body = head + json.dumps(described).encode() + file.encode()
    body += b"\r\nContent-Type: image/jpeg\r\n\r\n" + content + b"\r\n--b1--\r\n"
    return served.client(Role.CLINICIAN).post(
        "/api/v1/encounters/V-1001/captures",
        data=body,
        content_type="multipart/form-data; boundary=b1",
    )


def paths(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_capture_is_used_nowhere(served, tmp_path, name):
    response = capture(served, draw_jpeg(), name)

    assert response.status_code in (201, 400)
    assert "evil" not in str(response.headers).lower()
    assert not [path for path in paths(tmp_path) if "evil" in path or "htaccess" in path]
    assert not (tmp_path.parent / "evil-name").exists()
    assert not Path("/evil-name").exists()


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_stow_part_is_used_nowhere(served, tmp_path, name):
    head = f'--b1\r\nContent-Type: application/dicom\r\nContent-Location: "{name}"\r\n'
    head += f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    response = served.client(Role.RADIOLOGY).post(
        "/dicom-web/studies",
        data=head.encode() + make_radiograph() + b"\r\n--b1--",
        content_type='multipart/related; type="application/dicom"; boundary=b1',
    )

    assert response.status_code in (200, 400)
    assert "evil" not in str(response.headers).lower()
    assert not [path for path in paths(tmp_path) if "evil" in path or "htaccess" in path]


def archive(kind: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        if kind == "slip":
            file.writestr("../../evil-name.jpg", draw_jpeg())
        elif kind == "symlink":
            link = zipfile.ZipInfo("evil-name")
            link.external_attr = (stat.S_IFLNK | 0o777) << 16
            file.writestr(link, "/etc/passwd")
        else:
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as nested:
                nested.writestr("evil-name", bytes(20_000_000))
            for number in range(16):
                file.writestr(f"evil-name-{number}.zip", inner.getvalue())
    return out.getvalue()


@pytest.mark.parametrize("kind", ["photo", "document"])
@pytest.mark.parametrize("content", ["slip", "symlink", "nested"])
def test_an_archive_is_refused_and_leaves_nothing(served, tmp_path, kind, content):
    before = paths(tmp_path)

    response = capture(served, archive(content), "photo.jpg", kind)

    assert response.status_code in (415, 422)
    assert {"photo": "not-an-image", "document": "not-a-document"}[kind] in response.text
    left = {path for path in paths(tmp_path) - before if "sqlite3" not in path}
    assert left == set()
