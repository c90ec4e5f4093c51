"""A 412 MB and a 5 GB video into a DICOM object: time against the floor, and memory (P8).

The videos are sparse files with the sample tables of a phone's and user data before each
picture; what is written is real.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from drawn_video import AAC, HIGH, draw, large  # noqa: E402

ROUNDS = 5
_SAMPLE = 100_000
_USER_DATA = b"\x00\x00\x00\x54\x06\x05\x50" + b"P" * 80 + b"\x80"
"""SEI with 80 bytes that are blanked, before each picture."""
_CONTEXT = {
    "patient": {"patientId": "1", "issuer": "HOSP", "name": "Bench^Mark"},
    "encounter": {"encounterId": "V-1", "issuer": "HOSP", "department": "Dermatology"},
    "anatomicRegion": {"code": "85562004", "scheme": "SCT"},
    "laterality": "L",
    "capturedAt": "2026-01-02T03:04:05Z",
    "kind": "video",
}
_PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
_FLOOR = """
import hashlib, os, sys
with open(sys.argv[1], "rb") as source:
    hashlib.file_digest(source, "sha256")
digest = hashlib.sha256()
with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as out:
    while chunk := source.read(1 << 20):
        digest.update(chunk)
        out.write(chunk)
    out.flush()
    os.fsync(out.fileno())
os.unlink(sys.argv[2])
"""


def run() -> dict[str, float]:
    """Return medians in ms of floor and wrap for 412 MB, and peaks in MB for both sizes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "context.json").write_text(json.dumps(_CONTEXT))
        like = draw(folder / "like.mp4", *HIGH, *AAC)
        small = large(folder / "412.mp4", like, 4120, _SAMPLE, beside=_USER_DATA)
        huge = large(folder / "5000.mp4", like, 50_000, _SAMPLE, beside=_USER_DATA)
        floors, wraps, peaks = [], [], []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            command = [sys.executable, "-c", _FLOOR, str(small), str(folder / "copy")]
            subprocess.run(command, check=True)
            floors.append(time.perf_counter() - started)
            seconds, peak = _wrapped(small, folder)
            wraps.append(seconds)
            peaks.append(peak)
        _seconds, huge_peak = _wrapped(huge, folder)
    floor, wrap = statistics.median(floors), statistics.median(wraps)
    return {
        "floorMs": round(1000 * floor),
        "wrapMs": round(1000 * wrap),
        "wrapOverFloor": round(wrap / floor, 2),
        "peakMB412": round(max(peaks) * 1024 / 1e6, 1),
        "peakMB5000": round(huge_peak * 1024 / 1e6, 1),
    }


def _wrapped(source: Path, folder: Path) -> tuple[float, int]:
    """Seconds of `imaging-hub wrap`, start of Python and fsync included, and its peak in kB."""
    program = Path(sys.executable).parent / "imaging-hub"
    command = [program, "wrap", source, "--context", folder / "context.json"]
    command += ["--out", folder / "out", "--data", folder / "data"]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, *map(str, command)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - started
    shutil.rmtree(folder / "out")
    return seconds, int(done.stdout)


if __name__ == "__main__":
    print(json.dumps(run(), indent=2))
