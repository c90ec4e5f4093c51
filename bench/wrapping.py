"""12 MP photos into durable objects: JPEG against floor and img2dcm, HEIC against decoding."""

from __future__ import annotations

import hashlib
import io
import os
import statistics
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

from bench.orthanc import Orthanc
from hub.dicom.uids import UIDs
from hub.model import Capture, Code, Laterality, Patient, SealedEncounter
from hub.settings import Settings
from hub.wrap import Wrap, source_of

ROUNDS = 31


def twelve_megapixels() -> bytes:
    """A drawn photo as JPEG, about 3 MB."""
    out = io.BytesIO()
    _drawn().save(out, "JPEG", quality=85)
    return out.getvalue()


def _drawn() -> Image.Image:
    """A drawn photo with noise, so that it compresses like one."""
    rng = np.random.default_rng(1)
    coarse = rng.integers(60, 220, (95, 126, 3), dtype=np.uint8)
    smooth = Image.fromarray(coarse).resize((4032, 3024), Image.Resampling.BICUBIC)
    noise = rng.integers(-9, 10, (3024, 4032, 1))
    return Image.fromarray(np.clip(np.asarray(smooth) + noise, 0, 255).astype(np.uint8))


def run() -> dict[str, float]:
    """Interleave floor, wrap, img2dcm and Orthanc; return medians in ms and their ratios."""
    with tempfile.TemporaryDirectory() as folder, Orthanc() as orthanc:
        source = Path(folder) / "photo.jpg"
        source.write_bytes(twelve_megapixels())
        wrapping = Wrap(UIDs(b"bench" * 8), Settings(data=Path(folder)))
        methods: dict[str, Callable[[], None]] = {
            "floor": lambda: _floor(source),
            "wrap": lambda: _wrap(source, wrapping),
            "img2dcm": lambda: _img2dcm(source),
            "orthanc": lambda: _orthanc(source, orthanc),
        }
        medians = _medians(methods)
        size = source.stat().st_size
    return {
        "sourceBytes": size,
        **{f"{name}Ms": round(1000 * m, 2) for name, m in medians.items()},
        "wrapOverFloor": round(medians["wrap"] / medians["floor"], 2),
        "img2dcmOverWrap": round(medians["img2dcm"] / medians["wrap"], 2),
        "orthancOverWrap": round(medians["orthanc"] / medians["wrap"], 2),
    }


def run_heic() -> dict[str, float]:
    """Interleave bare decoding and wrapping of a HEIC photo; medians in ms and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "photo.heic"
        pillow_heif.from_pillow(_drawn()).save(source, quality=70)
        wrapping = Wrap(UIDs(b"bench" * 8), Settings(data=Path(folder)))
        _wrap(source, wrapping)  # the process that decodes is started once for all photos
        medians = _medians(
            {"decode": lambda: _decode(source), "wrap": lambda: _wrap(source, wrapping)}
        )
        size = source.stat().st_size
    return {
        "sourceBytes": size,
        **{f"{name}Ms": round(1000 * m, 2) for name, m in medians.items()},
        "wrapOverDecode": round(medians["wrap"] / medians["decode"], 2),
    }


def _medians(methods: dict[str, Callable[[], None]]) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in methods}
    for _ in range(ROUNDS):
        for name, method in methods.items():
            started = time.perf_counter()
            method()
            times[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in times.items()}


def _decode(source: Path) -> None:
    with source.open("rb") as stream:
        pillow_heif.open_heif(stream)[0].to_pillow()


def _write_durably(path: Path, write_to: Callable[[Callable[[bytes], object]], object]) -> None:
    with path.open("wb") as stream:
        write_to(stream.write)
        stream.flush()
        os.fsync(stream.fileno())
    path.unlink()


def _floor(source: Path) -> None:
    content = source.read_bytes()
    hashlib.sha256(content).hexdigest()
    _write_durably(source.with_suffix(".copy"), lambda write: write(content))


def _wrap(source: Path, wrapping: Wrap) -> None:
    capture = Capture(
        capture_id=str(uuid.uuid4()),
        source=source_of(source),
        patient=Patient("1", "HOSP", "Bench^Mark"),
        encounter=SealedEncounter("V-1", "HOSP", "Dermatology"),
        anatomic_region=Code("SCT", "85562004"),
        laterality=Laterality.LEFT,
        captured_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    built, _ = wrapping.object_of(capture)
    _write_durably(source.with_suffix(".dcm"), built.write_to)


def _img2dcm(source: Path) -> None:
    out = source.with_suffix(".img2dcm")
    subprocess.run(["img2dcm", "-vlp", str(source), str(out)], check=True, capture_output=True)
    out.unlink()


def _orthanc(source: Path, orthanc: Orthanc) -> None:
    refusal = orthanc.create(source)
    if refusal:
        raise RuntimeError(refusal)
