"""The camera's clock against the phone's: shown for review, never believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from drawn import exif, jpeg
from pydicom import dcmread

from factories import NOON, make_capture, make_encounter, make_practitioner, make_source
from hub.capture_rules import camera_flags
from hub.model import FlagCode, Photograph, ReviewFlag

PHOTO = Photograph(encoding="native", payload=(b"0",), rows=1, columns=1, samples_per_pixel=1)
BERLIN = NOON.astimezone(timezone(timedelta(hours=1)))


def flag(minutes: int) -> tuple[ReviewFlag, ...]:
    return (ReviewFlag(FlagCode.CAMERA_CLOCK, str(minutes * 60)),)


@pytest.mark.parametrize(
    ("taken_at", "flags"),
    [
        (None, ()),
        (NOON + timedelta(minutes=4), ()),
        (NOON - timedelta(minutes=6), flag(-6)),
        (datetime(2026, 11, 20, 13, 0), ()),
        (datetime(2026, 11, 20, 12, 0), flag(-60)),
        (NOON + timedelta(days=400), flag(400 * 24 * 60)),
    ],
    ids=["none", "near", "early", "local", "naive is local", "never set"],
)
def test_times_apart_are_flagged(taken_at: datetime | None, flags: tuple[str, ...]):
    assert camera_flags(replace(PHOTO, taken_at=taken_at), BERLIN) == flags


def test_the_sealed_time_stands_and_the_audit_says_so(hub, register, tmp_path):
    register(make_encounter())
    content = jpeg(exif=exif(t9003="2026:11:20 17:00:00", t9011="+00:00"))
    receipt, _ = hub.ingest.capture(
        make_capture(make_source(tmp_path, content)), make_practitioner()
    )
    instance = hub.catalog.instance(receipt.sop_instance_uid)
    assert instance.acquired_at == NOON
    with hub.objects.open(instance.sha256) as file:
        assert dcmread(file).AcquisitionDateTime.startswith("20261120120000")
    assert hub.reading.flags([instance])[instance.sop_instance_uid] == flag(5 * 60)
    events = [row.event for row in hub.catalog.audit_rows()]
    assert ["camera-clock-disagrees"] in [event.detail.get("flags") for event in events]
