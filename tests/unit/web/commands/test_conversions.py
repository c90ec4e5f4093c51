"""`imaging-hub conversions` and what other commands say of videos that wait."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from factories import make_pending, make_source
from hub.bootstrap import Hub, build_hub
from hub.errors import HubError, InvalidRequest, NotFound, ObjectDamaged
from hub.settings import Settings
from hub.store.files import FileObjectStore
from hub.store.sources import FileSourceStore
from web.commands.conversions import conversions
from web.commands.verify import verify

ORIGINAL = b"a video as it was sent"
CAPTURE_ID = make_pending().capture.receipt.capture_id


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    hub = build_hub(Settings(data=tmp_path / "data"))
    assert isinstance(hub.objects, FileObjectStore)
    key = FileSourceStore(hub.objects).keep(make_source(tmp_path, ORIGINAL))
    hub.conversions.accept(make_pending(source_key=key))
    return hub


def run(hub: Hub, *arguments: str) -> Result:
    line = [*arguments, "--data", str(hub.settings.data)]
    return CliRunner().invoke(conversions, line)


def refusal(result: Result) -> HubError:
    assert isinstance(result.exception, HubError), result.output
    return result.exception


def give_up(hub: Hub) -> None:
    for _ in range(3):
        lease = hub.conversions.lease(60, 3)
        assert lease is not None
        hub.conversions.fail(lease, "damaged-video", 0, 3)


def audited(hub: Hub, action: str) -> list:
    events = [row.event for row in hub.catalog.audit_rows()]
    return [event.detail for event in events if event.action == action]


def test_what_waits_is_listed_without_a_name(hub):
    result = run(hub, "list")

    (line,) = result.stdout.splitlines()
    assert line.split("\t")[:5] == [CAPTURE_ID, "waiting", "0 %", "0", "-"]
    assert "Okafor" not in result.output


def test_one_that_was_given_up_may_begin_anew_and_no_other(hub):
    assert isinstance(refusal(run(hub, "retry", CAPTURE_ID)), NotFound)
    give_up(hub)
    assert "failed" in run(hub, "list").stdout

    assert run(hub, "retry", CAPTURE_ID).exit_code == 0

    assert "waiting" in run(hub, "list").stdout
    assert audited(hub, "conversion-retried")[-1] == {"captureId": CAPTURE_ID}


def test_an_original_is_exported_as_it_was_sent_and_never_over_a_file(hub, tmp_path):
    out = tmp_path / "original.webm"

    assert run(hub, "export", CAPTURE_ID, "--out", str(out)).exit_code == 0

    assert out.read_bytes() == ORIGINAL
    assert out.stat().st_mode & 0o777 == 0o600
    assert audited(hub, "export") == [{"captureId": CAPTURE_ID, "what": "original"}]
    again = refusal(run(hub, "export", CAPTURE_ID, "--out", str(out)))
    assert isinstance(again, InvalidRequest)
    nothing = refusal(run(hub, "export", "no such capture", "--out", str(tmp_path / "new")))
    assert isinstance(nothing, NotFound)


def test_a_damaged_original_is_not_exported_and_verify_names_it(hub, tmp_path):
    whole = CliRunner().invoke(verify, ["--data", str(hub.settings.data)])
    (original,) = (hub.settings.objects_dir / "src").iterdir()
    original.chmod(0o600)
    original.write_bytes(b"other bytes")

    refused = refusal(run(hub, "export", CAPTURE_ID, "--out", str(tmp_path / "out")))
    damaged = CliRunner().invoke(verify, ["--data", str(hub.settings.data)])

    assert isinstance(refused, ObjectDamaged)
    assert not (tmp_path / "out").exists()
    assert whole.exit_code == 0
    assert (damaged.exit_code, damaged.stdout.splitlines()) == (1, [original.name])
