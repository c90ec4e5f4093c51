"""ffprobe and ffmpeg over one untrusted file; runs only in a child of `hub.child`.

Both are told the one format the file may be and to open nothing but files: a playlist
that calls itself a video opened another file otherwise. The child has no network, and
what is started here keeps its limits.
"""

from __future__ import annotations

import ctypes
import json
import shutil
import signal
import subprocess
from collections.abc import Mapping
from typing import Any

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"
_DEMUXERS = {"mp4": "mov", "matroska": "matroska", "avi": "avi"}
_PROBED = (
    "stream=codec_type,codec_name,width,height,avg_frame_rate,nb_frames,channels,start_time"
    ":stream_disposition=attached_pic:stream_side_data=rotation:format=duration"
)
_PR_SET_PDEATHSIG = 1

Answer = tuple[dict[str, Any], bytes]


def answer(request: Mapping[str, Any]) -> Answer:
    """Do what `request["do"]` names: `probe`, `convert` to a file, or `still`, a picture."""
    return {"probe": _probe, "convert": _convert, "still": _still}[request["do"]](request)


def source(request: Mapping[str, Any]) -> list[str]:
    """The options that name the input and bar it from opening anything else."""
    protocols, url = "file", f"file:{request['path']}"
    if "stretches" in request:
        # The fragments of a stored object that are its video, without a copy of them.
        protocols = "file,subfile,concat"
        parts = [f"subfile,,start,{a},end,{b},,:{url}" for a, b in request["stretches"]]
        url = parts[0] if len(parts) == 1 else "concat:" + "|".join(parts)
    return [
        *("-protocol_whitelist", protocols, "-format_whitelist", FORMATS),
        *("-f", _DEMUXERS[request["format"]], "-i", url),
    ]


def _probe(request: Mapping[str, Any]) -> Answer:
    command = ["ffprobe", "-v", "quiet", "-of", "json", "-show_entries", _PROBED]
    done = _run([*command, *source(request)], request)
    if isinstance(done, str):
        return {"refused": done}, b""
    return {"found": json.loads(done.stdout or b"{}")}, b""


def _convert(request: Mapping[str, Any]) -> Answer:
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error", "-nostats", "-y"]
    command += ["-progress", f"file:{request['progress']}", *source(request)]
    # One picture and one sound; no subtitles, data, attachments, chapters or metadata.
    command += ["-map", "0:V:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1"]
    command += ["-map_chapters", "-1", "-fflags", "+bitexact", *request["options"]]
    done = _run([*command, "-f", "mp4", f"file:{request['output']}"], request)
    return ({"refused": done} if isinstance(done, str) else {}), b""


def _still(request: Mapping[str, Any]) -> Answer:
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-v", "error"]
    command += ["-ss", str(request["seconds"]), *source(request), "-map", "0:V:0"]
    if request.get("viewport"):
        columns, rows = request["viewport"]
        command += ["-vf", f"scale={columns}:{rows}:force_original_aspect_ratio=decrease"]
    coder = ["png"] if request["mediaType"] == "image/png" else ["mjpeg", "-q:v", "3"]
    command += ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]
    command += ["-pix_fmt", "rgb24" if coder == ["png"] else "yuvj420p"]
    command += ["-frames:v", "1", "-c:v", *coder, "-f", "image2pipe", "pipe:1"]
    done = _run(command, request)
    return ({"refused": done}, b"") if isinstance(done, str) else ({}, done.stdout)


def _run(
    command: list[str], request: Mapping[str, Any]
) -> subprocess.CompletedProcess[bytes] | str:
    """Run a program to its end, or say why not: `missing`, `time` or `failed`."""
    program = shutil.which(command[0])
    if program is None:
        return "missing"
    try:
        done = subprocess.run(  # noqa: S603 - options are ours, the input is one file
            ["nice", program, *command[1:]],  # noqa: S607
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=request["seconds_allowed"],
            preexec_fn=_end_with_parent,  # this process has one thread
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "time"
    return done if done.returncode == 0 else "failed"


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
