"""A capture whose scale marker is not found is kept all the same, without a scale, and flagged."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn import encoded, scene
from drawn_marker import with_marker

from factories import draw_jpeg, make_capture, make_encounter, make_practitioner, make_source
from hub.bootstrap import Hub


def test_is_kept_without_a_scale_and_flagged(hub: Hub, register, tmp_path: Path):
    register(make_encounter())
    capture = make_capture(make_source(tmp_path, draw_jpeg()), scale_marker=True)

    receipt, is_new = hub.ingest.capture(capture, make_practitioner())
    stored = hub.catalog.instance(receipt.sop_instance_uid)
    events = [row.event for row in hub.catalog.audit_rows(limit=100)]

    assert is_new
    assert "00280030" not in stored.header
    (created,) = [e for e in events if e.action == "create"]
    assert "scale-marker-not-found" in created.detail["flags"]


def test_a_scale_is_in_the_catalog_as_readers_of_dicom_json_get_it(
    hub: Hub, register, tmp_path: Path
):
    register(make_encounter())
    marked = encoded(with_marker(scene(640, 480), 160), "JPEG")
    capture = make_capture(make_source(tmp_path, marked), scale_marker=True)

    receipt, _ = hub.ingest.capture(capture, make_practitioner())
    header = hub.catalog.instance(receipt.sop_instance_uid).header

    assert header["00280030"]["Value"] == pytest.approx([0.25, 0.25], rel=0.005)
    assert header["00280A02"]["Value"] == ["FIDUCIAL"]
    assert "in its plane only" in header["00280A04"]["Value"][0]
