"""Drawn videos: made by ffmpeg, and large ones whose samples are holes in a sparse file."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

from drawn import scene

from hub.media import boxes, mp4
from hub.slices import Piece, chunks_of

FFMPEG = shutil.which("ffmpeg")

# Without the coder's own name beside the pictures, which a phone does not write either.
_NO_MESSAGES = ("-bsf:v", "filter_units=remove_types=6")
H264 = (
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-x264-params",
    "8x8dct=1:cabac=1",
    *_NO_MESSAGES,
)
HIGH = (*H264, "-profile:v", "high", "-level:v", "4.1", "-pix_fmt", "yuv420p")
MAIN = ("-c:v", "libx264", "-profile:v", "main", "-pix_fmt", "yuv420p")
BASELINE = ("-c:v", "libx264", "-profile:v", "baseline", "-pix_fmt", "yuv420p")
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error:info=0")
AAC = ("-c:a", "aac", "-flags:a", "+bitexact")


def draw(
    path: Path,
    *options: str,
    size: tuple[int, int] = (320, 240),
    sound: bool = True,
    seconds: float = 1,
) -> Path:
    """A clip of the scene of `drawn`, with a tone, coded by `options`."""
    still = path.with_suffix(".png")
    scene(*size).save(still)
    tone = ("-f", "lavfi", "-i", "sine=frequency=440") if sound else ()
    picture = ("-loop", "1", "-framerate", "25", "-i", str(still))
    run("ffmpeg", *picture, *tone, "-t", str(seconds), *options, str(path))
    return path


def turned(source: Path, path: Path, degrees: int) -> Path:
    """The same streams with a display matrix in the track header."""
    run(
        "ffmpeg", "-i", str(source), "-c", "copy", "-metadata:s:v:0", f"rotate={degrees}", str(path)
    )
    return path


def run(program: str, *options: str) -> bytes:
    quiet = (program, "-v", "error", "-y") if program == "ffmpeg" else (program, "-v", "error")
    return subprocess.run([*quiet, *options], check=True, capture_output=True).stdout


def frame(path: Path, folder: Path) -> Path:
    """The first frame, as a player that obeys the file shows it."""
    still = folder / "frame.png"
    run("ffmpeg", "-i", str(path), "-frames:v", "1", str(still))
    return still


def stream_digests(path: Path) -> list[str]:
    """The digest of each packet of each stream, as coded."""
    lines = run("ffmpeg", "-i", str(path), "-map", "0", "-c", "copy", "-f", "framemd5", "-")
    return [line for line in lines.decode().splitlines() if not line.startswith("#")]


def content(payload: tuple[Piece, ...]) -> bytes:
    return b"".join(bytes(chunk) for piece in payload for chunk in chunks_of(piece))


def large(
    path: Path,
    like: Path,
    samples: int,
    sample_size: int,
    between: bytes = b"",
    beside: bytes = b"",
) -> Path:
    """An MP4 with the coding of `like`; its `moov` is at the end.

    Each sample is `beside`, which is NAL units with their lengths, and a slice that is a
    hole. `between` follows each sample and is none.
    """
    with like.open("rb") as file:
        track = next(t for t in mp4.read(file).tracks if t.handler == b"vide")
    entry = boxes.box(*track.entries[0])
    start = 32
    step = sample_size + len(between)
    offsets = b"".join(struct.pack(">Q", start + n * step) for n in range(samples))
    stbl = boxes.box(
        b"stbl",
        boxes.box(b"stsd", struct.pack(">II", 0, 1), entry),
        boxes.box(b"stts", struct.pack(">IIII", 0, 1, samples, 1)),
        boxes.box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1)),
        boxes.box(b"stsz", struct.pack(">III", 0, sample_size, samples)),
        boxes.box(b"co64", struct.pack(">II", 0, samples), offsets),
    )
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    mdia = boxes.box(
        b"mdia",
        boxes.box(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, 25, samples, 0)),
        boxes.box(b"hdlr", bytes(8), b"vide", bytes(13)),
        boxes.box(b"minf", stbl),
    )
    tkhd = boxes.box(b"tkhd", b"\x00\x00\x00\x03", bytes(36), matrix, bytes(8))
    mvhd = boxes.box(b"mvhd", bytes(12), struct.pack(">II", 25, samples), bytes(80))
    moov = boxes.box(b"moov", mvhd, boxes.box(b"trak", tkhd, mdia))
    ftyp = boxes.box(b"ftyp", b"isom", bytes(4))
    with path.open("wb") as file:
        file.write(ftyp + struct.pack(">I4sQ", 1, b"mdat", 16 + samples * step))
        head = beside + struct.pack(">IB", sample_size - len(beside) - 4, 0x65)
        if step <= 4096:
            file.write((head.ljust(sample_size, b"\x00") + between) * samples)
        for number in range(samples if step > 4096 else 0):
            file.seek(start + number * step)
            file.write(head)
            file.seek(sample_size - len(head), os.SEEK_CUR)
            file.write(between)
        file.seek(start + samples * step)
        file.write(moov)
    return path
