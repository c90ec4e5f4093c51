"""Slides of scanners become DICOM with our patient and specimen, by the real wsidicomizer."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from dciodvfy import complaints
from drawn_tiff import (
    jpeg,
    jpeg_2000,
    ndpi,
    ome,
    page,
    philips,
    plain,
    scene,
    svs,
    tiff,
    tiles,
)
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.encaps import generate_frames

from servers import wsidicomizer

pytestmark = pytest.mark.integration

PRIVATE = "Okafor Grace 1945-07-14"
CONTEXT = {
    "patient": {"patientId": "129", "issuer": "HOSP", "name": "Adeyemi^Ruth"},
    "encounter": {"encounterId": "V-1", "issuer": "HOSP", "department": "Pathology"},
    "operator": {"id": "n1", "name": "Berg^Ida"},
    "specimen": {"containerId": "S26-1001-A1", "issuer": "LAB"},
    "note": "Second level",
    "kind": "microscopy",
}


def lossy_2000(pixels: np.ndarray) -> bytes:
    return jpeg_2000(pixels, irreversible=True, quality_mode="rates", quality_layers=[8], mct=1)


def rgb_jpeg(pixels: np.ndarray) -> bytes:
    return jpeg(pixels, subsampling=0, keep_rgb=True)


def with_secret(pixels: np.ndarray) -> bytes:
    coded, secret = jpeg(pixels), PRIVATE.encode()
    comment = b"\xff\xfe" + (len(secret) + 2).to_bytes(2, "big") + secret
    return coded[:2] + comment + coded[2:] + secret


def profile() -> bytes:
    """The hub's sRGB profile under a name that says too much."""
    from hub.media.color import srgb_profile

    return srgb_profile().replace("sRGB".encode("utf-16-be"), "Ruth".encode("utf-16-be"))


SLIDES = {
    "jpeg.svs": svs(private=PRIVATE, coded=with_secret, tags={34675: profile()}),
    "big.svs": svs(big=True),
    "rgb.svs": svs(coded=rgb_jpeg, tags={262: 2}),
    "2000.svs": svs(coded=lossy_2000, tags={259: 33005, 262: 2}),
    "hamamatsu.ndpi": ndpi(private=PRIVATE),
    "philips.tiff": philips(private=PRIVATE),
    "ome.tiff": ome(private=PRIVATE),
    "plain.tif": plain(),
    "big.tif": plain(big=True),
}
CODING = {
    "philips.tiff": ("1.2.840.10008.1.2.4.50", "YBR_FULL_422", jpeg),
    "ome.tiff": ("1.2.840.10008.1.2.4.50", "YBR_FULL_422", jpeg),
    "jpeg.svs": ("1.2.840.10008.1.2.4.50", "YBR_FULL_422", jpeg),
    "big.svs": ("1.2.840.10008.1.2.4.50", "YBR_FULL_422", jpeg),
    "rgb.svs": ("1.2.840.10008.1.2.4.50", "RGB", rgb_jpeg),
    "2000.svs": ("1.2.840.10008.1.2.4.91", "YBR_ICT", lossy_2000),
    "plain.tif": ("1.2.840.10008.1.2.4.90", "YBR_RCT", jpeg),
    "big.tif": ("1.2.840.10008.1.2.4.90", "YBR_RCT", jpeg),
}
OF_APERIO = ["VOLUME", "VOLUME", "THUMBNAIL", "OVERVIEW", "LABEL"]
IMAGES = {
    **{name: OF_APERIO for name in SLIDES if name.endswith(".svs")},
    "hamamatsu.ndpi": ["VOLUME", "VOLUME", "OVERVIEW"],
    "philips.tiff": ["VOLUME", "VOLUME"],
    "ome.tiff": ["VOLUME"],
    **{name: ["VOLUME", "VOLUME"] for name in SLIDES if name.endswith(".tif")},
}

PRIVATE_SLIDES = ("jpeg.svs", "hamamatsu.ndpi", "philips.tiff", "ome.tiff")

Wrap = Callable[..., tuple[int, list[dict]]]


@pytest.fixture(scope="module")
def programs() -> Path:
    return wsidicomizer.programs()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("slides")


