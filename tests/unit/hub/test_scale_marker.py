"""A capture whose scale marker is not found is kept all the same, without a scale, and flagged."""

from __future__ import annotations

from pathlib import Path

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
