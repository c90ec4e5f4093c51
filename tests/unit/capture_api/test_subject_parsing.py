"""What is in front of the camera, as CONTEXT.json says it."""

from __future__ import annotations

import pytest

from capture_api.parsing import capture_from
from hub.errors import InvalidRequest
from hub.model import Dermoscopy, SourceFile, Specimen, StagePosition

SOURCE = SourceFile("photo.jpg", "00" * 32, 3)
LABEL = {"containerId": "S26-1-A1", "issuer": "LAB", "specimenId": "S26-1", "type": "Skin"}


def capture(**said: object):
    base = {"patient": {"patientId": "129"}, "encounter": {"encounterId": "V-1"}}
    return capture_from({**base, **said}, SOURCE)


class TestDermoscopy:
    def test_every_field_arrives(self):
        said = {"polarized": False, "contact": True, "immersion": "alcohol"}
        more = {"magnification": 10, "lesionId": "back-7"}

        read = capture(dermoscopy={**said, **more}).dermoscopy

        assert read == Dermoscopy(False, True, "ALCOHOL", 10.0, "back-7")

    def test_what_is_not_said_is_not_known(self):
        assert capture().dermoscopy == Dermoscopy()
        assert capture(dermoscopy={"polarized": None}).dermoscopy.polarized is None

    def test_a_medium_means_contact(self):
        assert capture(dermoscopy={"immersion": "WATER"}).dermoscopy.contact is True

    @pytest.mark.parametrize(
        "said",
        [
            {"polarized": "yes"},
            {"contact": 1},
            {"immersion": "BEER"},
            {"contact": False, "immersion": "WATER"},
            {"magnification": 0},
            {"magnification": True},
            {"magnification": float("nan")},
            {"magnification": 1e9},
            {"lesionId": "x" * 65},
        ],
    )
    def test_what_makes_no_sense_is_refused(self, said: dict):
        with pytest.raises(InvalidRequest):
            capture(dermoscopy=said)


class TestSpecimen:
    def test_every_field_arrives(self):
        assert capture(specimen=LABEL).specimen == Specimen("S26-1-A1", "LAB", "S26-1", "Skin")

    def test_another_label_is_another_capture(self):
        other = {**LABEL, "containerId": "S26-2-A1"}

        digests = {
            capture(specimen=said).sealed_sha256 for said in (LABEL, dict(LABEL), other, None)
        }

        assert len(digests) == 3

    def test_it_needs_a_label(self):
        with pytest.raises(InvalidRequest):
            capture(specimen={"type": "Skin"})


class TestStage:
    def test_in_millimetres(self):
        assert capture(stage={"x": 12.5, "y": -3}).stage == StagePosition(12.5, -3.0, None)
        assert capture(stage={"x": 0, "y": 0, "z": 0.5}).stage == StagePosition(0.0, 0.0, 0.5)
        assert capture().stage is None

    @pytest.mark.parametrize("said", [{"x": 1}, {"x": 1, "y": "2"}, {"x": 1, "y": 1e6}])
    def test_half_a_place_is_refused(self, said: dict):
        with pytest.raises(InvalidRequest):
            capture(stage=said)
