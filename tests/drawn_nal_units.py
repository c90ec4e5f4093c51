"""Elementary streams with NAL units added by hand, muxed by ffmpeg, and taken apart again."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from drawn_video import run

START = b"\x00\x00\x01"
_DIGESTS = ("-map", "0:V:0", "-f", "framemd5", "-")
_START_CODE = re.compile(rb"\x00*\x00\x00\x01")
_ANNEX_B = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}
_PARAMETER_SETS = {"h264": {7, 8}, "hevc": {32, 33, 34}}


def type_of(nal: bytes, codec: str) -> int:
    return nal[0] & 0x1F if codec == "h264" else nal[0] >> 1 & 0x3F


def is_slice(nal: bytes, codec: str) -> bool:
    return type_of(nal, codec) in ({1, 5} if codec == "h264" else {*range(10), *range(16, 22)})


def is_coded(nal: bytes, codec: str) -> bool:
    return is_slice(nal, codec) or type_of(nal, codec) in _PARAMETER_SETS[codec]


def annex_b(path: Path, codec: str) -> list[bytes]:
    """The NAL units of a file's pictures in the order of the stream."""
    options = ("-map", "0:V:0", "-c", "copy", "-bsf:v", _ANNEX_B[codec], "-f", codec, "-")
    stream = run("ffmpeg", "-i", str(path), *options)
    return [part for part in _START_CODE.split(stream) if part]


def planted(
    source: Path, path: Path, codec: str, before: Sequence[bytes], after: Sequence[bytes] = ()
) -> Path:
    """The same stream with NAL units put before and after each slice."""
    stream = bytearray()
    for nal in annex_b(source, codec):
        around = (before, after) if is_slice(nal, codec) else ((), ())
        for unit in (*around[0], nal, *around[1]):
            stream += START + unit
    raw = path.with_suffix(f".{codec}")
    raw.write_bytes(stream)
    tag = ("-tag:v", "hvc1") if codec == "hevc" else ()
    run("ffmpeg", "-framerate", "25", "-f", codec, "-i", str(raw), "-c", "copy", *tag, str(path))
    return path


def decoded(path: Path) -> tuple[str, str]:
    """The digest of each decoded picture, and what a strict decoder has to say."""
    done = subprocess.run(
        ["ffmpeg", "-v", "warning", "-err_detect", "explode", "-i", str(path), *_DIGESTS],
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout, done.stderr