@pytest.fixture(scope="module")
def wrap(folder: Path, programs: Path) -> Wrap:
    def wrap(
        *files: Path, out: str = "out", options: tuple = (), installed: bool = True, **changes
    ) -> tuple[int, list[dict]]:
        context = folder / "context.json"
        given = {**CONTEXT, "capturedAt": "2026-11-20T12:00:00+01:00", **changes}
        context.write_text(json.dumps(given))
        line = [sys.executable, "-m", "web", "wrap", *map(str, files), "--context", str(context)]
        line += ["--out", str(folder / out), "--data", str(folder / "data"), *options]
        path = os.environ["PATH"]
        env = {**os.environ, "PATH": f"{programs}{os.pathsep}{path}" if installed else path}
        done = subprocess.run(
            line, capture_output=True, text=True, check=False, timeout=280, env=env
        )
        assert "Traceback" not in done.stderr
        return done.returncode, [json.loads(text) for text in done.stdout.splitlines()]

    return wrap


@pytest.fixture(scope="module")
def wrapped(wrap: Wrap, folder: Path) -> dict[str, list[Path]]:
    """The objects of every slide by its name, wrapped in one go."""
    for name, content in SLIDES.items():
        (folder / name).write_bytes(content)
    files = [folder / name for name in SLIDES]
    code, lines = wrap(*files, options=("--report", "--note-sr"))
    assert (code, {line["status"] for line in lines}) == (0, {"stored"})
    assert list((folder / "out").glob(".*")) == []
    found: dict[str, list[Path]] = {name: [] for name in SLIDES}
    for line in lines:
        found[Path(line["source"]).name].append(Path(line["path"]))
    return found


