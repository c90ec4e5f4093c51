"""A video file becomes a Video: its streams are kept wherever DICOM allows it (D10).

H.264 High and HEVC Main within their levels are only written into a clean MP4. What no
transfer syntax carries, or what has to be turned upright, is coded again once, in a
child process, or refused where the site does not want that (ADR 0012).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from hub.errors import DamagedVideo, ImageTooLarge, NotAVideo, TranscodingOff, UnsupportedMedia
from hub.model import AudioTrack, Change, Video
from hub.slices import FileSlice, HasDescriptor, HeldFile, Piece

from . import levels, mp4, nal_units, sample_entries, transcode, video_changes
from .blanking import Unclean, blank, blank_sound
from .boxes import Malformed
from .mp4 import Movie, Track
from .remux import Kept, kept, remuxed
from .sample_entries import Picture, Sound
from .sniff import HEAD_BYTES, format_of
from .transcode import Coder

LARGEST_FRAGMENT = 0xFFFFFFFE
"""Bytes of one fragment (PS3.5 A.4); a longer stream needs a fragmentable transfer syntax."""

_BOXES_OF_A_MOVIE = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_CODINGS = {"h264": nal_units.H264, "hevc": nal_units.HEVC}
_LONGEST_HIDDEN = 0.5
"""Seconds that an edit list may leave out: priming of the sound and reordered pictures."""
_METHODS = {
    "h264": "ISO_14496_10",
    "hevc": "ISO_23008_2",
    "mpeg2video": "ISO_13818_2",
    "mpeg4": "ISO_14496_2",
    "mjpeg": "ISO_10918_1",
}
"""Lossy Image Compression Method (0028,2114), PS3.3 C.7.6.1.1.5.2."""


class CodedLater(Exception):
    """The video has to be coded again, which is left for later.

    `expected` is what it will be, but for its stream and what only the stream can tell.
    """

    def __init__(self, expected: Video) -> None:
        super().__init__()
        self.expected = expected


class _NotKept(Exception):
    """The streams cannot be kept as they are; the text says why."""


@dataclass(frozen=True)
class _Source:
    path: str
    format: str
    max_pixels: int
    coder: Coder


def container_of(head: bytes) -> str:
    """Return `mp4`, `matroska` or `avi` by the first bytes. Raises NotAVideo for all others."""
    if head[4:8] in _BOXES_OF_A_MOVIE:
        return "mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    raise NotAVideo


def is_video(source_path: str) -> bool:
    """Whether the file begins like a video and not like a still in the same container."""
    with open(source_path, "rb") as file:
        head = file.read(HEAD_BYTES)
    try:
        format_of(head)
    except UnsupportedMedia:
        return head[4:8] in _BOXES_OF_A_MOVIE or head[:4] in (b"RIFF", b"\x1a\x45\xdf\xa3")
    return False


def video(
    source_path: str, *, max_pixels: int, may_transcode: bool, coder: Coder | None = None
) -> Video:
    """Read one video file.

    Raises NotAVideo, DamagedVideo, ImageTooLarge, TranscodingOff, UnsupportedMedia, and
    CodedLater where `coder` only moves streams.
    """
    file = HeldFile(source_path)
    container = container_of(os.pread(file.fileno(), 16, 0))
    source = _Source(source_path, container, max_pixels, coder or Coder())
    if source.format != "mp4":
        return _from_elsewhere(source, video_changes.NOT_MP4, may_transcode)
    try:
        movie = mp4.read(file)
        return _kept(movie, file, source, ())
    except _NotKept as why:
        return _from_elsewhere(source, str(why), may_transcode, movie)
    except mp4.RefersElsewhere as exc:
        raise UnsupportedMedia("This video keeps its pictures in other files.") from exc
    except Malformed as exc:
        raise DamagedVideo from exc


def _kept(movie: Movie, file: HasDescriptor, source: _Source, before: tuple[Change, ...]) -> Video:
    """Write the streams into a clean file. Raises _NotKept, Malformed, ImageTooLarge."""
    if movie.is_fragmented:
        raise _NotKept(video_changes.IN_FRAGMENTS)
    track, picture = _picture_track(movie)
    if picture.columns * picture.rows > source.max_pixels:
        raise ImageTooLarge
    if not picture.entry:
        raise _NotKept(video_changes.no_transfer_syntax(picture))
    main = kept(track, picture.entry, picture.columns, picture.rows)
    # The last picture may be shown for less time than the others.
    rate = (main.samples - 1) / main.seconds
    encoding = levels.encoding(picture, rate)
    if encoding is None:
        raise _NotKept(video_changes.no_transfer_syntax(picture, rate))
    if track.rotation != 0:
        raise _NotKept(video_changes.TURNED)
    sounds = _sounds(movie)
    tracks = [main, *(t for t, _sound in sounds)]
    if any(_hides_samples(movie, t) for t in tracks):
        raise _NotKept(video_changes.EDITED)
    payload, blanked = _blanked(remuxed(movie, tracks, file), (main, picture), sounds, file)
    size = sum(len(piece) for piece in payload)
    pixels = picture.rows * picture.columns * 3 * main.samples
    method = _METHODS[picture.codec]
    return Video(
        encoding=_fragmented(encoding) if size > LARGEST_FRAGMENT else encoding,
        payload=payload,
        rows=picture.rows,
        columns=picture.columns,
        pixel_aspect_ratio=picture.aspect,
        number_of_frames=main.samples,
        frame_time_ms=1000 * main.seconds / main.samples,
        duration=main.seconds,
        audio=tuple(AudioTrack(sound.channels) for _t, sound in sounds),
        lossy=((pixels / max(1, int(main.sizes.sum())), method),),
        taken_at=movie.created_at,
        changes=(before or video_changes.of_kept(movie, len(tracks))) + blanked,
        source_format=source.format,
    )


def _blanked(
    payload: tuple[Piece, ...],
    pictures: tuple[Kept, Picture],
    sounds: list[tuple[Kept, Sound]],
    file: HasDescriptor,
) -> tuple[tuple[Piece, ...], tuple[Change, ...]]:
    """Leave what is private out of the samples, as they are read. Raises _NotKept."""
    track, picture = pictures
    try:
        found = blank(track.places(), file, _CODINGS[picture.codec], picture.length_size)
        beside = [blank_sound(t.places(), file) for t, sound in sounds if sound.codec == "aac"]
    except Unclean as exc:
        raise _NotKept(video_changes.UNCLEAN) from exc
    patches = tuple(p for p in (found.patches, *beside) if p.starts)
    pieces = (replace(p, patches=patches) if isinstance(p, FileSlice) else p for p in payload)
    changes = video_changes.of_blanked(found, sum(len(p.starts) for p in beside))
    return tuple(pieces), changes


def _picture_track(movie: Movie) -> tuple[Track, Picture]:
    """The first track of pictures that is switched on. Raises NotAVideo, _NotKept."""
    tracks = [t for t in movie.tracks if t.handler == b"vide"]
    if not tracks:
        raise NotAVideo
    track = next((t for t in tracks if t.enabled), tracks[0])
    if len(track.entries) != 1:
        raise _NotKept(video_changes.SEVERAL_CODINGS)
    return track, sample_entries.picture(*track.entries[0])


def _sounds(movie: Movie) -> list[tuple[Kept, Sound]]:
    """Tracks of sound, which DICOM carries as AAC or MP3 (PS3.5 8.2.12). Raises _NotKept."""
    found = []
    for track in movie.tracks:
        if track.handler == b"soun" and track.enabled:
            sound = sample_entries.sound(*track.entries[0]) if len(track.entries) == 1 else None
            if sound is None or not sound.entry:
                raise _NotKept(video_changes.OTHER_SOUND)
            found.append((kept(track, sound.entry), sound))
    return found


def _fragmented(encoding: str) -> str:
    if encoding.startswith("hevc"):
        raise UnsupportedMedia("An HEVC video of more than 4 GB does not fit into one object.")
    return f"{encoding}-fragmentable"


def _hides_samples(movie: Movie, track: Kept) -> bool:
    """Whether an edit list leaves out more than what decoders need (8.6.6)."""
    shown = [e for e in track.track.edits if e.media_time >= 0]
    if not shown:
        return bool(track.track.edits)
    start = shown[0].media_time / track.track.timescale
    # A duration of nothing means: to the end.
    end = start + shown[0].duration / movie.timescale if shown[0].duration else track.seconds
    hidden = max(start, track.seconds - end)
    return len(shown) > 1 or hidden > _LONGEST_HIDDEN


def _from_elsewhere(
    source: _Source, reason: str, may_transcode: bool, movie: Movie | None = None
) -> Video:
    """Bring a video into MP4: its stream as it is where that fits, else coded again."""
    if not may_transcode:
        raise TranscodingOff(f"{TranscodingOff.message} {reason}.")
    probed = transcode.probe(source.path, source.format, source.max_pixels)
    if reason in video_changes.ONLY_THE_CONTAINER and probed.codec in _METHODS:
        moved = _moved(source, reason, probed)
        if moved is not None:
            return moved
    if source.coder.only_move:
        raise CodedLater(_expected(source, probed))
    file = transcode.coded_again(source.path, source.format, probed, source.coder)
    changes = video_changes.of_coded_again(reason, probed, transcode.size_of(probed))
    try:
        made = replace(_kept(mp4.read(file), file, source, ()), changes=changes)
    except (_NotKept, Malformed) as exc:
        raise DamagedVideo from exc
    return video_changes.with_first_loss(made, probed, source.path, _METHODS, movie)


def _moved(source: _Source, reason: str, probed: transcode.Probed) -> Video | None:
    """Take the stream over into MP4 as it is; None where no transfer syntax carries it."""
    try:
        file = transcode.in_mp4(source.path, source.format, probed, source.coder)
        return _kept(mp4.read(file), file, source, video_changes.of_moved(reason))
    except (_NotKept, Malformed, DamagedVideo):
        return None


def _expected(source: _Source, probed: transcode.Probed) -> Video:
    columns, rows = transcode.size_of(probed)
    return Video(
        encoding="h264-high-4.1",
        payload=(bytes(2),),
        rows=rows,
        columns=columns,
        number_of_frames=1,
        frame_time_ms=40,
        duration=probed.seconds,
        source_format=source.format,
    )
