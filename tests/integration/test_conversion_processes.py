"""Videos that are coded again, with the hub's own processes: killed, stopped, and two at once.

The coder waits where a test says so: `ffmpeg` is a script in front of the real one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pydicom
import pytest
from click.testing import CliRunner
from dciodvfy import complaints
from drawn_video import FFMPEG, draw

from factories import draw_jpeg, make_encounter
from hub.bootstrap import Hub, build_hub
from hub.model import AuditEvent
from hub.settings import Settings
from hub.store.ports import Registered
from servers.hub import RunningHub, running_hub
from web.commands.conversions import conversions

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed (Debian package ffmpeg)"),
]

NOW = datetime.now(UTC)
LEASE_SECONDS = 4
_ANY_DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*'


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clips") / "clip.webm"
    draw(path, "-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")
    return path.read_bytes()


@dataclass
class Gate:
    """What the coder does before it begins: `closed` waits, `broken` fails."""

    folder: Path
    work: Path
    seen: set[Path] = field(default_factory=set)

    @property
    def begun(self) -> int:
        """How often the coder was seen at work; it may write beside its output only."""
        self.seen |= set(self.work.glob("*/begun"))
        return len(self.seen)

    def set(self, state: str) -> None:
        for name in ("closed", "broken"):
            (self.folder / name).unlink(missing_ok=True)
        if state != "open":
            (self.folder / state).touch()


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gate:
    folder = tmp_path / "gate"
    folder.mkdir()
    script = folder / "ffmpeg"
    script.write_text(
        "#!/bin/sh\nfor output; do :; done\n"
        'touch "$(dirname "${output#file:}")/begun"\n'
        f"[ -e {folder}/broken ] && exit 1\n"
        f'while [ -e {folder}/closed ]; do sleep 0.05; done\nexec {FFMPEG} "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("HUB_CONVERSION_LEASE_SECONDS", str(LEASE_SECONDS))
    return Gate(folder, tmp_path / "data" / "tmp")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    hub = build_hub(Settings(data=tmp_path / "data"))
    records = Registered(encounters=(make_encounter(started=NOW - timedelta(hours=1)),))
    hub.catalog.register(records, AuditEvent("import", by="test"))
    hub.catalog.close()
    return tmp_path / "data"


def sent(
    client: httpx.Client,
    clip: bytes,
    capture_id: str = "",
    note: str = "",
    kind: str = "video",
) -> httpx.Response:
    description = {
        "patient": {"patientId": "1297287652", "issuer": "HOSP"},
        "encounter": {"encounterId": "V-1001", "issuer": "HOSP", "department": "Dermatology"},
        "anatomicRegion": {"code": "85562004", "scheme": "SCT"},
        "laterality": "L",
        "operator": {"id": "n1", "name": "Berg^Ida"},
        "note": note,
        "capturedAt": NOW.isoformat(),
        "captureId": capture_id or str(uuid.uuid4()),
        "kind": kind,
    }
    files = {
        "capture": (None, json.dumps(description), "application/json"),
        "file": ("clip.webm", clip, "video/webm"),
    }
    return client.post("/api/v1/encounters/V-1001/captures", files=files)


def waits_for(condition: Callable[[], object]) -> bool:
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return bool(condition())


def state(client: httpx.Client, receipt: dict) -> str:
    answer = client.get(f"/api/v1/captures/{receipt['captureId']}").json()
    assert answer.pop("conversion", {"state": "none"}) is not None
    assert answer == receipt
    return client.get(f"/api/v1/captures/{receipt['captureId']}").json()["conversion"]["state"]


def originals(data: Path) -> list[Path]:
    return list((data / "objects" / "src").glob("*"))


def processes_with(text: str) -> set[int]:
    """Processes whose command line has this text."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in line and int(folder.name) != os.getpid():
            found.add(int(folder.name))
    return found


