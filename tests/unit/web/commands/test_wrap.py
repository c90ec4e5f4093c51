"""`imaging-hub wrap`: one line of JSON for each file, and one clear line for all else."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pillow_heif
import pytest
from click.testing import CliRunner, Result
from drawn import as_camera_stores, encoded, exif, jpeg, scene
from drawn_marker import with_marker
from PIL import Image
from pydicom import dcmread

from factories import draw_jpeg
from hub.errors import MisconfiguredHub
from web.commands.wrap import _written, wrap

CONTEXT = {
    "patient": {"patientId": "1", "issuer": "HOSP", "name": "Berg^Ida"},
    "encounter": {"encounterId": "V-1", "issuer": "HOSP"},
    "anatomicRegion": {"code": "85562004"},
    "laterality": "L",
    "operator": {"id": "n1", "name": "Nwosu^Chidi"},
    "capturedAt": "2026-11-20T08:00:00Z",
}


def run(tmp_path: Path, *files: Path | str, out: str = "out", **also: object) -> Result:
    context = tmp_path / "context.json"
    context.write_text(json.dumps(CONTEXT | also))
    options = ("--context", context, "--out", tmp_path / out, "--data", tmp_path / "data")
    return CliRunner().invoke(wrap, [str(each) for each in (*files, *options)])


def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(draw_jpeg())
    return path


def test_a_file_that_cannot_be_read_is_refused_by_name_and_the_others_are_wrapped(tmp_path):
    result = run(tmp_path, tmp_path / "nothing.jpg", tmp_path, photo(tmp_path))

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["status"], line["code"]) for line in lines] == [
        ("refused", "invalid-request"),
        ("refused", "invalid-request"),
        ("stored", None),
    ]
    assert result.exit_code == 1
    assert Path(lines[2]["path"]).is_file()


def test_the_same_file_again_is_the_same_object(tmp_path):
    first, second = (run(tmp_path, photo(tmp_path), out=out) for out in ("a", "b"))

    paths = [Path(json.loads(result.stdout)["path"]) for result in (first, second)]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_an_operator_without_an_authority_is_of_the_default_one(tmp_path):
    result = run(tmp_path, photo(tmp_path))

    ds = dcmread(json.loads(result.stdout)["path"])
    code = ds.OperatorIdentificationSequence[0].PersonIdentificationCodeSequence[0]
    assert code.CodingSchemeDesignator == "99HOSP"


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    result = run(tmp_path, photo(tmp_path), out="photo.jpg/out")

    assert isinstance(result.exception, MisconfiguredHub)
    assert "cannot be made" in result.exception.message


def test_a_folder_is_no_context(tmp_path):
    options = ("--context", tmp_path, "--out", tmp_path / "out", "--data", tmp_path / "data")
    result = CliRunner().invoke(wrap, [str(each) for each in (photo(tmp_path), *options)])

    assert result.exit_code == 2
    assert "is a directory" in result.stderr


@pytest.mark.parametrize("never_set", ["0001:01:01 00:00:00", "1970:01:01 00:00:00"])
def test_a_camera_clock_that_cannot_be_right_is_refused_by_name(tmp_path, monkeypatch, never_set):
    without_time = {key: value for key, value in CONTEXT.items() if key != "capturedAt"}
    monkeypatch.setattr(f"{__name__}.CONTEXT", without_time)
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg(exif=exif(t9003=never_set, t9011="+14:00")))

    result = run(tmp_path, path)

    assert json.loads(result.stdout)["code"] == "captured-at-implausible"


def test_an_old_decoder_of_heic_wraps_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(pillow_heif, "libheif_info", lambda: {"libheif": "1.22.1"})

    result = run(tmp_path, photo(tmp_path))

    assert isinstance(result.exception, MisconfiguredHub)
    assert not (tmp_path / "out").exists()


def test_a_disk_that_is_full_leaves_no_part_of_an_object(tmp_path):
    large = tmp_path / "large.png"
    large.write_bytes(encoded(Image.effect_noise((400, 300), 80), "PNG"))
    (tmp_path / "context.json").write_text(json.dumps(CONTEXT))
    (tmp_path / "out").mkdir()

    done = subprocess.run(
        [
            *(sys.executable, "-m", "web", "wrap", large, photo(tmp_path)),
            *("--context", tmp_path / "context.json", "--out", tmp_path / "out"),
            *("--data", tmp_path / "data", "--report"),
        ],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["code"] for line in lines] == ["store-unavailable", None]
    assert done.stderr == ""
    stem = Path(lines[1]["path"]).stem
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        f"{stem}.dcm",
        f"{stem}.report.html",
        f"{stem}.report.json",
    }


def test_a_file_has_its_name_only_when_it_is_whole(tmp_path):
    def cut_off(write):
        write(b"half")
        raise KeyboardInterrupt

    _written(tmp_path / "object.dcm", lambda write: write(b"whole"))
    with pytest.raises(KeyboardInterrupt):
        _written(tmp_path / "object.dcm", cut_off)

    assert [path.name for path in tmp_path.iterdir()] == ["object.dcm"]
    assert (tmp_path / "object.dcm").read_bytes() == b"whole"


MARKED = with_marker(scene(640, 480), 160, turn=10)


def marked(tmp_path: Path, format: str) -> Path:
    path = tmp_path / f"marked.{format.lower()}"
    sideways = as_camera_stores(MARKED, 6)
    if format == "JPEG":
        path.write_bytes(encoded(sideways, "JPEG", quality=90, exif=exif(orientation=6)))
    elif format == "HEIC":
        pillow_heif.from_pillow(MARKED).save(path, quality=90)
    else:
        path.write_bytes(encoded(MARKED, format))
    return path


@pytest.mark.parametrize("format", ["JPEG", "PNG", "HEIC"])
@pytest.mark.parametrize("asked", ["by the option", "by the context"])
def test_a_scale_marker_is_looked_for_when_asked(tmp_path, format: str, asked: str):
    file = marked(tmp_path, format)
    option = asked == "by the option"
    how = ("--scale-marker",) if option else ()
    result = run(tmp_path, file, *how, **({} if option else {"scaleMarker": True}))

    ds = dcmread(json.loads(result.stdout)["path"])
    assert (ds.Rows, ds.Columns) == (480, 640)
    assert [float(v) for v in ds.PixelSpacing] == pytest.approx([0.25, 0.25], rel=0.005)
    assert ds.PixelSpacingCalibrationType == "FIDUCIAL"
    assert result.stderr == ""


def test_a_scale_marker_is_not_looked_for_unasked(tmp_path):
    result = run(tmp_path, marked(tmp_path, "JPEG"))

    assert "PixelSpacing" not in dcmread(json.loads(result.stdout)["path"])


def test_a_scale_that_cannot_be_written_is_one_clear_line(tmp_path):
    tilted = tmp_path / "tilted.jpg"
    tilted.write_bytes(encoded(with_marker(scene(640, 480), 160, tilt=0.2), "JPEG"))
    result = run(tmp_path, photo(tmp_path), tilted, "--scale-marker")

    none, too_tilted = result.stderr.splitlines()
    assert result.exit_code == 0
    assert "photo.jpg: A scale marker was said to be in the photo, but none was found" in none
    assert "tilted.jpg: The scale marker lies too tilted" in too_tilted
