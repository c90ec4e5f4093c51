"""How often the printed marker is found, how true its scale is, and what else is taken for it.

`python -m bench.marker` prints the page of `web.marker_sheet` with poppler, photographs it
with the camera of `tests/camera.py` under every condition below, and writes
`bench/results/marker.json` and `.md`. `--shots N` sets the photos of each condition.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from camera import Print, Shot  # noqa: E402
from printing import cut_out, lookalikes, page_at  # noqa: E402
from surfaces import photo, surface  # noqa: E402

from hub.media.marker import scale_of  # noqa: E402

SAMPLES = Path(os.environ.get("HUB_SAMPLE_DATA", ROOT.parent / "shared" / "data")) / "photos"
RESULTS = Path(__file__).parent / "results"
SIZES = ((2048, 1536), (3264, 2448), (4032, 3024))
NEAR = 60.0
"""Millimetres from the marker's centre within which lengths are judged."""

Rng = np.random.Generator


def usual(rng: Rng) -> Shot:
    """Somebody's photo with a phone: nearly straight above, nothing in the way."""
    return Shot(
        cut_out(),
        size=SIZES[rng.choice(3, p=(0.6, 0.2, 0.2))],
        distance=rng.uniform(200, 500),
        at=(rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7)),
        spin=rng.uniform(0, 360),
        tilt=rng.uniform(0, 5),
        towards=rng.uniform(0, 360),
        blur=rng.uniform(0.4, 1.0),
        noise=rng.uniform(1, 4),
        slope=rng.uniform(-0.15, 0.15),
        exposure=rng.uniform(0.8, 1.1),
        quality=int(rng.integers(75, 96)),
        seed=int(rng.integers(2**31)),
    )


@dataclass(frozen=True)
class Condition:
    """What differs from the usual photo, and what lies behind the paper."""

    name: str
    differs: Callable[[Rng], dict[str, Any]]
    behind: str = ""


def _between(name: str, low: float, high: float) -> Callable[[Rng], dict[str, Any]]:
    return lambda rng: {name: rng.uniform(low, high)}


def _stains(rng: Rng) -> dict[str, Any]:
    count = int(rng.integers(2, 7))
    spots = [(*rng.uniform(-24, 24, 2), rng.uniform(0.5, 2.0)) for _ in range(count)]
    return {"stains": tuple(spots)}


def _glare(rng: Rng) -> dict[str, Any]:
    return {"glare": (*rng.uniform(-25, 25, 2), rng.uniform(4, 12), rng.uniform(0.3, 0.9))}


def _finger(low: float, high: float) -> Callable[[Rng], dict[str, Any]]:
    def differs(rng: Rng) -> dict[str, Any]:
        angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(low, high)
        to_edge = max(abs(np.cos(angle)), abs(np.sin(angle)))
        return {"finger": (reach * np.cos(angle) / to_edge, reach * np.sin(angle) / to_edge)}

    return differs


def _cut(left: float) -> Callable[[Rng], dict[str, Any]]:
    """Cut by hand: every edge is up to a millimetre off."""

    def differs(rng: Rng) -> dict[str, Any]:
        edge = 20 + np.maximum(left + rng.uniform(-1, 1, 4), 0.0)
        return {"sheet": replace(cut_out(), cut=(-edge[0], -edge[1], edge[2], edge[3]))}

    return differs


def _printer(dpi: int, soft: float, ink: float) -> Callable[[Rng], dict[str, Any]]:
    return lambda rng: {"sheet": replace(cut_out(dpi, soft), ink=ink)}


