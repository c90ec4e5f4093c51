"""`imaging-hub wrap` as a person runs it: one line per file, valid objects, honest refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from dciodvfy import complaints
from pydicom import dcmread

from factories import draw_jpeg

pytestmark = pytest.mark.integration

CONTEXT = {
    "patient": {"patientId": "129", "issuer": "HOSP", "name": "Okafor^Grace"},
    "encounter": {"encounterId": "V-1", "issuer": "HOSP", "department": "Dermatology"},
    "anatomicRegion": {"code": "85562004", "scheme": "SCT"},
    "laterality": "L",
    "operator": {"id": "n1", "name": "Berg^Ida"},
    "note": "first visit",
    "capturedAt": "2026-11-20T12:00:00+01:00",
    "kind": "photo",
}


@pytest.fixture
def wrap(tmp_path):
    """Run the command; return its exit code and lines."""

    def wrap(*files: Path, out: str = "out", context: dict = CONTEXT):
        (tmp_path / "context.json").write_text(json.dumps(context))
        line = [sys.executable, "-m", "web", "wrap", *map(str, files)]
        line += ["--context", str(tmp_path / "context.json"), "--out", str(tmp_path / out)]
        line += ["--data", str(tmp_path / "data")]
        done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
        assert "Traceback" not in done.stderr
        return done.returncode, [json.loads(text) for text in done.stdout.splitlines()]

    return wrap


@pytest.fixture
def photo(tmp_path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(draw_jpeg())
    return path


def test_a_photo_becomes_a_valid_object(wrap, photo):
    code, (line,) = wrap(photo)

    ds = dcmread(line["path"])
    assert code == 0
    assert set(line) == {"source", "status", "path", "sopInstanceUID", "code", "message"}
    assert (line["status"], line["sopInstanceUID"]) == ("stored", ds.SOPInstanceUID)
    assert (ds.PatientID, ds.AdmissionID, ds.ImageLaterality) == ("129", "V-1", "L")
    assert complaints(Path(line["path"])) == []


def test_the_same_file_twice_is_the_same_object(wrap, photo):
    _, (first,) = wrap(photo, out="first")
    _, (second,) = wrap(photo, out="second")

    assert Path(first["path"]).read_bytes() == Path(second["path"]).read_bytes()


def test_a_bad_file_is_named_and_the_others_are_written(wrap, photo, tmp_path):
    bad = tmp_path / "letter.jpg"
    bad.write_text("Dear colleague")

    code, lines = wrap(bad, tmp_path / "absent.jpg", photo)

    assert code == 1
    assert [line["status"] for line in lines] == ["refused", "refused", "stored"]
    assert lines[0]["code"] == "not-an-image"
    assert Path(lines[2]["path"]).exists()


def test_files_of_one_context_share_study_and_series(wrap, photo, tmp_path):
    other = tmp_path / "other.jpg"
    other.write_bytes(draw_jpeg(200, 160))
    context = {**CONTEXT, "captureId": "0b7f4a38-94a5-4a9f-9f0f-6a5d2a5b7d11"}

    _, lines = wrap(photo, other, context=context)

    objects = [dcmread(line["path"]) for line in lines]
    assert len({ds.StudyInstanceUID for ds in objects}) == 1
    assert len({ds.SeriesInstanceUID for ds in objects}) == 1
    assert len({ds.SOPInstanceUID for ds in objects}) == 2


def test_a_context_that_cannot_be_read_is_one_clear_line(wrap, photo):
    code, lines = wrap(photo, context={"patient": "Grace"})

    assert code == 1
    assert [line["code"] for line in lines] == ["invalid-request"]
