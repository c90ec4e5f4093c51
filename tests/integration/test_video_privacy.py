"""Nothing private inside of a kept stream, and not one byte of its pictures changed."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from dciodvfy import complaints
from drawn_nal_units import annex_b, decoded, is_coded, planted, type_of
from drawn_video import AAC, FFMPEG, HEVC, HIGH, content, draw, run

import hub.dicom
from factories import make_context
from hub.errors import UnsupportedMedia
from hub.media.video import video
from hub.model import Kind, Video

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed (Debian package ffmpeg)"),
]

MARKER = b"PRIVATE-0123456789-abcdefgh-MARK"
UUID = "086f3693-b7b3-4f2c-9653-21492feee5b8"
CODECS = ("h264", "hevc")
_HEVC = (*HEVC, "-pix_fmt", "yuv420p", "-tag:v", "hvc1")
_SEI = {"h264": (b"\x06",), "hevc": (b"\x4e\x01", b"\x50\x01")}
_OTHER = {"h264": (0, 12, 19, 20, 24, 31), "hevc": (38, 41, 48, 63)}
RECOVERY_POINT = b"\x06\x01\xc4"


def message(type_: int, said: bytes) -> bytes:
    return bytes([type_, len(said)]) + said


def private(codec: str) -> list[bytes]:
    """The marker in each kind of NAL unit that can hold one."""
    said = (
        message(4, b"\xb5\x00\x31GA94" + MARKER),
        message(5, bytes(16).replace(b"\x00", b"\x07") + MARKER),
        message(200, MARKER),
        RECOVERY_POINT + message(5, MARKER),
        message(137, MARKER),
    )
    found = [header + one + b"\x80" for header in _SEI[codec] for one in said]
    heads = [bytes([t]) if codec == "h264" else bytes([t << 1, 1]) for t in _OTHER[codec]]
    return found + [head + MARKER for head in heads]


def read(path: Path) -> Video:
    return video(str(path), max_pixels=10**8, may_transcode=False)


def played(made: Video, folder: Path) -> Path:
    path = folder / "played.mp4"
    path.write_bytes(content(made.payload))
    return path


@pytest.fixture(scope="module", params=CODECS)
def codec(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def source(codec: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    clip = draw(folder / "clip.mp4", *(HIGH if codec == "h264" else _HEVC), sound=False)
    units = private(codec)
    return planted(clip, folder / "planted.mp4", codec, units, units[-1:])


class TestMessages:
    def test_no_marker_is_left_in_the_object(self, tmp_path, codec, source):
        path = tmp_path / "object.dcm"

        built = hub.dicom.build(make_context(kind=Kind.VIDEO), read(source))
        with path.open("wb") as file:
            built.write_to(file.write)

        assert source.read_bytes().count(MARKER) == 25 * (len(private(codec)) + 1)
        assert MARKER not in path.read_bytes()
        if codec == "h264":  # the validator does not know the transfer syntax of HEVC
            assert complaints(path) == []

    def test_slices_and_parameter_sets_are_the_same_bytes(self, tmp_path, codec, source):
        before = annex_b(source, codec)

        after = annex_b(played(read(source), tmp_path), codec)

        assert [len(unit) for unit in after] == [len(unit) for unit in before]
        kept = [unit for unit in before if is_coded(unit, codec)]
        assert len(kept) > 25
        assert [unit for unit in after if is_coded(unit, codec)] == kept

    def test_a_strict_decoder_shows_the_same_and_has_nothing_to_say(self, tmp_path, source):
        after, complaint = decoded(played(read(source), tmp_path))

        assert complaint == ""
        assert after == decoded(source)[0]

    def test_what_a_decoder_needs_stays(self, tmp_path, codec, source):
        after = annex_b(played(read(source), tmp_path), codec)

        said = [unit for unit in after if type_of(unit, codec) in (6, 39, 40)]
        assert sum(RECOVERY_POINT in unit for unit in said) == 25 * len(_SEI[codec])

    def test_the_report_says_what_was_written_over(self, codec, source):
        last = read(source).changes[-1]

        user_data = 25 * 3 * len(_SEI[codec])
        others = 25 * (len(private(codec)) + 1) - user_data
        assert last.what == (
            "Written over in the stream: messages that lie between the coded pictures, "
            f"{user_data} of user data, such as captions, places or names "
            f"and {others} of other kinds that no player needs"
        )
        assert "unchanged, byte for byte" in last.why

    def test_the_object_made_again_from_its_stream_is_the_same(self, tmp_path, source):
        once = played(read(source), tmp_path)

        assert content(read(once).payload) == once.read_bytes()
        assert "Written over" not in read(once).changes[-1].what


class TestRealCoders:
    def test_user_data_by_ffmpeg(self, tmp_path):
        clip = draw(tmp_path / "clip.mp4", *HIGH, *AAC)
        said = f"h264_metadata=sei_user_data={UUID}+{MARKER.decode()}"
        source = tmp_path / "said.mp4"
        run("ffmpeg", "-i", str(clip), "-c", "copy", "-bsf:v", said, str(source))

        made = played(read(source), tmp_path)

        assert MARKER in source.read_bytes()
        assert MARKER not in made.read_bytes()
        assert decoded(made)[0] == decoded(clip)[0]

    def test_a_stream_from_another_container(self, tmp_path):
        said = f"h264_metadata=sei_user_data={UUID}+{MARKER.decode()}"
        source = draw(tmp_path / "clip.mkv", *HIGH, *AAC, "-bsf:v", said)

        made = video(str(source), max_pixels=10**8, may_transcode=True)

        assert MARKER in source.read_bytes()
        assert MARKER not in content(made.payload)
        assert made.changes[0].what == "Stream of the pictures taken over into MP4 as it is"
        assert made.changes[-1].what.startswith("Written over in the stream")

    def test_what_is_coded_again_says_nothing_of_its_own_coder(self, tmp_path):
        source = draw(tmp_path / "clip.avi", "-c:v", "mpeg4", sound=False)

        made = video(str(source), max_pixels=10**8, may_transcode=True)

        assert b"x264" not in content(made.payload)
        assert not any("Written over" in change.what for change in made.changes)


class TestSound:
    def test_the_name_of_its_coder_is_gone_and_it_sounds_the_same(self, tmp_path):
        source = draw(tmp_path / "clip.mp4", *HIGH, "-c:a", "aac", seconds=2)
        heard = ("-map", "0:a", "-f", "md5", "-")

        made = read(source)

        path = played(made, tmp_path)
        assert b"Lavc" in source.read_bytes()
        assert b"Lavc" not in path.read_bytes()
        assert run("ffmpeg", "-i", str(path), *heard) == run("ffmpeg", "-i", str(source), *heard)
        assert (
            made.changes[-1].what == "Written over in the sound: data before it in 1 of its blocks"
        )


class TestHostile:
    def test_mutants_are_stored_or_refused(self, tmp_path, codec, source):
        whole = source.read_bytes()
        path = tmp_path / "mutant.mp4"
        configuration = whole.index(b"avcC" if codec == "h264" else b"hvcC")
        first = whole.index(b"mdat")
        chance = random.Random(codec)
        stored = 0
        for number in range(1500):
            mutant = bytearray(whole)
            start, length = ((configuration, 80), (first, 600))[number % 2]
            for _change in range(chance.randint(1, 3)):
                at = start + 4 + chance.randrange(length)
                mutant[at] = chance.choice((0, 1, 3, 0x7F, 0x80, 0xFF, mutant[at] ^ 1))
            path.write_bytes(mutant)
            try:
                made = read(path)
            except UnsupportedMedia:
                continue
            stored += 1
            assert sum(map(len, made.payload)) == len(content(made.payload))
        assert stored > 50
