"""`imaging-hub wrap --report` beside the objects it writes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from drawn import jpeg

from web.cli import cli

pytestmark = pytest.mark.integration

CONTEXT = {
    "patient": {"patientId": "1", "issuer": "HOSP", "name": "Okafor^Grace"},
    "encounter": {"encounterId": "V-1", "issuer": "HOSP", "department": "Dermatology"},
    "anatomicRegion": {"code": "85562004", "scheme": "SCT"},
    "laterality": "L",
    "capturedAt": "2026-11-20T12:00:00Z",
    "kind": "photo",
}


def test_page_and_json_name_the_bytes_that_are_there(tmp_path: Path):
    (tmp_path / "context.json").write_text(json.dumps(CONTEXT))
    (tmp_path / "IMG_1.JPG").write_bytes(jpeg(160, 128, 6))
    arguments = ["wrap", str(tmp_path / "IMG_1.JPG"), "--report", "--out", str(tmp_path / "out")]
    arguments += ["--context", str(tmp_path / "context.json"), "--data", str(tmp_path / "data")]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output

    path = Path(json.loads(done.output)["path"])
    facts = json.loads(path.with_suffix(".report.json").read_text())
    assert facts["sourceSHA256"] == digest(tmp_path / "IMG_1.JPG")
    assert facts["objectSHA256"] == digest(path)
    assert facts["source"] == "IMG_1.JPG"
    assert {"kind": "Exif", "number": 1} in facts["leftOut"]

    page = path.with_suffix(".report.html").read_text()
    assert facts["pixelStreamSHA256"] in page
    assert "Turned upright in the DCT domain (Exif orientation 6)" in page


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
