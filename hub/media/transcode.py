"""A video that DICOM cannot carry is coded again, in a child, into a file that has no name.

Progress goes to the log of this module, which `imaging-hub wrap` shows, or to who asks for it.
"""

from __future__ import annotations

import logging
import math
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub import child
from hub.errors import DamagedVideo, ImageTooLarge, NotAVideo, TranscodingOff, UnsupportedMedia
from hub.slices import HeldFile
from hub.work_folder import work_folder

_log = logging.getLogger(__name__)

_PROBE_LIMITS = child.Limits(memory=1536 * child.MIB)
_PROGRAM = "hub.media.ffmpeg"
_MOST_SECONDS = 4 * 3600
_LONGEST = 24 * 3600.0
"""Longest video that is coded again, in seconds."""
_SLOWEST = 50_000
"""Bytes a second below which no camera records."""
_LARGEST_OUTPUT = 16 * 1024 * child.MIB
_LEVEL_41, _LEVEL_42 = 245_760, 522_240
"""Macroblocks a second that levels 4.1 and 4.2 allow (ITU-T H.264, table A-1)."""
_MACROBLOCKS = 8192
"""Macroblocks of a picture at level 4.1."""
_FULL_HD = (1920, 1080)
_KEPT_SOUND = frozenset({"aac", "mp3"})


class _Saying:
    """Says in the log how far it is, each time it is further."""

    def __init__(self) -> None:
        self._said = -1

    def __call__(self, percent: int) -> None:
        if percent > self._said:
            _log.info("coding the video again: %d %%", percent)
            self._said = percent


@dataclass(frozen=True)
class Coder:
    """Where files lie while a video is worked on, and who is told how far it is."""

    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))
    progress: Callable[[int], None] = field(default_factory=_Saying)
    """Called with the percentage while it works; what it raises ends the work."""
    only_move: bool = False
    """Pictures are not coded again now: `CodedLater` says that they have to be."""


@dataclass(frozen=True)
class Probed:
    """What ffprobe says of the picture that would be played."""

    codec: str
    columns: int
    rows: int
    rotation: int
    frames_per_second: float
    seconds: float
    sound: str


def probe(path: str, format_: str, max_pixels: int) -> Probed:
    """Ask ffprobe. Raises NotAVideo, DamagedVideo, ImageTooLarge."""
    facts = _in_child({"do": "probe", "path": path, "format": format_}, _PROBE_LIMITS)
    found = facts["found"]
    streams = found.get("streams", [])
    pictures = [s for s in streams if s.get("codec_type") == "video" and not _is_cover(s)]
    if not pictures or "width" not in pictures[0]:
        raise NotAVideo
    picture = pictures[0]
    sounds = [s["codec_name"] for s in streams if s.get("codec_type") == "audio"]
    columns, rows = int(picture["width"]), int(picture["height"])
    if columns * rows > max_pixels:
        raise ImageTooLarge
    turned = [d["rotation"] for d in picture.get("side_data_list", ()) if "rotation" in d]
    # Browsers that record WebM do not say how long it is: a guess bounds the time it may take.
    seconds = float(found.get("format", {}).get("duration") or os.path.getsize(path) / _SLOWEST)
    if not seconds <= _LONGEST:
        raise NotAVideo("This video is longer than a day.")
    return Probed(
        codec=str(picture.get("codec_name", "")),
        columns=columns,
        rows=rows,
        rotation=-int(turned[0]) % 360 if turned else 0,
        frames_per_second=_rate(str(picture.get("avg_frame_rate", ""))),
        seconds=seconds,
        sound=sounds[0] if sounds else "",
    )


