"""Real photos of many cameras: each becomes a valid object or is refused by name."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from dciodvfy import complaints

import hub.dicom
from factories import make_context
from hub.errors import UnsupportedMedia
from hub.media import photograph

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def photos(sample_data: Path) -> list[Path]:
    return sorted(path for path in (sample_data / "photos").rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def outcomes(photos: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path | str]:
    """For each file the object made of it, or the code of its refusal."""
    folder, made = tmp_path_factory.mktemp("objects"), {}
    for number, photo in enumerate(photos):
        made["/".join(photo.parts[-2:])] = _outcome(photo, folder / f"{number}.dcm")
    return made


def _outcome(photo: Path, target: Path) -> Path | str:
    try:
        built = hub.dicom.build(make_context(), photograph(str(photo), max_pixels=100_000_000))
    except UnsupportedMedia as refusal:
        return refusal.code
    with target.open("wb") as file:
        built.write_to(file.write)
    return target


def test_every_object_is_valid(outcomes: dict[str, Path | str]):
    wrong = {name: complaints(made) for name, made in outcomes.items() if isinstance(made, Path)}
    assert {name: lines for name, lines in wrong.items() if lines} == {}


def test_only_what_is_no_whole_photo_is_refused(outcomes: dict[str, Path | str]):
    refused = {name: code for name, code in outcomes.items() if isinstance(code, str)}
    assert refused.pop("jpg/corrupted.jpg") == "damaged-image"
    assert set(refused.values()) <= {"not-an-image"}
    assert all("README" in name for name in refused)


def test_every_object_can_be_looked_at(outcomes: dict[str, Path | str]):
    for made in outcomes.values():
        if isinstance(made, Path):
            ds = pydicom.dcmread(made)
            assert ds.pixel_array.shape[:2] == (ds.Rows, ds.Columns)


def test_the_orientation_samples_stand_upright(outcomes: dict[str, Path | str]):
    for number in range(1, 9):
        for way, wide in (("landscape", True), ("portrait", False)):
            made = outcomes[f"orientation/{way}_{number}.jpg"]
            ds = pydicom.dcmread(made, stop_before_pixels=True)
            assert (ds.Columns > ds.Rows) is wide
