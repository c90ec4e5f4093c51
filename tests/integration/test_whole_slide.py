"""A whole slide image of a scanner comes in by STOW-RS and is served tile by tile, as it was."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from dciodvfy import complaints
from drawn import CORNERS, corner_names
from drawn_slide import TILE, large_slide, whole_slide
from flask.testing import FlaskClient
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import get_frame
from served import Served, serving

from hub.model import Role

pytestmark = pytest.mark.integration

STUDY = "1.2.826.0.1.3680043.9.9999.7"
TYPE = 'multipart/related; type="application/dicom"; boundary=b1'
INSTANCE = f"/dicom-web/studies/{STUDY}/series/{STUDY}.1/instances/{STUDY}.1.1"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


@pytest.fixture
def radiology(served: Served) -> FlaskClient:
    return served.client(Role.RADIOLOGY)


@pytest.fixture
def slide(radiology: FlaskClient) -> bytes:
    sent = whole_slide(STUDY, f"{STUDY}.1.1")
    body = b"--b1\r\nContent-Type: application/dicom\r\n\r\n" + sent + b"\r\n--b1--"
    response = radiology.post("/dicom-web/studies", data=body, content_type=TYPE)
    assert response.status_code == 200
    return sent


def test_what_is_sent_is_valid_and_kept_to_the_byte(radiology, slide, tmp_path):
    kept = radiology.get(INSTANCE, headers={"Accept": "application/dicom"}).data

    assert kept == bytes(128) + slide[128:]
    target = tmp_path / "slide.dcm"
    target.write_bytes(kept)
    assert complaints(target) == []


def test_every_tile_is_served_as_it_was_coded(radiology, slide):
    ds = dcmread(io.BytesIO(slide))
    assert ds.NumberOfFrames == 6

    for number in range(1, 7):
        response = radiology.get(
            f"{INSTANCE}/frames/{number}",
            headers={"Accept": 'multipart/related; type="image/jpeg"'},
        )
        assert response.status_code == 200
        assert (
            get_frame(ds.PixelData, number - 1, number_of_frames=6).rstrip(b"\0") in response.data
        )
    beyond = radiology.get(f"{INSTANCE}/frames/7", headers={"Accept": "*/*"})
    assert beyond.status_code == 404


def test_a_tile_can_be_drawn(radiology, slide):
    response = radiology.get(f"{INSTANCE}/frames/1/rendered", headers={"Accept": "image/jpeg"})

    picture = Image.open(io.BytesIO(response.data))
    assert picture.size == (TILE, TILE)
    red, green, blue = picture.convert("RGB").getpixel((4, 4))
    assert red > 180
    assert max(green, blue) < 90


def test_its_header_says_how_the_tiles_lie(radiology, slide):
    (header,) = radiology.get(f"{INSTANCE}/metadata").get_json(force=True)

    assert header["00080060"]["Value"] == ["SM"]
    assert (header["00480006"]["Value"], header["00480007"]["Value"]) == ([150], [115])
    assert header["00400560"]["Value"][0]["00400551"]["Value"] == ["S26-1001-A1"]


def test_a_small_level_is_drawn_as_one_picture(radiology, slide):
    whole = Image.open(io.BytesIO(radiology.get(f"{INSTANCE}/rendered").data))
    small = Image.open(io.BytesIO(radiology.get(f"{INSTANCE}/thumbnail").data))

    assert whole.size == small.size == (150, 115)
    assert corner_names(whole) == corner_names(small) == list(CORNERS)


def test_a_page_shows_one_level_and_the_label_last(served, tmp_path):
    _pyramid(served)
    client = served.client(Role.CLINICIAN)

    page = client.get(f"/studies/{STUDY}").text
    label = client.get(f"/studies/{STUDY}?image=2").text

    assert f"{STUDY}.1.2/rendered" in page
    assert page.count('data-picture="') == 2
    assert "150 by 115 pixels" in page
    assert "3,000 by 20,000 pixels" in page
    assert f"{STUDY}.1.3/rendered" in label
    assert f"{STUDY}.1.1/" not in page
    assert "without a picture" not in page
    assert 'data-spacing="0.0005 0.0005"' in page
    timeline = client.get(f"/patients/{served.hub.catalog.study(STUDY).patient_key}").text
    assert f"{STUDY}.1.2/thumbnail" in timeline
    assert f"{STUDY}.1.3/" not in timeline


def test_the_thumbnail_of_a_study_is_a_level_that_can_be_drawn(served, radiology):
    _pyramid(served)

    picture = Image.open(io.BytesIO(radiology.get(f"/dicom-web/studies/{STUDY}/thumbnail").data))

    assert picture.size == (150, 115)


def _pyramid(served: Served) -> None:
    """A base level, a small one and the label, in the order scanners number them."""
    served.dicom(large_slide(STUDY, f"{STUDY}.1.1"))
    served.dicom(whole_slide(STUDY, f"{STUDY}.1.2"))
    served.dicom(whole_slide(STUDY, f"{STUDY}.1.3", flavor="LABEL"))


@pytest.mark.parametrize("table", ["basic", "extended", "none"])
def test_tiles_of_a_large_level_are_found_without_the_others(served, radiology, table, monkeypatch):
    served.dicom(large_slide(STUDY, f"{STUDY}.1.1", table, columns=30_000))
    read: list[int] = []
    real = os.pread
    monkeypatch.setattr(os, "pread", lambda *a: read.append(a[1]) or real(*a))
    monkeypatch.setattr("hub.reading.HASHED_ON_READ", 0)  # as for a level of gigabytes

    last = 469 * 313
    several = radiology.get(
        f"{INSTANCE}/frames/1,70000,{last}",
        headers={"Accept": 'multipart/related; type="image/jpeg"'},
    )

    assert several.status_code == 200
    for number in (1, 70_000, last):
        assert b"%08d" % number in several.data
    assert b"%08d" % 2 not in several.data
    # Without a table the heads of all fragments are read, never what is in them.
    assert sum(read) < (64 * 1024 if table != "none" else 20 * last)


def test_a_tile_of_a_large_level_is_drawn_alone(served, radiology):
    served.dicom(large_slide(STUDY, f"{STUDY}.1.1"))

    tile = radiology.get(f"{INSTANCE}/frames/7000/rendered", headers={"Accept": "image/png"})
    whole = radiology.get(f"{INSTANCE}/thumbnail")

    assert Image.open(io.BytesIO(tile.data)).size == (TILE, TILE)
    assert Image.open(io.BytesIO(whole.data)).size == (TILE, TILE)