def coded_again(path: str, format_: str, probed: Probed, coder: Coder) -> HeldFile:
    """Return an MP4 with H.264 High that is upright, with a picture of `size_of` it."""
    columns, rows = size_of(probed)
    blocks = -(-columns // 16) * -(-rows // 16)
    rate = probed.frames_per_second
    level = "4.1" if blocks * rate <= _LEVEL_41 else "4.2"
    options = ["-c:v", "libx264", "-profile:v", "high", "-level:v", level, "-crf", "18"]
    options += ["-preset", "medium", "-threads", "4", "-maxrate", "40M", "-bufsize", "40M"]
    options += ["-vf", f"scale={columns}:{rows},setsar=1,format=yuv420p", "-flags:v", "+bitexact"]
    if blocks * rate > _LEVEL_42:
        options += ["-r", str(_LEVEL_42 // blocks)]
    return _converted(path, format_, probed, options, coder)


def in_mp4(path: str, format_: str, probed: Probed, coder: Coder) -> HeldFile:
    """Return an MP4 with the picture's stream as it is, from a container DICOM has no use for."""
    return _converted(path, format_, probed, ["-c:v", "copy"], coder)


def size_of(probed: Probed) -> tuple[int, int]:
    """Return columns and rows of the upright picture that coding again makes."""
    if probed.rotation in (90, 270):
        return fitted(probed.rows, probed.columns)
    return fitted(probed.columns, probed.rows)


def fitted(columns: int, rows: int) -> tuple[int, int]:
    """Return the largest even size of the same shape that level 4.1 allows."""
    scale = 1.0
    if -(-columns // 16) * -(-rows // 16) > _MACROBLOCKS:
        longer, shorter = max(columns, rows), min(columns, rows)
        scale = min(_FULL_HD[0] / longer, _FULL_HD[1] / shorter)
    return max(2, round(columns * scale / 2) * 2), max(2, round(rows * scale / 2) * 2)


def _converted(
    path: str, format_: str, probed: Probed, options: list[str], coder: Coder
) -> HeldFile:
    sound = ["-c:a", "copy"] if probed.sound in _KEPT_SOUND else ["-c:a", "aac", "-b:a", "160k"]
    allowed = min(_MOST_SECONDS, 60 + 40 * math.ceil(probed.seconds))
    limits = child.Limits(
        memory=4096 * child.MIB,
        cpu_seconds=allowed * 8,
        wall_seconds=allowed,
        written=_LARGEST_OUTPUT,
        slow=True,
    )
    with work_folder(coder.folder) as folder:
        made, progress = folder / "video.mp4", folder / "progress"
        request: dict[str, Any] = {"do": "convert", "path": path, "format": format_}
        request |= {"output": str(made), "progress": str(progress)}
        request["options"] = [*options, *sound, "-flags:a", "+bitexact"]
        _in_child(request, limits, lambda: coder.progress(_percent(progress, probed.seconds)))
        try:
            # Once open it needs no name, and is gone when nobody reads it any more.
            return HeldFile(str(made))
        except OSError as exc:
            raise DamagedVideo from exc


def _percent(progress: Path, seconds: float) -> int:
    """How much of the video is coded; never all of it before the file is there."""
    return min(99, int(100 * _done(progress) / seconds)) if seconds else 0


def _done(progress: Path) -> float:
    """How much of the video is coded, in seconds, by ffmpeg's last word."""
    try:
        words = progress.read_text()
    except OSError:
        return 0.0
    times = [line[12:] for line in words.splitlines() if line.startswith("out_time_us=")]
    return int(times[-1]) / 1e6 if times and times[-1].isdecimal() else 0.0


def _in_child(
    request: dict[str, Any], limits: child.Limits, watch: Callable[[], None] | None = None
) -> dict[str, Any]:
    """Ask the child. Raises DamagedVideo, TranscodingOff where ffmpeg is not installed."""
    request["seconds_allowed"] = limits.wall_seconds - 1
    try:
        facts, _nothing = child.call(_PROGRAM, request, limits, watch)
    except child.ChildDied as exc:
        raise DamagedVideo from exc
    if facts.get("refused") == "missing":
        raise TranscodingOff("This video needs ffmpeg, which is not installed on the server.")
    if facts.get("refused") == "time":
        raise UnsupportedMedia("To code this video again takes longer than the hub allows.")
    if "refused" in facts:
        raise DamagedVideo
    return facts


def _is_cover(stream: Mapping[str, Any]) -> bool:
    return bool(stream.get("disposition", {}).get("attached_pic"))


def _rate(text: str) -> float:
    above, _, below = text.partition("/")
    try:
        return float(above) / float(below)
    except (ValueError, ZeroDivisionError):
        return 0.0
