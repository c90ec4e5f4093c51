"""The sheet as independent renderers print it, before a camera, through `imaging-hub wrap`."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from camera import Shot
from click.testing import CliRunner
from dciodvfy import complaints
from PIL import Image
from printing import MM, cut_out, lookalikes, page_at
from surfaces import photo, surface

from hub.media.marker import MOST_OFF, NEAR, SIDE, scale_of
from web.commands.wrap import wrap
from web.marker_sheet import CARD_HEIGHT, CARD_WIDTH, HEIGHT, LINE, MARKERS, WIDTH, marker_sheet

pytestmark = pytest.mark.integration

SIZE = (1440, 1080)
A4, LETTER = (210.0, 297.0), (215.9, 279.4)
CONTEXT = {
    "patient": {"patientId": "1", "issuer": "HOSP", "name": "Berg^Ida"},
    "encounter": {"encounterId": "V-1", "issuer": "HOSP"},
    "anatomicRegion": {"code": "85562004"},
    "laterality": "L",
    "operator": {"id": "n1", "name": "Nwosu^Chidi"},
    "capturedAt": "2026-11-20T08:00:00Z",
    "scaleMarker": True,
}
CONDITIONS = {
    "usual": {},
    "turned and off the middle": {"spin": 200, "at": (0.3, 0.65)},
    "tilted a little": {"tilt": 6, "towards": 40, "distance": 350},
    "blurred": {"blur": 2.5, "motion": (4.0, 30.0)},
    "dark and noisy": {"exposure": 0.45, "noise": 10.0},
    "shadow and stains": {"shadow": 0.6, "stains": ((8.0, 14.0, 1.5), (-17.0, 3.0, 1.0))},
    "through a poor lens": {"distortion": -0.03},
    "finger on the paper": {"finger": (23.5, 4.0)},
    "strong JPEG": {"quality": 50},
}


@pytest.fixture(autouse=True)
def poppler() -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm (poppler-utils) is not installed")


def taken(shot: Shot) -> bytes:
    return shot.taken(surface("skin", shot.size, np.random.default_rng(7)))


def seen(stream: bytes, folder: Path) -> np.ndarray:
    path = folder / "photo.jpg"
    path.write_bytes(stream)
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def rastered(renderer: str, dpi: int, folder: Path) -> np.ndarray:
    sheet, page = folder / "sheet.pdf", folder / "page.pgm"
    sheet.write_bytes(marker_sheet())
    if renderer == "poppler":
        how = ["pdftoppm", "-gray", "-r", str(dpi), "-singlefile", sheet, page.with_suffix("")]
    else:
        how = ["gs", "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pgmraw", f"-r{dpi}"]
        how += [f"-sOutputFile={page}", sheet]
    subprocess.run(how, check=True)
    with Image.open(page) as image:
        return np.asarray(image.convert("L"))


@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("renderer", ["poppler", "ghostscript"])
def test_every_length_on_the_sheet_is_true_at_100_percent(tmp_path: Path, renderer: str, dpi: int):
    if renderer == "ghostscript" and shutil.which("gs") is None:
        pytest.skip("gs (ghostscript) is not installed")
    page = rastered(renderer, dpi, tmp_path) < 128
    dots = dpi / MM

    assert page.shape == pytest.approx((HEIGHT * dots, WIDTH * dots), abs=1.5)
    for left, bottom in MARKERS:
        top = HEIGHT - bottom - SIDE
        row = page[round((top + 1.5) * dots)]
        column = page[:, round((left + 1.5) * dots)]
        assert width_around(row, (left + SIDE / 2) * dots) == pytest.approx(SIDE * dots, abs=2)
        assert width_around(column, (top + SIDE / 2) * dots) == pytest.approx(SIDE * dots, abs=2)
    thick = 0.2
    assert longest(page, axis=1) == pytest.approx((LINE + thick) * dots, abs=2)
    assert longest(page, axis=0) == pytest.approx((LINE + thick) * dots, abs=2)
    card = page[:, : round(100 * dots)]
    assert longest(card, axis=0) == pytest.approx((CARD_HEIGHT + thick) * dots, abs=2)
    below = page[round((HEIGHT - 110) * dots) :, : round(150 * dots)]
    assert longest(below, axis=1) == pytest.approx((CARD_WIDTH + thick) * dots, abs=2)


def width_around(line: np.ndarray, place: float) -> int:
    """How many dark dots are connected to one."""
    changes = np.flatnonzero(np.diff(np.pad(line.astype(int), 1)))
    starts, ends = changes[::2], changes[1::2]
    (here,) = np.flatnonzero((starts <= place) & (place < ends))
    return int(ends[here] - starts[here])


def longest(page: np.ndarray, axis: int) -> int:
    lines = page if axis == 1 else page.T
    changes = np.diff(np.pad(lines.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    return int((np.nonzero(changes == -1)[1] - np.nonzero(changes == 1)[1]).max())


def test_the_page_fits_on_a4_and_on_letter():
    assert min(A4[0], LETTER[0]) >= WIDTH
    assert min(A4[1], LETTER[1]) >= HEIGHT
    said = subprocess.run(
        ["pdfinfo", "-"], input=marker_sheet(), capture_output=True, check=True
    ).stdout.decode()
    points = [float(n) for n in re.search(r"Page size: +(\S+) x (\S+) pts", said).groups()]
    assert points == pytest.approx([WIDTH / MM * 72, HEIGHT / MM * 72], abs=0.01)


@pytest.mark.parametrize("how", CONDITIONS.values(), ids=CONDITIONS)
def test_the_scale_of_a_photo_is_true(tmp_path: Path, how: dict):
    shot = Shot(cut_out(), SIZE, **how)

    scale = scale_of(seen(taken(shot), tmp_path))

    assert scale is not None
    assert scale.holds
    assert scale.millimetres_per_pixel == pytest.approx(shot.spacing, rel=0.005)
    least, most = shot.lengths(NEAR)
    off = max(abs(scale.millimetres_per_pixel * n - 1) for n in (least, most))
    assert off == pytest.approx(scale.off, abs=0.02)


@pytest.mark.parametrize("towards", [0, 45, 130])
@pytest.mark.parametrize("tilt", [20, 30, 45])
def test_a_tilted_photo_gives_no_scale(tmp_path: Path, tilt: float, towards: float):
    scale = scale_of(seen(taken(Shot(cut_out(), SIZE, tilt=tilt, towards=towards)), tmp_path))

    assert scale is None or scale.off > MOST_OFF


@pytest.mark.parametrize("radius", [25, 45])
def test_paper_around_a_limb_gives_none(tmp_path: Path, radius: float):
    assert scale_of(seen(taken(Shot(cut_out(), SIZE, bend=radius, spin=30)), tmp_path)) is None


def test_a_print_that_was_shrunk_is_off_by_as_much(tmp_path: Path):
    """Nothing in the picture can tell; the lines on the sheet are for that."""
    shot = Shot(replace(cut_out(), scale=0.93), SIZE)

    scale = scale_of(seen(taken(shot), tmp_path))

    assert scale.millimetres_per_pixel == pytest.approx(shot.spacing / 0.93, rel=0.005)


def test_the_whole_sheet_may_lie_there(tmp_path: Path):
    shot = Shot(page_at(300), distance=500)

    scale = scale_of(seen(taken(shot), tmp_path))

    assert scale.millimetres_per_pixel == pytest.approx(shot.spacing, rel=0.005)


@pytest.mark.parametrize("name", sorted(lookalikes(np.random.default_rng(0))))
def test_what_looks_like_it_is_not_taken_for_it(tmp_path: Path, name: str):
    sheet = lookalikes(np.random.default_rng(1))[name]

    assert scale_of(seen(taken(Shot(sheet, SIZE, spin=20)), tmp_path)) is None


def test_before_a_real_photo_and_through_wrap(tmp_path: Path, sample_data: Path):
    shot = Shot(cut_out(), SIZE, spin=110, tilt=4)
    behind = photo(sample_data / "photos/jpg/mobile/jolla.jpg", shot.size)
    file = tmp_path / "photo.jpg"
    file.write_bytes(shot.taken(behind))
    context = tmp_path / "context.json"
    context.write_text(json.dumps(CONTEXT))
    options = ["--context", context, "--out", tmp_path / "out", "--data", tmp_path / "data"]

    result = CliRunner().invoke(wrap, [str(each) for each in (file, *options)])

    path = Path(json.loads(result.stdout)["path"])
    ds = pydicom.dcmread(path)
    assert [float(v) for v in ds.PixelSpacing] == pytest.approx([shot.spacing] * 2, rel=0.005)
    assert ds.PixelSpacingCalibrationType == "FIDUCIAL"
    assert complaints(path) == []