@contextmanager
def converting(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`imaging-hub conversions run`, stopped by its pid."""
    line = [sys.executable, "-m", "web", "conversions", "run", "--data", str(data)]
    process = subprocess.Popen(line)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        assert process.wait(30) == 0


def operator(*arguments: str) -> str:
    """What `imaging-hub conversions` prints."""
    result = CliRunner().invoke(conversions, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def conversions_in(hub: Hub) -> list[AuditEvent]:
    events = [row.event for row in hub.catalog.audit_rows(limit=10_000)]
    return [e for e in events if e.detail.get("via") == "conversion"]


class TestServe:
    def test_a_webm_is_a_receipt_at_once_and_a_valid_object_soon(self, data, gate, clip, tmp_path):
        gate.set("closed")
        with running_hub(data) as running, running.client("clinician") as client:
            answer = sent(client, clip, note="gait")
            receipt = answer.json()
            assert answer.status_code == 201, answer.text
            assert set(receipt) == {
                *("captureId", "studyInstanceUID", "seriesInstanceUID", "sopInstanceUID"),
                *("sha256", "size", "receivedAt", "url"),
            }
            again = sent(client, clip, receipt["captureId"], note="gait")
            assert (again.status_code, again.json()) == (200, receipt)
            other = sent(client, clip + b"!", receipt["captureId"], note="gait")
            assert (other.status_code, other.json()["code"]) == (409, "capture-conflict")
            assert len(originals(data)) == 1

            assert waits_for(lambda: state(client, receipt) == "running")
            page = client.get(receipt["url"])
            assert (page.status_code, "A video is being prepared" in page.text) == (200, True)
            assert "1297287652" in page.text
            assert client.get(f"{receipt['url']}/conversions").json()["items"] == [
                {"captureId": receipt["captureId"], "state": "running", "percent": 0}
            ]

            gate.set("open")
            assert waits_for(lambda: state(client, receipt) == "done")
            assert waits_for(lambda: client.get("/api/v1/search?q=hand").json()["total"] == 1)
            assert "being prepared" not in client.get(receipt["url"]).text
            assert f"/images/{receipt['sopInstanceUID']}/video" in client.get(receipt["url"]).text
            again = sent(client, clip, receipt["captureId"], note="gait")
            assert (again.status_code, again.json()) == (200, receipt)
            _is_valid(client, receipt, tmp_path / "object.dcm")
        assert originals(data) == []
        assert list((data / "tmp").iterdir()) == []

    def test_the_next_worker_does_what_a_killed_one_began(self, data, gate, clip):
        gate.set("closed")
        with running_hub(data) as running, running.client("clinician") as client:
            receipt = sent(client, clip).json()
            assert waits_for(lambda: gate.begun == 1)
            coder, worker = processes_with(f"{gate.folder}/ffmpeg"), _worker_of(running)

            os.kill(worker, signal.SIGKILL)

            assert coder
            assert waits_for(lambda: not coder & processes_with(f"{gate.folder}/ffmpeg"))
            assert waits_for(lambda: gate.begun == 2)
            # The folder of the dead one was swept; the new one has its own.
            assert len(list((data / "tmp").iterdir())) == 1
            gate.set("open")
            assert waits_for(lambda: state(client, receipt) == "done")
        hub = build_hub(Settings(data=data))
        assert len(hub.catalog.study(receipt["studyInstanceUID"]).instances) == 1
        assert len(conversions_in(hub)) == 1
        assert list((data / "tmp").iterdir()) == []

    def test_photos_pass_a_video_and_a_server_that_stops_ends_it(self, data, gate, clip):
        gate.set("closed")
        with running_hub(data) as running, running.client("clinician") as client:
            receipt = sent(client, clip).json()
            assert waits_for(lambda: gate.begun == 1)
            assert sent(client, draw_jpeg(), kind="photo").status_code == 201
            assert waits_for(lambda: client.get("/api/v1/search?q=hand").json()["total"] == 1)

        assert processes_with(f"{gate.folder}/ffmpeg") == set()
        left = build_hub(Settings(data=data)).conversions.of_capture(receipt["captureId"])
        assert (left.state, left.attempts) == ("waiting", 0)
        assert len(originals(data)) == 1

    def test_where_the_site_wants_none_it_is_refused_and_nothing_is_kept(
        self, data, gate, clip, monkeypatch
    ):
        monkeypatch.setenv("HUB_TRANSCODE", "off")
        with running_hub(data) as running, running.client("clinician") as client:
            answer = sent(client, clip)

        assert (answer.status_code, answer.json()["code"]) == (415, "transcoding-off")
        hub = build_hub(Settings(data=data))
        assert hub.conversions.unfinished() == []
        assert originals(data) == []


class TestWorkers:
    def test_two_share_the_work_and_each_video_becomes_one_object(self, data, gate, clip):
        with running_hub(data, role="web") as running, running.client("clinician") as client:
            receipts = [sent(client, clip).json() for _ in range(3)]
            with converting(data), converting(data):
                assert waits_for(lambda: all(state(client, r) == "done" for r in receipts))
        hub = build_hub(Settings(data=data))
        study = hub.catalog.study(receipts[0]["studyInstanceUID"])
        made = sorted(i.sop_instance_uid for i in study.instances)
        assert made == sorted(r["sopInstanceUID"] for r in receipts)
        assert len(conversions_in(hub)) == 3
        assert originals(data) == []

    def test_one_that_stood_still_past_its_lease_writes_nothing(self, data, gate, clip):
        gate.set("closed")
        with running_hub(data, role="web") as running, running.client("clinician") as client:
            receipt = sent(client, clip).json()
            with converting(data) as late:
                assert waits_for(lambda: gate.begun == 1)
                late.send_signal(signal.SIGSTOP)
                with converting(data):
                    assert waits_for(lambda: gate.begun == 2)  # the lease had to end first
                    gate.set("open")
                    assert waits_for(lambda: state(client, receipt) == "done")
                hub = build_hub(Settings(data=data))
                before = (hub.catalog.audit_head(), hub.catalog.feed_after(0))
                # Its coder was not stopped, and has finished by now.
                assert waits_for(lambda: not processes_with(f"{data}/tmp"))

                late.send_signal(signal.SIGCONT)

                second = sent(client, clip).json()
                assert waits_for(lambda: state(client, second) == "done")
        events = conversions_in(hub)
        assert [e.detail["captureId"] for e in events] == [
            receipt["captureId"],
            second["captureId"],
        ]
        assert hub.catalog.feed_after(0)[: len(before[1])] == before[1]
        assert len(hub.catalog.feed_after(0)) == 2

    def test_a_poison_video_is_parked_said_exported_and_tried_again(
        self, data, gate, clip, tmp_path
    ):
        gate.set("broken")
        with running_hub(data) as running, running.client("clinician") as client:
            receipt = sent(client, clip).json()
            assert waits_for(lambda: state(client, receipt) == "failed")
            page = client.get(receipt["url"]).text
            assert "A video could not be converted. The original is kept" in page

            line = operator("list", "--data", str(data)).strip().split("\t")
            assert line[:5] == [receipt["captureId"], "failed", "0 %", "3", "damaged-video"]
            out = tmp_path / "original.webm"
            arguments = (receipt["captureId"], "--out", str(out), "--data", str(data))
            operator("export", *arguments)
            assert out.read_bytes() == clip
            assert out.stat().st_mode & 0o777 == 0o600

            gate.set("open")
            operator("retry", receipt["captureId"], "--data", str(data))
            assert waits_for(lambda: state(client, receipt) == "done")
        assert operator("list", "--data", str(data)) == ""
        assert originals(data) == []


def _worker_of(running: RunningHub) -> int:
    (pid,) = (
        pid
        for pid in processes_with(str(running.data))
        if b"\0worker\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    return pid


def _is_valid(client: httpx.Client, receipt: dict, path: Path) -> None:
    base = (
        f"/dicom-web/studies/{receipt['studyInstanceUID']}"
        f"/series/{receipt['seriesInstanceUID']}/instances/{receipt['sopInstanceUID']}"
    )
    answer = client.get(base, headers={"Accept": _ANY_DICOM})
    start = answer.content.index(b"\r\n\r\n") + 4
    path.write_bytes(answer.content[start : answer.content.rindex(b"\r\n--")])
    ds = pydicom.dcmread(path)
    assert complaints(path) == []
    assert ds.SOPClassUID.name == "Video Photographic Image Storage"
    assert ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.102"
    assert ds.ImageComments == "gait"
    picture = client.get(f"{base}/rendered", headers={"Accept": "image/jpeg"})
    assert (picture.status_code, picture.content[:2]) == (200, b"\xff\xd8")
