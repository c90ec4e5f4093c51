"""JPEG of 12 bits a sample, which Pillow does not read, by ffmpeg. Runs in the decoding child."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import Any

import numpy as np

_FORM = {1: "gray16le", 3: "rgb48le"}
_EXACTLY = "bitexact+accurate_rnd+full_chroma_int+full_chroma_inp"


def eight_bit_pixels_of(request: Mapping[str, Any]) -> Any:
    """Return grey or RGB pixels as they lie in the file; None where ffmpeg makes no picture."""
    rows, columns, samples = (request[name] for name in ("rows", "columns", "samples"))
    if samples not in _FORM:
        return None
    command = ["ffmpeg", "-nostdin", "-v", "error", "-protocol_whitelist", "file", "-noautorotate"]
    command += ["-f", "jpeg_pipe", "-i", f"file:{request['path']}", "-frames:v", "1"]
    command += ["-sws_flags", _EXACTLY, "-pix_fmt", _FORM[samples], "-f", "rawvideo", "-"]
    try:
        shown = subprocess.run(command, capture_output=True, check=False).stdout  # noqa: S603
    except OSError:
        return None
    values = np.frombuffer(shown, "<u2").astype(np.uint32)
    if values.size != rows * columns * samples:
        return None
    pixels = ((values * 255 + 32767) // 65535).astype(np.uint8)
    return pixels.reshape((rows, columns) if samples == 1 else (rows, columns, samples))
