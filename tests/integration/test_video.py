"""Videos from real coders: kept bit by bit where DICOM allows it, upright, private, bounded."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pydicom
import pytest
from dciodvfy import complaints
from drawn import CORNERS, corner_names
from drawn_video import (
    AAC,
    BASELINE,
    FFMPEG,
    HEVC,
    HIGH,
    MAIN,
    content,
    draw,
    frame,
    large,
    run,
    stream_digests,
    turned,
)
from PIL import Image

import hub.dicom
from factories import make_context
from hub import child
from hub.errors import (
    DamagedVideo,
    ImageTooLarge,
    NotAVideo,
    TranscodingOff,
    UnsupportedMedia,
)
from hub.media import boxes
from hub.media.video import video
from hub.model import Kind, Video

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed (Debian package ffmpeg)"),
]

MARKER = b"PRIVATE-0123456789-abcdefgh-MARK"
UPRIGHT = list(CORNERS)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def high(clips: Path) -> Path:
    return draw(clips / "high.mp4", *HIGH, *AAC)


def read(path: Path, *, transcode: bool = True, max_pixels: int = 10**8) -> Video:
    return video(str(path), max_pixels=max_pixels, may_transcode=transcode)


def played(made: Video, folder: Path) -> Path:
    path = folder / "played.mp4"
    path.write_bytes(content(made.payload))
    return path


def written(made: Video, path: Path, kind: Kind = Kind.VIDEO) -> Path:
    built = hub.dicom.build(make_context(kind=kind), made)
    with path.open("wb") as file:
        built.write_to(file.write)
    return path


class TestKept:
    @pytest.mark.parametrize(
        ("name", "options", "encoding", "syntax"),
        [
            ("h264.mp4", HIGH, "h264-high-4.1", "1.2.840.10008.1.2.4.102"),
            ("h264.3gp", HIGH, "h264-high-4.1", "1.2.840.10008.1.2.4.102"),
            (
                "h264_42.mov",
                (*HIGH, "-level:v", "4.2"),
                "h264-high-4.2",
                "1.2.840.10008.1.2.4.104",
            ),
            (
                "hevc.mp4",
                (*HEVC, "-pix_fmt", "yuv420p", "-tag:v", "hvc1"),
                "hevc-main-5.1",
                "1.2.840.10008.1.2.4.107",
            ),
        ],
    )
    def test_streams_that_fit_are_kept(self, tmp_path, name, options, encoding, syntax):
        source = draw(tmp_path / name, *options, *AAC)

        made = read(source, transcode=False)

        assert made.encoding == encoding
        assert (made.columns, made.rows, made.number_of_frames) == (320, 240, 25)
        assert (made.frame_time_ms, made.duration) == (40, 1)
        assert [track.channels for track in made.audio] == [1]
        assert stream_digests(played(made, tmp_path)) == stream_digests(source)
        ds = pydicom.dcmread(written(made, tmp_path / "object.dcm"))
        assert ds.file_meta.TransferSyntaxUID == syntax

    @pytest.mark.parametrize("name", ["clip.mkv", "fragments.mp4", "pcm.mov"])
    def test_a_stream_in_another_container_is_taken_over(self, tmp_path, name):
        flags = ("-movflags", "frag_keyframe+empty_moov") if name == "fragments.mp4" else ()
        sound = ("-c:a", "pcm_s16le") if name == "pcm.mov" else AAC
        source = draw(tmp_path / name, *HIGH, *sound, *flags)

        made = read(source)

        first = [line.split(",")[5] for line in stream_digests(source) if line.startswith("0,")]
        after = stream_digests(played(made, tmp_path))
        kept = [line.split(",")[5] for line in after if line.startswith("0,")]
        assert made.changes[0].what == "Stream of the pictures taken over into MP4 as it is"
        # Matroska has the parameter sets apart in the same way; the pictures are the same.
        assert kept == first

    def test_the_description_comes_first_and_the_length_is_even(self, tmp_path, high):
        stream = played(read(high), tmp_path).read_bytes()

        kinds = [b.type for b in boxes.inside(memoryview(stream))]

        assert kinds[:2] == [b"ftyp", b"moov"]
        assert kinds[-1] == b"mdat"
        assert len(stream) % 2 == 0

    def test_the_time_is_that_of_the_file(self, tmp_path):
        source = tmp_path / "dated.mp4"
        draw(source, *HIGH, "-metadata", "creation_time=2026-11-20T08:30:00Z", sound=False)

        assert read(source).taken_at == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)

    def test_the_same_file_gives_the_same_bytes(self, high):
        assert content(read(high).payload) == content(read(high).payload)


class TestWhatTheStreamSays:
    """Size, profile and level are those of the parameter set; what is around it may lie."""

    @pytest.mark.parametrize(
        ("options", "entry", "config"),
        [
            (HIGH, b"avc1", b"avcC"),
            ((*HEVC, "-pix_fmt", "yuv420p", "-tag:v", "hvc1"), b"hvc1", b"hvcC"),
        ],
    )
    def test_it_is_believed_against_the_sample_description(self, tmp_path, options, entry, config):
        source = draw(tmp_path / "clip.mp4", *options, size=(200, 150), sound=False)
        honest = read(source, transcode=False)
        data = bytearray(source.read_bytes())
        at = data.index(entry) + 28
        data[at : at + 4] = struct.pack(">HH", 1920, 1080)
        at = data.index(config) + 5
        general = 3 if config == b"avcC" else 12
        data[at : at + general] = b"\x7f" * general
        source.write_bytes(data)

        made = read(source, transcode=False)

        assert (made.columns, made.rows, made.encoding) == (200, 150, honest.encoding)
        assert content(made.payload) == content(honest.payload)


class TestCodedAgain:
    @pytest.mark.parametrize(
        ("name", "options", "method"),
        [
            ("baseline.mp4", (*BASELINE, *AAC), "ISO_14496_10"),
            ("main.mp4", (*MAIN, *AAC), "ISO_14496_10"),
            ("vp9.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-c:a", "libopus"), "VP9"),
            ("av1.mp4", ("-c:v", "libsvtav1", "-preset", "12", *AAC), "AV1"),
            ("prores.mov", ("-c:v", "prores", "-c:a", "pcm_s16le"), "PRORES"),
            ("mpeg2.mkv", ("-c:v", "mpeg2video", *AAC), "ISO_13818_2"),
            ("vp8.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"), "VP8"),
            ("mpeg4.avi", ("-c:v", "mpeg4", "-c:a", "mp3"), "ISO_14496_2"),
            (
                "ten_bits.mp4",
                (*HEVC, "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", *AAC),
                "ISO_23008_2",
            ),
        ],
    )
    def test_what_no_transfer_syntax_carries(self, tmp_path, name, options, method):
        source = draw(tmp_path / name, *options)

        made = read(source)

        assert made.encoding == "h264-high-4.1"
        assert [m for _ratio, m in made.lossy] == [method, "ISO_14496_10"]
        assert corner_names(Image.open(frame(played(made, tmp_path), tmp_path))) == UPRIGHT

    def test_it_is_refused_where_the_site_does_not_want_it(self, tmp_path):
        source = draw(tmp_path / "baseline.mp4", *BASELINE, sound=False)

        with pytest.raises(TranscodingOff, match="H264 profile 66"):
            read(source, transcode=False)

    @pytest.mark.parametrize("degrees", [90, 180, 270])
    def test_a_turned_video_is_stored_upright(self, tmp_path, high, degrees):
        source = turned(high, tmp_path / "turned.mp4", degrees)
        expected = corner_names(Image.open(frame(source, tmp_path)))

        made = read(source)

        shown = Image.open(frame(played(made, tmp_path), tmp_path))
        sides = (240, 320) if degrees != 180 else (320, 240)
        assert expected != UPRIGHT
        assert corner_names(shown) == expected
        assert shown.size == (made.columns, made.rows) == sides
        facts = json.loads(
            run("ffprobe", "-show_streams", "-of", "json", str(played(made, tmp_path)))
        )
        assert "side_data_list" not in facts["streams"][0]

    def test_a_larger_one_is_made_to_fit_the_level(self, tmp_path):
        source = draw(tmp_path / "uhd.mp4", *HIGH[:-6], size=(3840, 2160), sound=False, seconds=0.2)

        made = read(source)

        assert (made.columns, made.rows) == (1920, 1080)
        assert "Made smaller from 3840 by 2160 to 1920 by 1080" in [c.what for c in made.changes]

    def test_pictures_that_an_edit_hides_do_not_stay_in_the_stream(self, tmp_path):
        whole = draw(tmp_path / "whole.mp4", *HIGH, "-g", "50", "-bf", "0", sound=False, seconds=2)
        cut = tmp_path / "cut.mp4"
        run("ffmpeg", "-ss", "1", "-i", str(whole), "-c", "copy", str(cut))

        made = read(cut)

        assert made.changes[0].why.startswith("Parts of the stream are not to be shown")
        assert made.number_of_frames == 25


class TestObjects:
    @pytest.mark.parametrize(
        ("kind", "name", "modality"),
        [
            (Kind.VIDEO, "Video Photographic Image Storage", "XC"),
            (Kind.MICROSCOPY, "Video Microscopic Image Storage", "GM"),
            (Kind.ENDOSCOPY, "Video Endoscopic Image Storage", "ES"),
        ],
    )
    def test_every_kind_is_valid(self, tmp_path, high, kind, name, modality):
        path = written(read(high), tmp_path / "object.dcm", kind)

        ds = pydicom.dcmread(path)
        assert complaints(path) == []
        assert (ds.SOPClassUID.name, ds.Modality) == (name, modality)
        assert (ds.NumberOfFrames, ds.FrameTime, ds.CineRate) == (25, 40, 25)
        assert ds.FrameIncrementPointer == 0x00181063
        assert ds.PhotometricInterpretation == "YBR_PARTIAL_420"
        assert (ds.LossyImageCompression, ds.LossyImageCompressionMethod) == ("01", "ISO_14496_10")
        sound = ds.MultiplexedAudioChannelsDescriptionCodeSequence[0]
        assert (sound.ChannelIdentificationCode, sound.ChannelMode) == (1, "MONO")

    def test_an_hevc_object_is_valid_but_for_its_transfer_syntax(self, tmp_path):
        source = draw(tmp_path / "hevc.mp4", *HEVC, "-pix_fmt", "yuv420p", "-tag:v", "hvc1")
        path = written(read(source), tmp_path / "object.dcm")
        # The validator does not know .107 and stops at its Pixel Data: it is shown a known one.
        path.write_bytes(path.read_bytes().replace(b"1.2.4.107", b"1.2.4.102", 1))

        found = [line for line in complaints(path) if "method inconsistent" not in line]
        assert found == []


def with_markers(source: bytes) -> bytes:
    """Put the marker where phones and programs put places, names and comments."""
    moov = next(b for b in boxes.inside(memoryview(source)) if b.type == b"moov")
    private = [
        boxes.box(b"udta", boxes.box(b"\xa9xyz", MARKER), boxes.box(b"loci", MARKER)),
        boxes.box(b"meta", MARKER),
        boxes.box(b"uuid", MARKER),
        boxes.box(b"free", MARKER),
    ]
    inner = bytearray(source[moov.start : moov.end])
    # Names of handlers and compressors are free text, too.
    at = inner.index(b"avc1") + 46
    inner[at : at + 32] = MARKER
    grown = boxes.box(b"moov", inner, *private)
    # `moov` is last in what ffmpeg writes, so that no sample moves.
    assert moov.end == len(source)
    return source[: moov.start - 8] + grown + boxes.box(b"uuid", MARKER) + b"\x00\x01" + MARKER


class TestPrivacy:
    def test_no_marker_is_left(self, tmp_path):
        source = draw(tmp_path / "clip.mp4", *HIGH, *AAC, "-metadata", f"title={MARKER.decode()}")
        expected = stream_digests(source)
        source.write_bytes(with_markers(source.read_bytes()))
        assert source.read_bytes().count(MARKER) >= 8

        made = read(source, transcode=False)

        assert MARKER not in written(made, tmp_path / "object.dcm").read_bytes()
        assert stream_digests(played(made, tmp_path)) == expected
        left_out = " ".join(change.what for change in made.changes)
        assert all(name in left_out for name in ("udta", "meta", "uuid", "bytes after the end"))

    def test_bytes_between_the_samples_are_left_behind(self, tmp_path, high):
        source = large(tmp_path / "gaps.mp4", high, 9, 1001, between=MARKER)

        made = read(source, transcode=False)

        _head, *samples = made.payload
        assert source.read_bytes().count(MARKER) == 9
        assert MARKER not in content(made.payload)
        picture = struct.pack(">IB", 997, 0x65) + bytes(996)
        assert content(tuple(samples)) == 9 * picture

    def test_no_marker_survives_coding_again(self, tmp_path):
        source = draw(
            tmp_path / "clip.mkv",
            *BASELINE,
            "-metadata",
            f"title={MARKER.decode()}",
            "-metadata:s:v:0",
            f"title={MARKER.decode()}",
        )

        made = read(source)

        assert MARKER in source.read_bytes()
        assert MARKER not in content(made.payload)


@pytest.fixture
def canary() -> Iterator[tuple[int, list[object]]]:
    """A listener on loopback that counts who comes."""
    hits: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                hits.append(address)
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], hits
        done.set()
        thread.join()


def dref(url: bytes) -> bytes:
    return boxes.box(b"dref", struct.pack(">II", 0, 1), boxes.box(b"url ", bytes(4), url))


PLAYLISTS = {
    "HLS": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}\n#EXT-X-ENDLIST\n",
    "ffconcat": "ffconcat version 1.0\nfile '{url}'\n",
    "SDP": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\n",
    "DASH": '<?xml version="1.0"?><MPD><Period><AdaptationSet><Representation>'
    "<BaseURL>{url}</BaseURL></Representation></AdaptationSet></Period></MPD>",
}


class TestHostile:
    @pytest.mark.parametrize("kind", PLAYLISTS)
    def test_playlists_are_no_videos(self, tmp_path, canary, kind):
        port, hits = canary
        path = tmp_path / "clip.mp4"
        url = f"http://127.0.0.1:{port}/secret.mp4"
        path.write_text(PLAYLISTS[kind].format(url=url, port=port))

        with pytest.raises(NotAVideo):
            read(path)
        assert hits == []

    @pytest.mark.parametrize("kind", PLAYLISTS)
    @pytest.mark.parametrize("format_", ["mp4", "matroska", "avi"])
    def test_ffmpeg_itself_opens_no_playlist(self, tmp_path, canary, kind, format_):
        port, hits = canary
        path = tmp_path / "clip.mp4"
        url = f"http://127.0.0.1:{port}/secret.mp4"
        path.write_text(PLAYLISTS[kind].format(url=url, port=port))
        request = {"do": "probe", "path": str(path), "format": format_, "seconds_allowed": 20}

        facts, _ = child.call("hub.media.ffmpeg", request, child.Limits(memory=2 << 30))

        assert "refused" in facts or not facts["found"].get("streams")
        assert hits == []

    @pytest.mark.parametrize("name", ["clip.ts", "clip.mpg", "clip.flv"])
    def test_other_containers_are_no_videos_of_ours(self, tmp_path, name):
        coder = ("-c:v", "flv" if name.endswith("flv") else "mpeg2video")

        with pytest.raises(NotAVideo):
            read(draw(tmp_path / name, *coder, sound=False))

    def test_media_in_other_files_are_refused(self, tmp_path, canary):
        port, hits = canary
        source = draw(tmp_path / "clip.mp4", *HIGH, sound=False)
        url = f"http://127.0.0.1:{port}/".encode() + b"\x00"
        data = source.read_bytes()
        inside = boxes.box(
            b"dref", struct.pack(">II", 0, 1), boxes.box(b"url ", b"\x00\x00\x00\x01")
        )
        at = data.index(inside)
        # The same length of moov is not kept; nobody gets as far as the samples.
        source.write_bytes(grown_boxes(data, at, len(inside), dref(url)))

        with pytest.raises(UnsupportedMedia, match="other files"):
            read(source)
        assert hits == []

    def test_only_the_input_is_opened(self, tmp_path):
        source = draw(tmp_path / "clip.mkv", *BASELINE, sound=False)
        secret = tmp_path / "secret.srt"
        secret.write_text("1\n00:00:00,000 --> 00:00:01,000\nx\n")
        command = [sys.executable, "-c", _CONVERT, str(source), str(tmp_path / "out.mp4")]
        log = tmp_path / "strace"
        try:
            subprocess.run(
                ["strace", "-f", "-e", "trace=openat,open,connect", "-o", log, *command],
                check=True,
            )
        except FileNotFoundError:
            pytest.skip("strace is not installed (Debian package strace)")
        lines = log.read_text()
        after = lines[lines.index("ffmpeg") :] if "ffmpeg" in lines else lines
        opened = [line for line in after.splitlines() if str(tmp_path) in line]
        assert any("clip.mkv" in line for line in opened)
        assert not [
            line
            for line in opened
            if not any(name in line for name in ("clip.mkv", "out.mp4", "progress"))
        ]
        assert "AF_INET" not in lines

    def test_a_picture_of_16k_by_16k_is_refused(self, tmp_path, high):
        data = bytearray(high.read_bytes())
        at = data.rindex(b"avc1") + 4
        struct.pack_into(">HH", data, at + 24, 16384, 16384)
        data[at - 4 : at] = b"xvid"
        source = tmp_path / "large.mp4"
        source.write_bytes(data)

        with pytest.raises(ImageTooLarge):
            read(source)

    @pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
    def test_a_cut_file_is_refused(self, tmp_path, high, part):
        source = tmp_path / "cut.mp4"
        data = high.read_bytes()
        source.write_bytes(data[: int(len(data) * part)])

        with pytest.raises(DamagedVideo):
            read(source)

    def test_samples_that_share_bytes_are_refused(self, tmp_path, high):
        source = large(tmp_path / "bomb.mp4", high, 1000, 1000)
        data = bytearray(source.read_bytes())
        at = data.index(b"co64") + 12
        data[at : at + 8000] = struct.pack(">Q", 32) * 1000
        source.write_bytes(data)

        with pytest.raises(DamagedVideo):
            read(source)

    def test_a_million_samples_are_no_trouble(self, tmp_path, high):
        made = read(large(tmp_path / "many.mp4", high, 1_000_000, 10))

        assert made.number_of_frames == 1_000_000
        assert made.duration == 40_000

    def test_a_hundred_hours_of_nothing_are_kept_as_they_are(self, tmp_path, high):
        source = large(tmp_path / "long.mp4", high, 100, 10)
        data = source.read_bytes().replace(
            struct.pack(">III", 1, 100, 1), struct.pack(">III", 1, 100, 25 * 3600)
        )
        source.write_bytes(data)

        made = read(source)

        assert made.duration == 100 * 3600
        assert len(content(made.payload)) < 10_000

    def test_mutants_are_read_or_refused(self, tmp_path, high):
        data, source = high.read_bytes(), tmp_path / "mutant.mp4"
        moov = next(b for b in boxes.inside(memoryview(data)) if b.type == b"moov")
        for step in range(0, moov.end - moov.start, 7):
            mutant = bytearray(data)
            mutant[moov.start + step] ^= 1 << step % 8
            source.write_bytes(mutant)
            try:
                made = read(source, transcode=False)
            except UnsupportedMedia:
                continue
            assert made.rows > 0


_CONVERT = """
import sys
from hub.media import ffmpeg
request = {"path": sys.argv[1], "format": "matroska", "output": sys.argv[2]}
request |= {"progress": sys.argv[2] + ".progress", "options": ["-c:v", "libx264"]}
facts, _ = ffmpeg.answer({**request, "do": "convert", "seconds_allowed": 60})
assert facts == {}, facts
"""


def grown_boxes(data: bytes, at: int, length: int, instead: bytes) -> bytes:
    """Replace a box and lengthen all that hold it."""
    grown = len(instead) - length
    out = bytearray(data[:at] + instead + data[at + length :])
    start, end = 0, len(data)
    while True:
        holders = [b for b in boxes.inside(memoryview(data)[:end], start) if b.start <= at < b.end]
        if not holders or holders[0].type == b"dref":
            return bytes(out)
        (size,) = struct.unpack_from(">I", out, holders[0].start - 8)
        struct.pack_into(">I", out, holders[0].start - 8, size + grown)
        start, end = holders[0].start, holders[0].end


class TestLarge:
    def test_150_mb_need_no_more_memory_than_a_small_one(self, tmp_path, high):
        source = large(tmp_path / "large.mp4", high, 150, 1_000_000)

        assert peak_of_wrapping(source, tmp_path) * 1024 <= 120_000_000

    def test_more_than_one_fragment_can_hold(self, tmp_path, high, monkeypatch):
        monkeypatch.setattr("hub.media.video.LARGEST_FRAGMENT", 10_000)
        monkeypatch.setattr("hub.dicom.built._FRAGMENT", 4096)

        made = read(high)

        path = written(made, tmp_path / "object.dcm")
        ds = pydicom.dcmread(path)
        assert ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.102.1"
        fragments = list(pydicom.encaps.generate_fragments(ds.PixelData))[1:]
        assert {len(f) for f in fragments[:-1]} == {4096}
        assert b"".join(fragments) == content(made.payload)

    def test_hevc_has_no_fragments(self, tmp_path, monkeypatch):
        monkeypatch.setattr("hub.media.video.LARGEST_FRAGMENT", 1000)
        source = draw(tmp_path / "hevc.mp4", *HEVC, "-pix_fmt", "yuv420p", "-tag:v", "hvc1")

        with pytest.raises(UnsupportedMedia, match="4 GB"):
            read(source)

    def test_offsets_beyond_4_gb_are_read_and_written(self, tmp_path, high):
        source = large(tmp_path / "5gb.mp4", high, 50, 100_000_000)

        made = read(source)

        assert made.encoding == "h264-high-4.1-fragmentable"
        head = bytes(made.payload[0])
        assert head[-16:] == struct.pack(">I4sQ", 1, b"mdat", 16 + 5_000_000_000)
        last = struct.unpack_from(">Q", head, head.index(b"co64") + 12 + 49 * 8)[0]
        assert last == len(head) + 4_900_000_000


def peak_of_wrapping(source: Path, folder: Path) -> int:
    """Largest resident set of `imaging-hub wrap`, in kB."""
    context = folder / "context.json"
    context.write_text(json.dumps(CONTEXT))
    program = Path(sys.executable).parent / "imaging-hub"
    command = [program, "wrap", source, "--context", context, "--out", folder / "out"]
    measured = [sys.executable, "-c", _MEASURE, *map(str, [*command, "--data", folder / "data"])]
    done = subprocess.run(measured, check=True, capture_output=True, text=True)
    stored, peak = done.stdout.splitlines()
    assert json.loads(stored)["status"] == "stored"
    return int(peak)


_MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""

CONTEXT = {
    "patient": {"patientId": "1", "issuer": "HOSP", "name": "Okafor^Grace", "sex": "F"},
    "encounter": {"encounterId": "V-1001", "issuer": "HOSP", "department": "Dermatology"},
    "anatomicRegion": {"code": "85562004", "scheme": "SCT"},
    "laterality": "L",
    "capturedAt": "2026-11-20T12:00:00Z",
    "kind": "video",
}
