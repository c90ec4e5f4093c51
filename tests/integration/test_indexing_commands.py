"""`imaging-hub reindex` and `worker` over a real catalog with a captured photo."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from factories import draw_jpeg, make_capture, make_encounter, make_practitioner, make_source
from hub.bootstrap import Hub
from hub.errors import SearchUnavailable
from hub.model import Encounter
from search import build_search
from search.service import SearchPage
from web.commands.reindex import reindex

pytestmark = pytest.mark.integration


@pytest.fixture
def photographed(hub: Hub, register: Callable[..., Encounter], tmp_path: Path) -> str:
    """Capture one photo of a left hand; return its Study Instance UID."""
    register(make_encounter())
    capture = make_capture(make_source(tmp_path, draw_jpeg()))
    receipt, _ = hub.ingest.capture(capture, make_practitioner())
    return receipt.study_instance_uid


def left_hand(hub: Hub) -> SearchPage:
    return build_search(hub.settings).find("left hand photo", make_practitioner())


def test_reindex_makes_a_captured_photo_findable(hub: Hub, photographed: str) -> None:
    done = CliRunner().invoke(reindex, ["--data", str(hub.settings.data)])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "1 studies indexed" in done.stderr
    page = left_hand(hub)
    assert [item.study_instance_uid for item in page.items] == [photographed]
    assert page.items[0].patient_id == "1297287652"


def test_the_worker_indexes_what_is_stored_and_ends_on_sigterm(hub: Hub, photographed: str) -> None:
    command = [sys.executable, "-m", "web", "worker", "--data", str(hub.settings.data)]
    process = subprocess.Popen(command)
    try:
        deadline = time.monotonic() + 30
        while not found(hub):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert [item.study_instance_uid for item in left_hand(hub).items] == [photographed]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def found(hub: Hub) -> bool:
    try:
        return left_hand(hub).total == 1
    except SearchUnavailable:
        return False  # The worker has yet to build the first index.