CONDITIONS = (
    Condition("usual", lambda rng: {}),
    *(Condition(f"on {name}", lambda rng: {}, name) for name in ("skin", "cloth", "wood", "black")),
    Condition("on a real photo", lambda rng: {}, "photo"),
    *(
        Condition(f"tilted {n} degrees", lambda rng, n=n: {"tilt": n})
        for n in (5, 10, 15, 20, 30, 45)
    ),
    Condition("far (500 to 800 mm)", _between("distance", 500, 800)),
    Condition("very far (800 to 1300 mm)", _between("distance", 800, 1300)),
    Condition(
        "near (90 to 150 mm)", lambda rng: {"distance": rng.uniform(90, 150), "at": (0.5, 0.5)}
    ),
    Condition("lens distortion 3 %", lambda rng: {"distortion": rng.choice((-0.03, 0.03))}),
    Condition("in a corner", lambda rng: {"at": (0.15, 0.2), "distance": rng.uniform(300, 500)}),
    Condition("defocus 1.5 to 3 pixels", _between("blur", 1.5, 3)),
    Condition("defocus 3 to 5 pixels", _between("blur", 3, 5)),
    Condition(
        "moved 4 to 12 pixels", lambda rng: {"motion": tuple(rng.uniform((4, 0), (12, 180)))}
    ),
    Condition("dark and noisy", lambda rng: {"exposure": 0.45, "noise": rng.uniform(8, 16)}),
    Condition("overexposed", _between("exposure", 1.2, 1.5)),
    Condition("light from one side", lambda rng: {"slope": 0.6, "vignetting": 0.6}),
    Condition("edge of a shadow over it", _between("shadow", 0.4, 0.75)),
    Condition("glare", _glare),
    Condition("JPEG quality 40 to 60", lambda rng: {"quality": int(rng.integers(40, 61))}),
    Condition("finger on the white edge", _finger(21, 25)),
    Condition("finger on the black", _finger(10, 18)),
    Condition("blood spots", _stains),
    Condition("folded corner, white only", _between("fold", 4, 9)),
    Condition("folded corner, into the black", _between("fold", 16, 24)),
    Condition("around a limb of 80 mm radius", _between("bend", 75, 85)),
    Condition("around a limb of 45 mm radius", _between("bend", 40, 50)),
    Condition("around a limb of 25 mm radius", _between("bend", 20, 30)),
    Condition("cut with 4 mm of white", _cut(4)),
    Condition("cut with 2 mm of white", _cut(2)),
    Condition("cut at the black edge", _cut(0), "black"),
    Condition(
        "whole sheet",
        lambda rng: {"sheet": page_at(300), "distance": rng.uniform(350, 600), "tilt": 0},
    ),
    Condition("printed at 300 dpi, soft, grey ink", _printer(300, 0.12, 0.14)),
    Condition("printed at 1200 dpi", _printer(1200, 0.03, 0.03)),
    Condition("printed at 93 %", lambda rng: {"sheet": replace(cut_out(), scale=0.93)}),
)


@cache
def _photos() -> tuple[Path, ...]:
    return tuple(p for p in sorted(SAMPLES.rglob("*.jpg")) if _readable(p))


def _readable(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            image.draft("RGB", (400, 300))
            image.load()
            return min(image.size) >= 300 and image.width * image.height < 80_000_000
    except (OSError, SyntaxError):
        return False


def _background(name: str, size: tuple[int, int], rng: Rng) -> Image.Image:
    name = name or str(rng.choice(("skin", "skin", "cloth", "wood", "photo")))
    if name == "photo" and _photos():
        return photo(_photos()[rng.integers(len(_photos()))], size)
    return surface("skin" if name == "photo" else name, size, rng)


def shot(number: int, seed: int, corpus: Path | None) -> dict[str, Any]:
    """Take one photo of a condition and measure it."""
    condition = CONDITIONS[number]
    rng = np.random.default_rng([seed, number])
    taken = replace(usual(rng), **condition.differs(rng))
    kept = corpus / f"{condition.name} {seed}.jpg" if corpus else None
    if kept and kept.exists():
        grey = _grey(kept.read_bytes())
    else:
        stream = taken.taken(_background(condition.behind, taken.size, rng))
        grey = _grey(stream)
        if kept:
            kept.write_bytes(stream)
    started = time.process_time()
    scale = scale_of(grey)
    seconds = time.process_time() - started
    answer: dict[str, Any] = {"number": number, "seconds": seconds, "pixels": grey.size}
    if scale is not None:
        answer["refused"] = not scale.holds
    if scale is not None and scale.holds:
        spacing = scale.millimetres_per_pixel
        answer["error"] = spacing / taken.spacing - 1
        answer["near"] = max(abs(spacing * n - 1) for n in taken.lengths(NEAR))
        answer["at"] = max(abs(spacing * n - 1) for n in taken.lengths(15))
    return answer


def _grey(stream: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(stream)).convert("L"))