def picture(ds: FileDataset) -> np.ndarray:
    """The whole picture of an object, put together from its tiles."""
    across = -(-ds.TotalPixelMatrixColumns // ds.Columns)
    down = -(-ds.TotalPixelMatrixRows // ds.Rows)
    whole = np.zeros((down * ds.Rows, across * ds.Columns, 3), np.uint8)
    for number, frame in enumerate(frames(ds)):
        y, x = number // across * ds.Rows, number % across * ds.Columns
        tile = np.asarray(Image.open(io.BytesIO(frame)).convert("RGB"))
        whole[y : y + ds.Rows, x : x + ds.Columns] = tile
    return whole[: ds.TotalPixelMatrixRows, : ds.TotalPixelMatrixColumns]


def frames(ds: FileDataset) -> list[bytes]:
    return list(generate_frames(ds.PixelData, number_of_frames=ds.NumberOfFrames))


def as_coded(pixels: np.ndarray, coded: Callable[[np.ndarray], bytes]) -> np.ndarray:
    """The picture as the scanner's coding of its tiles left it."""
    side, whole = pixels.shape[0], np.zeros((1024, 1024, 3), np.uint8)
    for number, tile in enumerate(tiles(pixels)):
        y, x = (256 * place for place in divmod(number, -(-side // 256)))
        decoded = Image.open(io.BytesIO(coded(tile))).convert("RGB")
        whole[y : y + 256, x : x + 256] = np.asarray(decoded)
    return whole[:side, :side]


@pytest.mark.parametrize("name", SLIDES)
def test_every_image_of_a_slide_is_valid_and_ours(wrapped, name: str):
    objects = [dcmread(path) for path in wrapped[name]]

    assert [ds.ImageType[2] for ds in objects] == IMAGES[name]
    for path, ds in zip(wrapped[name], objects, strict=True):
        assert complaints(path) == []
        assert f"{ds.SOPInstanceUID}.dcm" == path.name
        assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
        assert (ds.PatientID, ds.IssuerOfPatientID) == ("129", "HOSP")
        assert ds.PatientName == "Adeyemi^Ruth"
        assert (ds.AdmissionID, ds.InstitutionalDepartmentName) == ("V-1", "Pathology")
        assert ds.OperatorsName == "Berg^Ida"
        assert (ds.Modality, ds.ContainerIdentifier) == ("SM", "S26-1001-A1")
        assert ds.SpecimenDescriptionSequence[0].SpecimenIdentifier == "S26-1001-A1"
        assert ds.AcquisitionDateTime.startswith("20261120120000")
    shared = ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")
    assert all(len({ds[keyword].value for ds in objects}) == 1 for keyword in shared)
    assert [ds.InstanceNumber for ds in objects] == list(range(1, len(objects) + 1))


def test_all_slides_are_of_one_care_event_and_each_scan_is_a_series(wrapped):
    bases = [dcmread(paths[0], stop_before_pixels=True) for paths in wrapped.values()]

    assert len({ds.StudyInstanceUID for ds in bases}) == 1
    assert len({ds.SeriesInstanceUID for ds in bases}) == len(bases)
    assert len({ds.PyramidUID for ds in bases}) == len(bases)


@pytest.mark.parametrize("name", CODING)
def test_levels_have_the_pixels_of_the_scanner(wrapped, name: str):
    syntax, photometric, coded = CODING[name]
    whole = scene(600)
    smaller = whole[::4, ::4] if name.endswith(".svs") else whole[::2, ::2]

    for path, pixels in zip(wrapped[name], (whole, smaller), strict=False):
        ds = dcmread(path)
        assert (ds.file_meta.TransferSyntaxUID, ds.PhotometricInterpretation) == (
            syntax,
            photometric,
        )
        assert np.array_equal(picture(ds), as_coded(pixels, coded))
        assert ds.LossyImageCompression == "01"
        assert float(ds.LossyImageCompressionRatio) > 2


@pytest.mark.parametrize(("level", "side"), [(0, 1024), (1, 512)])
def test_stripes_of_hamamatsu_are_cut_without_loss(wrapped, level: int, side: int):
    ds = dcmread(wrapped["hamamatsu.ndpi"][level])

    drawn = jpeg(scene(1024)[:: 1024 // side, :: 1024 // side], restart_marker_blocks=16)
    assert np.array_equal(picture(ds), np.asarray(Image.open(io.BytesIO(drawn))))
    assert ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.50"


@pytest.mark.parametrize("name", ["big.svs", "rgb.svs", "2000.svs"])
def test_the_tiles_of_the_scanner_are_kept(wrapped, name: str):
    kept = frames(dcmread(wrapped[name][0]))

    coded = [CODING[name][2](tile) for tile in tiles(scene(600))]
    start = b"\xff\x93" if name == "2000.svs" else b"\xff\xda"
    scans = [tile[tile.index(start) :] for tile in coded]
    assert all(scan in tile for scan, tile in zip(scans, kept, strict=True))


def test_a_label_is_kept_whole_and_marked_as_naming_the_patient(wrapped):
    *tissue, overview, label = (dcmread(path) for path in wrapped["jpeg.svs"])

    for ds in (overview, label):
        assert (ds.SpecimenLabelInImage, ds.BurnedInAnnotation) == ("YES", "YES")
    for ds in tissue:
        assert (ds.SpecimenLabelInImage, ds.BurnedInAnnotation) == ("NO", "NO")
    assert (label.LabelText, label.BarcodeValue) == ("", "")
    assert np.array_equal(picture(label), scene(120, 64))


@pytest.mark.parametrize("name", [name for name in SLIDES if name != "ome.tiff"])
def test_a_slide_says_how_large_things_are(wrapped, name: str):
    base, smaller = (dcmread(path, stop_before_pixels=True) for path in wrapped[name][:2])

    spacing = 0.000499 if name.endswith(".svs") else 0.0005
    factor = base.TotalPixelMatrixColumns / smaller.TotalPixelMatrixColumns
    for ds, expected in ((base, spacing), (smaller, spacing * factor)):
        measures = ds.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
        assert measures.PixelSpacing == pytest.approx([expected, expected])
        width = spacing * base.TotalPixelMatrixColumns
        assert (ds.ImagedVolumeWidth, ds.ImagedVolumeHeight) == pytest.approx((width, width))
    assert base.PyramidUID == smaller.PyramidUID
    assert base.DimensionOrganizationType == "TILED_FULL"


def test_the_profile_of_the_scanner_is_kept_without_its_name(wrapped):
    from hub.media.icc_clean import cleaned

    optical_path = dcmread(wrapped["jpeg.svs"][0]).OpticalPathSequence[0]
    assert optical_path.ICCProfile == cleaned(profile())
    assert profile() != optical_path.ICCProfile


def test_nothing_that_the_file_says_of_anybody_is_in_any_object(wrapped, folder):
    assert all(PRIVATE.encode() in SLIDES[name] for name in PRIVATE_SLIDES)

    secrets = [PRIVATE.encode(), PRIVATE.encode("utf-16-be"), "Ruth".encode("utf-16-be")]
    for path in (folder / "out").iterdir():
        assert not any(secret in path.read_bytes() for secret in secrets), path.suffix


def test_each_image_has_its_report_and_the_slide_its_note(wrapped, folder):
    kept = {name: _report(paths[0])["kept"] for name, paths in wrapped.items()}

    assert kept["jpeg.svs"] == ["The coded image data (frame, tables and scans), byte for byte"]
    assert kept["2000.svs"] == kept["jpeg.svs"]
    assert kept["hamamatsu.ndpi"] == [
        "Every coefficient of the JPEG; only their order and coding are new"
    ]
    assert kept["plain.tif"] == ["Every pixel as the source decodes, stored without loss"]
    left_out = {entry["kind"] for entry in _report(wrapped["jpeg.svs"][0])["leftOut"]}
    assert {"XMP", "image description", "artist"} <= left_out
    found = (dcmread(path) for path in (folder / "out").glob("*.dcm"))
    notes = [ds for ds in found if ds.Modality == "SR"]
    shown = {
        ds.CurrentRequestedProcedureEvidenceSequence[0]
        .ReferencedSeriesSequence[0]
        .ReferencedSOPSequence[0]
        .ReferencedSOPInstanceUID
        for ds in notes
    }
    assert shown == {paths[0].stem for paths in wrapped.values()}


def _report(path: Path) -> dict:
    assert path.with_suffix(".report.html").exists()
    return json.loads(path.with_suffix(".report.json").read_text())


def test_the_same_slides_again_are_the_same_bytes(wrapped, wrap, folder):
    names = ("jpeg.svs", "plain.tif")
    options = ("--report", "--note-sr")

    code, lines = wrap(*(folder / name for name in names), out="again", options=options)

    assert (code, len(lines)) == (0, sum(len(wrapped[name]) for name in names))
    for path in (folder / "again").iterdir():
        assert path.read_bytes() == (folder / "out" / path.name).read_bytes()


@pytest.mark.parametrize("name", ["jpeg.svs", "hamamatsu.ndpi", "big.svs"])
def test_without_the_extra_a_slide_is_refused_by_name(wrap, wrapped, folder, name: str):
    code, (line,) = wrap(folder / name, out="without", installed=False)

    assert (code, line["code"]) == (1, "unsupported-media")
    assert "wsidicomizer" in line["message"]
    assert "pip install" in line["message"]
    assert list((folder / "without").iterdir()) == []


def test_a_slide_without_a_specimen_is_refused(wrap, wrapped, folder):
    code, (line,) = wrap(folder / "jpeg.svs", out="nameless", specimen=None)

    assert (code, line["code"]) == (1, "specimen-missing")
    assert list((folder / "nameless").iterdir()) == []


def _tile(content: bytes, number: int = 4, **options: object) -> bytes:
    """A slide of which one tile is something else; the first ones are good."""
    pixels = scene(600)
    coded = [jpeg(tile) for tile in tiles(pixels)]
    coded[number] = content
    tags = {270: "Aperio Image Library v11.2.1\n600x600 (256x256)|AppMag = 20|MPP = 0.4990"}
    return tiff([page(pixels, coded, tags={**tags, **options})])


HOSTILE = {
    "cut.svs": svs()[:20_000],
    "cut.ndpi": ndpi()[:60_000],
    "loop.svs": tiff([page(scene(600), [jpeg(t) for t in tiles(scene(600))])], loop=0),
    "colours.svs": svs(coded=jpeg_2000, tags={259: 33003}),
    "empty.svs": _tile(b""),
}


def test_hostile_slides_are_refused_and_leave_nothing(wrap, folder, tmp_path):
    for name, content in HOSTILE.items():
        (tmp_path / name).write_bytes(content)

    code, lines = wrap(*(tmp_path / name for name in HOSTILE), out="hostile")

    assert code == 1
    assert {Path(line["source"]).name: line["status"] for line in lines} == dict.fromkeys(
        HOSTILE, "refused"
    )
    assert all(len(line["message"]) > 20 for line in lines)
    assert list((folder / "hostile").iterdir()) == []
