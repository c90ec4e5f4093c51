"""`imaging-hub wrap --report` beside the objects it writes."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from drawn import encoded, jpeg, scene
from drawn_pdf import pdf
from PIL import Image, ImageFilter

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


@pytest.fixture
def wrapped(tmp_path: Path) -> Callable[..., Result]:
    def wrapped(content: bytes, *options: str, **context: object) -> Result:
        (tmp_path / "context.json").write_text(json.dumps({**CONTEXT, **context}))
        (tmp_path / "IMG_1.JPG").write_bytes(content)
        arguments = ["wrap", str(tmp_path / "IMG_1.JPG"), *options, "--out", str(tmp_path / "out")]
        arguments += ["--context", str(tmp_path / "context.json"), "--data", str(tmp_path / "data")]
        done = CliRunner().invoke(cli, arguments)
        assert done.exit_code == 0, done.output
        return done

    return wrapped


def beside(done: Result, suffix: str) -> str:
    return Path(json.loads(done.stdout)["path"]).with_suffix(suffix).read_text()


def test_page_and_json_name_the_bytes_that_are_there(wrapped, tmp_path: Path):
    done = wrapped(jpeg(160, 128, 6), "--report")

    path = Path(json.loads(done.stdout)["path"])
    facts = json.loads(beside(done, ".report.json"))
    assert facts["sourceSHA256"] == digest(tmp_path / "IMG_1.JPG")
    assert facts["objectSHA256"] == digest(path)
    assert facts["source"] == "IMG_1.JPG"
    assert {"kind": "Exif", "number": 1} in facts["leftOut"]

    page = beside(done, ".report.html")
    assert facts["pixelStreamSHA256"] in page
    assert "Turned upright in the DCT domain (Exif orientation 6)" in page


def blurred() -> bytes:
    return encoded(scene(640, 480).filter(ImageFilter.GaussianBlur(20)), "JPEG")


def test_what_needs_a_look_is_said_on_stderr_and_in_the_report(wrapped):
    done = wrapped(
        blurred(),
        "--report",
        scaleMarker=True,
        encounter={"encounterId": "V-1", "issuer": "HOSP", "department": "Ward 7"},
    )

    codes = [flag["code"] for flag in json.loads(beside(done, ".report.json"))["reviewFlags"]]
    assert codes == ["scale-marker-not-found", "department-unknown", "blurred"]
    lines = [line.partition("IMG_1.JPG: ")[2] for line in done.stderr.splitlines()]
    page = html.unescape(beside(done, ".report.html"))
    assert lines[2] == "May be blurred."
    assert all(line in page for line in lines)


def test_a_document_is_told_apart(wrapped):
    script = b"<< /S /JavaScript /JS (app.alert) >>"
    done = wrapped(
        pdf(script) + b"\n",
        "--report",
        kind="document",
        anatomicRegion=None,
        laterality=None,
        note="Consent",
    )

    facts = json.loads(beside(done, ".report.json"))
    assert facts["kept"] == ["The source file, byte for byte"]
    assert facts["pixelStreamSHA256"] == facts["sourceSHA256"]
    assert "has scripts in it" in done.stderr
    assert "The document now" in beside(done, ".report.html")


def test_a_good_photo_says_nothing(wrapped):
    noise = np.random.default_rng(7).integers(60, 200, (120, 160), np.uint8)
    sharp = Image.fromarray(noise).resize((640, 480), Image.Resampling.BICUBIC).convert("RGB")

    done = wrapped(encoded(sharp, "JPEG"), "--report")

    assert done.stderr == ""
    assert "Needs a look" not in beside(done, ".report.html")


def test_without_a_report_nothing_is_measured(wrapped, monkeypatch):
    def measured(*_: object) -> None:
        raise AssertionError("measured")

    monkeypatch.setattr("hub.dicom.render.DicomRenderer.measured", measured)

    assert wrapped(blurred()).stderr == ""


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