def _lookalike(name: str, seed: int) -> tuple[str, bool]:
    rng = np.random.default_rng([seed, len(name)])
    sheet: Print = lookalikes(rng)[name]
    taken = replace(usual(rng), sheet=sheet, tilt=rng.uniform(0, 15))
    grey = _grey(taken.taken(_background("", taken.size, rng)))
    return name, scale_of(grey) is not None


def _sample(path: Path) -> bool:
    with Image.open(path) as image:
        return scale_of(np.asarray(image.convert("L"))) is not None


def measured(
    shots: int, only: str, corpus: Path | None, pool: ProcessPoolExecutor
) -> list[dict[str, Any]]:
    """Every condition with its rate and its errors."""
    chosen = [n for n, c in enumerate(CONDITIONS) if only in c.name]
    jobs = [(n, seed, corpus) for n in chosen for seed in range(shots)]
    answers = list(pool.map(shot, *zip(*jobs, strict=True), chunksize=4))
    return [
        {"condition": CONDITIONS[n].name} | _summary([a for a in answers if a["number"] == n])
        for n in chosen
    ]


def _summary(answers: list[dict[str, Any]]) -> dict[str, Any]:
    found = [a for a in answers if "error" in a]
    row: dict[str, Any] = {"shots": len(answers), "found": len(found)}
    row["tooTilted"] = sum(a.get("refused", False) for a in answers)
    row["slowestSeconds"] = round(max(a["seconds"] for a in answers), 2)
    if found:
        errors = np.abs([a["error"] for a in found]) * 100
        row["medianError"], row["p95Error"] = np.percentile(errors, (50, 95)).round(2).tolist()
        row["maxError"] = round(float(errors.max()), 2)
        row["worstAtMarker"] = round(100 * max(a["at"] for a in found), 1)
        row["worstNear"] = round(100 * max(a["near"] for a in found), 1)
    return row


def false_finds(shots: int, pool: ProcessPoolExecutor) -> dict[str, dict[str, int]]:
    """What is not the marker: real photos, and printed things that look like it."""
    names = sorted(lookalikes(np.random.default_rng(0)))
    jobs = [(name, seed) for name in names for seed in range(shots)]
    looked = list(pool.map(_lookalike, *zip(*jobs, strict=True), chunksize=4))
    counts = {
        name: {"shots": shots, "found": sum(f for n, f in looked if n == name)} for name in names
    }
    photos = list(pool.map(_sample, _photos()))
    return {"real photos": {"shots": len(photos), "found": sum(photos)}, **counts}


def table(rows: list[dict[str, Any]], false: dict[str, dict[str, int]]) -> str:
    return "\n".join([*_conditions(rows), "", *_false(false)]) + "\n"


def _conditions(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "| condition | found | median | p95 | max | worst length at the marker | within 60 mm |"
    yield "|---|---|---|---|---|---|---|"
    keys = ("medianError", "p95Error", "maxError", "worstAtMarker", "worstNear")
    for row in rows:
        numbers = " | ".join(f"{row[k]} %" if k in row else "" for k in keys)
        yield f"| {row['condition']} | {row['found']} of {row['shots']} | {numbers} |"


def _false(false: dict[str, dict[str, int]]) -> Iterator[str]:
    yield "| not the marker | taken for it |"
    yield "|---|---|"
    for name, count in false.items():
        yield f"| {name} | {count['found']} of {count['shots']} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="part of a condition's name; writes nothing")
    parser.add_argument("--corpus", type=Path, help="folder that keeps the photos")
    options = parser.parse_args()
    if options.corpus:
        options.corpus.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(options.workers) as pool:
        rows = measured(options.shots, options.only, options.corpus, pool)
        print("\n".join(_conditions(rows)), flush=True)
        if options.only:
            return
        false = false_finds(max(1, options.shots // 2), pool)
    print("\n".join(_false(false)))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "marker.json").write_text(
        json.dumps({"conditions": rows, "notTheMarker": false}, indent=2) + "\n"
    )
    (RESULTS / "marker.md").write_text(table(rows, false))


if __name__ == "__main__":
    main()
