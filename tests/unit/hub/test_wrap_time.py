"""Which time a file has that is wrapped without one: the camera's where it can be believed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from drawn import exif

from factories import draw_jpeg, make_capture, make_patient, make_source
from hub.dicom.uids import UIDs
from hub.errors import CapturedAtImplausible
from hub.model import FlagCode, SealedEncounter
from hub.settings import Settings
from hub.wrap import Wrap

STARTED = datetime.fromisoformat("2024-03-01T09:00:00+02:00")


@pytest.fixture
def wrapped(tmp_path: Path):
    """Wrap a photo with these Exif tags; return Acquisition DateTime and what was said."""

    def wrapped(started: datetime | None = STARTED, **tags: object) -> tuple[str, str]:
        source = make_source(tmp_path, draw_jpeg(exif=exif(**tags)))
        encounter = SealedEncounter("V-1", "HOSP", "Dermatology", started)
        patient = make_patient(birth_date="2010-02-03")
        capture = make_capture(source, captured_at=None, encounter=encounter, patient=patient)
        settings = Settings.from_env({"HUB_TIME_ZONE": "Europe/Berlin"}, data=tmp_path)
        wrapping = Wrap(UIDs(bytes(32)), settings)
        built, media = wrapping.object_of(capture)
        offset = built.ds.get("TimezoneOffsetFromUTC", "")
        assert built.ds.AcquisitionDateTime.endswith(offset)
        flags = [flag.code for flag in wrapping.flags_of(capture, media)]
        assert (FlagCode.TIME_ZONE in flags) == (not offset)
        return built.ds.AcquisitionDateTime, "; ".join(change.what for change in media.changes)

    return wrapped


def test_the_cameras_time_with_its_offset(wrapped):
    moment, said = wrapped(t9003="2024:02:28 10:20:30", t9011="+05:30")
    assert moment == "20240228102030+0530"
    assert "Time" not in said


def test_without_offset_none_is_written_which_is_said(wrapped):
    moment, said = wrapped(t9003="2024:07:01 10:20:30")
    assert moment == "20240701102030"
    assert "written without an offset from UTC" in said


@pytest.mark.parametrize("year", ["0001", "1970", "2009", "2091"])
def test_a_time_that_cannot_be_is_not_believed(wrapped, year: str):
    moment, said = wrapped(t9003=f"{year}:01:01 00:00:00", t9011="+14:00")
    assert moment == "20240301090000+0200"
    assert "the start of the encounter stands in" in said


def test_and_with_no_other_time_it_is_refused(wrapped):
    with pytest.raises(CapturedAtImplausible):
        wrapped(started=None, t9003="1970:01:01 00:00:00")
