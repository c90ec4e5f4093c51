"""A video that DICOM cannot carry is coded again, in a child, into a file that has no name.

Progress goes to the log of this module, which `imaging-hub wrap` shows.
"""

from __future__ import annotations

import logging
import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, TimeoutError
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub import child
from hub.errors import DamagedVideo, ImageTooLarge, NotAVideo, TranscodingOff, UnsupportedMedia
from hub.slices import HeldFile

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
_POLL_SECONDS = 1.0
_KEPT_SOUND = frozenset({"aac", "mp3"})


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


def coded_again(path: str, format_: str, probed: Probed) -> tuple[HeldFile, tuple[int, int]]:
    """Return an MP4 with H.264 High that is upright, and the size of its picture."""
    columns, rows = probed.columns, probed.rows
    if probed.rotation in (90, 270):
        columns, rows = rows, columns
    columns, rows = fitted(columns, rows)
    blocks = -(-columns // 16) * -(-rows // 16)
    rate = probed.frames_per_second
    level = "4.1" if blocks * rate <= _LEVEL_41 else "4.2"
    options = ["-c:v", "libx264", "-profile:v", "high", "-level:v", level, "-crf", "18"]
    options += ["-preset", "medium", "-threads", "4", "-maxrate", "40M", "-bufsize", "40M"]
    options += ["-vf", f"scale={columns}:{rows},setsar=1,format=yuv420p", "-flags:v", "+bitexact"]
    if blocks * rate > _LEVEL_42:
        options += ["-r", str(_LEVEL_42 // blocks)]
    return _converted(path, format_, probed, options), (columns, rows)


def in_mp4(path: str, format_: str, probed: Probed) -> HeldFile:
    """Return an MP4 with the picture's stream as it is, from a container DICOM has no use for."""
    return _converted(path, format_, probed, ["-c:v", "copy"])


def fitted(columns: int, rows: int) -> tuple[int, int]:
    """Return the largest even size of the same shape that level 4.1 allows."""
    scale = 1.0
    if -(-columns // 16) * -(-rows // 16) > _MACROBLOCKS:
        longer, shorter = max(columns, rows), min(columns, rows)
        scale = min(_FULL_HD[0] / longer, _FULL_HD[1] / shorter)
    return max(2, round(columns * scale / 2) * 2), max(2, round(rows * scale / 2) * 2)


def _converted(path: str, format_: str, probed: Probed, options: list[str]) -> HeldFile:
    sound = ["-c:a", "copy"] if probed.sound in _KEPT_SOUND else ["-c:a", "aac", "-b:a", "160k"]
    allowed = min(_MOST_SECONDS, 60 + 40 * math.ceil(probed.seconds))
    limits = child.Limits(
        memory=4096 * child.MIB,
        cpu_seconds=allowed * 8,
        wall_seconds=allowed,
        written=_LARGEST_OUTPUT,
        slow=True,
    )
    folder = Path(tempfile.mkdtemp(prefix="imaging-hub-"))
    try:
        request: dict[str, Any] = {"do": "convert", "path": path, "format": format_}
        request |= {"output": str(folder / "video.mp4"), "progress": str(folder / "progress")}
        request["options"] = [*options, *sound, "-flags:a", "+bitexact"]
        with ThreadPoolExecutor(1) as thread:
            working = thread.submit(_in_child, request, limits)
            _report(working, folder / "progress", probed.seconds)
            working.result()
        # Once open it needs no name, and is gone when nobody reads it any more.
        return HeldFile(str(folder / "video.mp4"))
    except OSError as exc:
        raise DamagedVideo from exc
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _report(working: Future[dict[str, Any]], progress: Path, seconds: float) -> None:
    """Say in the log how far it is, each time it is further."""
    said = -1
    while True:
        try:
            working.exception(timeout=_POLL_SECONDS)
            return
        except TimeoutError:
            done = _done(progress)
            percent = min(99, int(100 * done / seconds)) if seconds else 0
            if percent > said:
                _log.info("coding the video again: %d %%", percent)
                said = percent


def _done(progress: Path) -> float:
    """How much of the video is coded, in seconds, by ffmpeg's last word."""
    try:
        words = progress.read_text()
    except OSError:
        return 0.0
    times = [line[12:] for line in words.splitlines() if line.startswith("out_time_us=")]
    return int(times[-1]) / 1e6 if times and times[-1].isdecimal() else 0.0


def _in_child(request: dict[str, Any], limits: child.Limits) -> dict[str, Any]:
    """Ask the child. Raises DamagedVideo, TranscodingOff where ffmpeg is not installed."""
    request["seconds_allowed"] = limits.wall_seconds - 1
    try:
        facts, _nothing = child.call(_PROGRAM, request, limits)
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
