"""A whole slide image of a scanner comes in by STOW-RS and is served tile by tile, as it was."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from dciodvfy import complaints
from drawn_slide import TILE, whole_slide
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
