"""A filmed capture from the front door to the player: ranges, stills, page and audit."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from drawn import CORNERS, corner_names
from drawn_video import AAC, FFMPEG, HIGH, content, draw
from PIL import Image
from served import Served, serving

from hub.media.video import video
from hub.model import Kind, Receipt, Role

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed (Debian package ffmpeg)"),
]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("clip") / "clip.mp4", *HIGH, *AAC)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as served:
        yield served


@pytest.fixture(scope="module")
def receipt(served: Served, clip: Path) -> Receipt:
    served.photo()
    return served.photo(clip.read_bytes(), kind=Kind.VIDEO)


@pytest.fixture(scope="module")
def stream(clip: Path) -> bytes:
    return content(video(str(clip), max_pixels=10**8, may_transcode=False).payload)


def url(receipt: Receipt, what: str) -> str:
    return f"/images/{receipt.sop_instance_uid}/{what}"


class TestPlaying:
    def test_the_whole_is_the_kept_file(self, served, receipt, stream):
        answer = served.client().get(url(receipt, "video"))

        assert (answer.status_code, answer.mimetype) == (200, "video/mp4")
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.data == stream

    @pytest.mark.parametrize(
        ("asked", "start", "stop"),
        [("0-", 0, None), ("0-1", 0, 2), ("100-299", 100, 300), ("-50", -50, None)],
    )
    def test_a_range_is_that_part(self, served, receipt, stream, asked, start, stop):
        answer = served.client().get(url(receipt, "video"), headers={"Range": f"bytes={asked}"})

        part = stream[start:stop]
        first = stream.index(part) if start >= 0 else len(stream) - 50
        assert (answer.status_code, answer.data) == (206, part)
        assert answer.headers["Content-Range"] == (
            f"bytes {first}-{first + len(part) - 1}/{len(stream)}"
        )
        assert answer.content_length == len(part)

    def test_a_range_behind_the_end_is_416(self, served, receipt, stream):
        answer = served.client().get(
            url(receipt, "video"), headers={"Range": f"bytes={len(stream)}-"}
        )

        assert answer.status_code == 416

    def test_every_answer_is_in_the_audit(self, served, receipt):
        before = len(served.audited())

        served.client().get(url(receipt, "video"), headers={"Range": "bytes=0-1"})

        rows = served.audited()
        assert len(rows) == before + 1
        newest = [row for row in rows if row.detail.get("via") == "video"][-1]
        assert newest.detail["sopInstanceUID"] == receipt.sop_instance_uid

    def test_nobody_sees_it_without_signing_in(self, served, receipt):
        assert served.anonymous().get(url(receipt, "video")).status_code in (302, 401)
        assert served.client(Role.AUDITOR).get(url(receipt, "video")).status_code in (403, 404)

    def test_a_photo_is_no_video(self, served):
        photo = served.photo()

        assert served.client().get(url(photo, "video")).status_code == 406


class TestStills:
    @pytest.mark.parametrize("size", ["thumbnail", "rendered"])
    def test_a_frame_is_drawn(self, served, receipt, size):
        answer = served.client().get(url(receipt, size))

        assert answer.status_code == 200, answer.data
        picture = Image.open(io.BytesIO(answer.data))
        assert picture.format == "JPEG"
        assert corner_names(picture) == list(CORNERS)

    def test_wado_gives_any_frame(self, served, receipt):
        base = (
            f"/dicom-web/studies/{receipt.study_instance_uid}"
            f"/series/{receipt.series_instance_uid}/instances/{receipt.sop_instance_uid}"
        )

        for frame, status in ((25, 200), (26, 404)):
            answer = served.client().get(f"{base}/frames/{frame}/rendered")
            assert answer.status_code == status, answer.data

    def test_wado_gives_the_stream_as_one_value_and_no_frames(self, served, receipt, stream):
        base = (
            f"/dicom-web/studies/{receipt.study_instance_uid}"
            f"/series/{receipt.series_instance_uid}/instances/{receipt.sop_instance_uid}"
        )
        client = served.client()

        bulk = client.get(f"{base}/bulk/7FE00010", headers={"Accept": "video/mp4"})

        assert (bulk.status_code, bulk.data) == (200, stream)
        assert bulk.headers["Content-Type"].startswith("video/mp4")
        assert client.get(f"{base}/frames/1").status_code == 406


class TestFragments:
    """A video of more than 4 GB, with fragments that are as small as the clip."""

    @pytest.fixture
    def fragmented(self, served, clip, monkeypatch) -> Receipt:
        monkeypatch.setattr("hub.media.video.LARGEST_FRAGMENT", 10_000)
        monkeypatch.setattr("hub.dicom.built._FRAGMENT", 1024)
        return served.photo(clip.read_bytes(), kind=Kind.VIDEO)

    def test_it_is_drawn_and_played_like_any_other(self, served, fragmented, receipt, stream):
        syntax = served.hub.catalog.instance(fragmented.sop_instance_uid).transfer_syntax_uid
        client = served.client()

        assert syntax == "1.2.840.10008.1.2.4.102.1"
        for what in ("thumbnail", "rendered"):
            expected = client.get(url(receipt, what)).data
            assert client.get(url(fragmented, what)).data == expected
        answer = client.get(url(fragmented, "video"), headers={"Range": "bytes=1000-5000"})
        assert answer.data == stream[1000:5001]


class TestPage:
    def test_a_video_has_a_player_and_its_own_series(self, served, receipt):
        study = served.hub.catalog.study(receipt.study_instance_uid)
        numbers = [
            n
            for n, i in enumerate((i for s in study.series for i in s.instances), 1)
            if i.sop_instance_uid == receipt.sop_instance_uid
        ]

        page = served.client().get(f"/studies/{receipt.study_instance_uid}?image={numbers[0]}")

        assert f'<video src="{url(receipt, "video")}"' in page.text
        assert [len({i.sop_class_uid for i in s.instances}) for s in study.series] == [1, 1]
        assert study.modalities == ("XC",)
