"""A photo with a scale is a valid object of every still IOD, says the real validator."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from dciodvfy import complaints
from drawn import jpeg

import hub.dicom
from factories import make_context, make_source
from hub.media import photograph
from hub.model import Dermoscopy, Kind, Specimen, StagePosition

pytestmark = pytest.mark.integration

SLIDE = Specimen("S26-1001-A1", "PATHLAB&1.2.3&ISO", "S26-1001", "Skin ellipse")
KINDS: dict[str, dict] = {
    "photo": {},
    "dermoscopy": {"kind": Kind.DERMOSCOPY, "dermoscopy": Dermoscopy(True, True)},
    "gross": {"kind": Kind.GROSS, "specimen": SLIDE},
    "microscopy": {"kind": Kind.MICROSCOPY, "specimen": SLIDE},
    "slide": {"kind": Kind.MICROSCOPY, "specimen": SLIDE, "stage": StagePosition(1.0, 2.0)},
    "endoscopy": {"kind": Kind.ENDOSCOPY},
}


@pytest.mark.parametrize("facts", KINDS.values(), ids=KINDS)
def test_an_object_with_a_scale_is_valid(tmp_path: Path, facts: dict):
    source = make_source(tmp_path, jpeg())
    photo = replace(photograph(source.path, max_pixels=10**8), pixel_spacing=0.123456)
    path = tmp_path / "object.dcm"
    with path.open("wb") as file:
        hub.dicom.build(make_context(**facts), photo).write_to(file.write)

    assert complaints(path) == []
