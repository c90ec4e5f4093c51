"""Slides of scanners become DICOM with our patient and specimen, by the real wsidicomizer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from dciodvfy import complaints
from pydicom import dcmread
from pydicom.encaps import generate_frames

from servers import wsidicomizer

pytestmark = pytest.mark.integration

CONTEXT = {
    "patient": {"patientId": "129", "issuer": "HOSP", "name": "Okafor^Grace"},
    "encounter": {"encounterId": "V-1", "issuer": "HOSP", "department": "Pathology"},
    "operator": {"id": "n1", "name": "Berg^Ida"},
    "specimen": {"containerId": "S26-1001-A1", "issuer": "LAB"},
    "capturedAt": "2026-11-20T12:00:00+01:00",
    "kind": "microscopy",
}

DRAW = """
import sys, numpy, tifffile
y, x = numpy.mgrid[0:1024, 0:1024]
scene = numpy.stack([x // 4, y // 4, (x + y) // 8], -1).astype("u1")
aperio = ("Aperio Image Library v11.2.1\\n1024x1024 [0,0 1024x1024] (256x256) JPEG/RGB Q=80"
          "|AppMag = 20|MPP = 0.4990")
tiled = dict(tile=(256, 256), compression="jpeg", compressionargs={"level": 80},
             photometric="ycbcr", subsampling=(2, 2), metadata=None, software=False)
with tifffile.TiffWriter(sys.argv[1]) as out:
    out.write(scene, description=aperio, **tiled)
    out.write(scene[::4, ::4], description=aperio, compression="jpeg", photometric="rgb",
              metadata=None, rowsperstrip=16)
    out.write(scene[::4, ::4], description=aperio, **tiled)
tifffile.imwrite(sys.argv[2], scene, resolution=(20000, 20000), resolutionunit="CENTIMETER",
                 **tiled)
with tifffile.TiffFile(sys.argv[1]) as file:
    page = file.pages[0]
    file.filehandle.seek(page.dataoffsets[5])
    open(sys.argv[3], "wb").write(file.filehandle.read(page.databytecounts[5]))
"""


@pytest.fixture(scope="module")
def programs() -> Path:
    return wsidicomizer.programs()


@pytest.fixture(scope="module")
def slides(programs, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("slides")
    names = [folder / name for name in ("slide.svs", "plain.tif", "tile")]
    subprocess.run([programs / "python", "-c", DRAW, *names], check=True)
    return folder


@pytest.fixture
def wrap(tmp_path, programs):
    def wrap(file: Path, out: str = "out", installed: bool = True, **changes: object):
        context = tmp_path / "context.json"
        context.write_text(json.dumps({**CONTEXT, **changes}))
        line = [sys.executable, "-m", "web", "wrap", str(file), "--context", str(context)]
        line += ["--out", str(tmp_path / out), "--data", str(tmp_path / "data")]
        path = os.environ["PATH"]
        env = {**os.environ, "PATH": f"{programs}{os.pathsep}{path}" if installed else path}
        done = subprocess.run(
            line, capture_output=True, text=True, check=False, timeout=200, env=env
        )
        assert "Traceback" not in done.stderr
        return done.returncode, [json.loads(text) for text in done.stdout.splitlines()]

    return wrap


@pytest.mark.parametrize("name", ["slide.svs", "plain.tif"])
def test_every_image_of_a_slide_is_valid_and_ours(wrap, slides, tmp_path, name):
    code, lines = wrap(slides / name)

    assert (code, {line["status"] for line in lines}) == (0, {"stored"})
    assert sorted(line["path"] for line in lines) == sorted(map(str, (tmp_path / "out").iterdir()))
    objects = [dcmread(line["path"]) for line in lines]
    for line, ds in zip(lines, objects, strict=True):
        assert complaints(Path(line["path"])) == []
        assert (
            ds.SOPInstanceUID == line["sopInstanceUID"] == ds.file_meta.MediaStorageSOPInstanceUID
        )
        assert (ds.PatientID, ds.IssuerOfPatientID, ds.PatientName) == (
            "129",
            "HOSP",
            "Okafor^Grace",
        )
        assert (ds.AdmissionID, ds.InstitutionalDepartmentName) == ("V-1", "Pathology")
        assert ds.OperatorsName == "Berg^Ida"
        assert (ds.Modality, ds.ContainerIdentifier) == ("SM", "S26-1001-A1")
        assert ds.SpecimenDescriptionSequence[0].SpecimenIdentifier == "S26-1001-A1"
        assert ds.AcquisitionDateTime.startswith("20261120120000")
    assert len({(ds.StudyInstanceUID, ds.SeriesInstanceUID) for ds in objects}) == 1
    assert len({ds.SOPInstanceUID for ds in objects}) == len(objects)
    assert (objects[0].TotalPixelMatrixColumns, objects[0].TotalPixelMatrixRows) == (1024, 1024)


def test_the_tiles_of_the_scanner_are_kept(wrap, slides):
    _, (largest, *smaller) = wrap(slides / "slide.svs")

    ds = dcmread(largest["path"])
    frames = list(generate_frames(ds.PixelData, number_of_frames=16))
    tile = (slides / "tile").read_bytes()
    assert len(smaller) == 2
    # The tile's scan is the same; only the tables stand elsewhere in a TIFF.
    scan = tile[tile.index(b"\xff\xda") :]
    assert frames[5].rstrip(b"\0").endswith(scan)


def test_the_same_slide_twice_is_the_same_objects(wrap, slides):
    _, first = wrap(slides / "slide.svs", out="first")
    _, second = wrap(slides / "slide.svs", out="second")

    assert [Path(a["path"]).read_bytes() for a in first] == [
        Path(b["path"]).read_bytes() for b in second
    ]


def test_without_the_extra_a_slide_is_refused_by_name(wrap, slides, tmp_path):
    code, (line,) = wrap(slides / "slide.svs", installed=False)

    assert (code, line["code"]) == (1, "unsupported-media")
    assert "wsidicomizer" in line["message"]
    assert list((tmp_path / "out").iterdir()) == []


def test_a_slide_without_a_specimen_is_refused(wrap, slides, tmp_path):
    code, (line,) = wrap(slides / "slide.svs", specimen=None)

    assert (code, line["status"]) == (1, "refused")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_cut_slide_is_refused_and_leaves_nothing(wrap, slides, tmp_path):
    cut = tmp_path / "cut.svs"
    cut.write_bytes((slides / "slide.svs").read_bytes()[:20_000])

    code, (line,) = wrap(cut)

    assert (code, line["status"]) == (1, "refused")
    assert list((tmp_path / "out").iterdir()) == []
