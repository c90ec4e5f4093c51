"""A captured video from receipt to instance: what is decided when, and what is kept meanwhile."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from drawn_video import AAC, BASELINE, FFMPEG, HIGH, draw
from pydicom import Dataset, dcmread
from sqlalchemy import select

from factories import (
    make_capture,
    make_encounter,
    make_patient,
    make_practitioner,
    make_source,
)
from hub.bootstrap import Hub, build_hub
from hub.errors import (
    CaptureConflict,
    ImageTooLarge,
    NotAVideo,
    TranscodingOff,
    UnsupportedMedia,
)
from hub.model import AuditEvent, Capture, Department, Kind
from hub.settings import Settings
from hub.store.catalog import SqlCatalog
from hub.store.engine import reading
from hub.store.ports import Registered
from hub.store.tables import care_event, review_flag

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed (Debian package ffmpeg)"),
]

BY = make_practitioner()
GO_ON = Event()
MARKER = "PRIVATE-0123456789"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clips") / "clip.mkv"
    return draw(path, *BASELINE, *AAC, "-metadata", f"title={MARKER}").read_bytes()


@pytest.fixture
def capture(tmp_path: Path, clip: bytes, register) -> Capture:
    register(make_encounter())
    return make_capture(make_source(tmp_path, clip), kind=Kind.VIDEO)


def admit(hub: Hub) -> None:
    records = Registered(encounters=(make_encounter(),))
    hub.catalog.register(records, AuditEvent("import", by="test"))


def again(capture: Capture, folder: Path, content: bytes) -> Capture:
    return replace(capture, source=make_source(folder, content))


def originals(hub: Hub) -> list[Path]:
    return list((hub.settings.objects_dir / "src").glob("*"))


def stored(hub: Hub, sop_instance_uid: str) -> tuple[Dataset, bytes]:
    instance = hub.catalog.instance(sop_instance_uid)
    assert instance is not None
    with hub.objects.open(instance.sha256) as file:
        content = file.read()
    return dcmread(io.BytesIO(content)), content


class TestReceipt:
    def test_it_is_what_the_instance_will_be_and_the_same_when_repeated(
        self, hub, capture, clip, tmp_path
    ):
        receipt, is_new = hub.ingest.capture(capture, BY)
        repeated = hub.ingest.capture(again(capture, tmp_path, clip), BY)
        hub.conversion.step(GO_ON)
        later = hub.ingest.capture(again(capture, tmp_path, clip), BY)

        ds, _ = stored(hub, receipt.sop_instance_uid)
        assert (is_new, repeated, later) == (True, (receipt, False), (receipt, False))
        assert ds.StudyInstanceUID == receipt.study_instance_uid
        assert ds.SeriesInstanceUID == receipt.series_instance_uid
        assert originals(hub) == []

    def test_other_bytes_are_a_conflict_before_and_after_the_conversion(
        self, hub, capture, clip, tmp_path
    ):
        hub.ingest.capture(capture, BY)
        for _ in ("before", "after"):
            with pytest.raises(CaptureConflict):
                hub.ingest.capture(again(capture, tmp_path, clip + b"!"), BY)
            hub.conversion.step(GO_ON)

    def test_sent_many_times_at_once_it_is_one_job_with_one_original(
        self, hub, capture, clip, tmp_path
    ):
        sendings = [again(capture, tmp_path, clip) for _ in range(6)]
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda one: hub.ingest.capture(one, BY), sendings))

        assert len({receipt for receipt, _ in answers}) == 1
        assert [is_new for _, is_new in answers].count(True) == 1
        assert len(originals(hub)) == len(hub.conversions.unfinished()) == 1

    def test_a_stream_that_is_only_moved_has_its_instance_at_once(self, hub, register, tmp_path):
        register(make_encounter())
        kept = draw(tmp_path / "kept.mkv", *HIGH, *AAC).read_bytes()
        capture = make_capture(make_source(tmp_path, kept), kind=Kind.VIDEO)

        receipt, _ = hub.ingest.capture(capture, BY)

        assert hub.catalog.instance(receipt.sop_instance_uid) is not None
        assert hub.conversions.unfinished() == []

    def test_the_series_is_that_of_videos_which_are_kept(self, hub, capture, tmp_path):
        kept = draw(tmp_path / "kept.mp4", *HIGH, *AAC).read_bytes()
        other = make_capture(make_source(tmp_path, kept), kind=Kind.VIDEO)

        first, _ = hub.ingest.capture(capture, BY)
        second, _ = hub.ingest.capture(other, BY)

        assert first.series_instance_uid == second.series_instance_uid


class TestRefused:
    @pytest.mark.parametrize(
        ("changes", "error"),
        [
            ({"transcode": False}, TranscodingOff),
            ({"max_pixels": 320 * 240 - 1}, ImageTooLarge),
        ],
    )
    def test_by_setting(self, tmp_path, clip, changes, error):
        hub = build_hub(replace(Settings(data=tmp_path / "data"), **changes))
        self.refused(hub, tmp_path, clip, error)

    @pytest.mark.parametrize(
        ("cut", "error"),
        [
            (lambda clip: clip[:60], UnsupportedMedia),
            (lambda clip: b"#EXTM3U\nhttp://127.0.0.1/x\n", NotAVideo),
            (lambda clip: b"\x1a\x45\xdf\xa3" + bytes(500), UnsupportedMedia),
        ],
        ids=["cut", "playlist", "no Matroska"],
    )
    def test_what_cannot_be_read(self, hub, tmp_path, clip, cut, error):
        self.refused(hub, tmp_path, cut(clip), error)

    def refused(self, hub: Hub, folder: Path, content: bytes, error: type[Exception]) -> None:
        admit(hub)
        before, _hash = hub.catalog.audit_head()

        with pytest.raises(error):
            hub.ingest.capture(make_capture(make_source(folder, content), kind=Kind.VIDEO), BY)

        assert hub.catalog.audit_head()[0] == before + 1
        assert hub.catalog.audit_rows()[-1].event.outcome == "refused"
        assert (originals(hub), hub.conversions.unfinished()) == ([], [])
        assert isinstance(hub.catalog, SqlCatalog)
        with reading(hub.catalog.engine) as connection:
            assert connection.execute(select(care_event)).fetchall() == []


class TestInstance:
    def test_it_says_what_was_decided_at_the_receipt(self, hub, capture, register):
        ahead = datetime.now(UTC) + timedelta(hours=1)
        capture = replace(capture, captured_at=ahead)
        register(make_encounter(started=ahead - timedelta(hours=2)))
        receipt, _ = hub.ingest.capture(capture, BY)
        renamed = make_patient(name="Okafor-Bell^Grace")
        register(make_encounter(patient=renamed, department=Department("Elsewhere"), started=ahead))

        hub.conversion.step(GO_ON)

        ds, _ = stored(hub, receipt.sop_instance_uid)
        assert str(ds.PatientName) == "Okafor^Grace^^Mrs"
        assert ds.InstitutionalDepartmentName == "Dermatology"
        assert isinstance(hub.catalog, SqlCatalog)
        with reading(hub.catalog.engine) as connection:
            flags = connection.execute(select(review_flag)).fetchall()
        assert [tuple(row) for row in flags] == [
            (receipt.sop_instance_uid, "clock-disagrees", "3600")
        ]

    def test_nothing_private_of_the_original_is_left(self, hub, capture, clip):
        receipt, _ = hub.ingest.capture(capture, BY)
        hub.conversion.step(GO_ON)

        _, content = stored(hub, receipt.sop_instance_uid)
        assert MARKER.encode() in clip
        assert MARKER.encode() not in content
        assert originals(hub) == []

    def test_made_twice_it_has_the_same_bytes(self, tmp_path, clip):
        secret = tmp_path / "secret"
        secret.write_text("a secret for tests only, long enough")
        made = []
        for name in ("one", "two"):
            settings = Settings(data=tmp_path / name, site_secret_file=str(secret))
            made.append(self.made(build_hub(settings), tmp_path, clip))

        assert made[0] == made[1]

    def made(self, hub: Hub, folder: Path, clip: bytes) -> bytes:
        admit(hub)
        source = make_source(folder, clip)
        capture_id = "7c6f9e0e-2f0d-4f57-9f2c-0d7b5b1f2a10"
        capture = make_capture(source, kind=Kind.VIDEO, capture_id=capture_id)
        receipt, _ = hub.ingest.capture(capture, BY)
        hub.conversion.step(GO_ON)
        return stored(hub, receipt.sop_instance_uid)[1]
