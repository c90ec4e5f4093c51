"""Our object beside those of img2dcm, Orthanc and gdcmimg, for the same ten real photos.

`python -m bench.comparison` runs all four and writes `results/comparison.json` and `.html`.
The photos are sample data and not part of the repository; only measures of them are kept.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pydicom
from PIL import Image, ImageCms, ImageOps

from bench.orthanc import Orthanc
from hub.dicom.uids import UIDs
from hub.errors import HubError
from hub.media.jpeg import parse
from hub.model import Capture, Code, Laterality, Patient, SealedEncounter, SourceFile
from hub.settings import Settings
from hub.wrap import Wrap, derived_capture_id

REPOSITORY = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"
PHOTOS = (
    "jpg/Canon_40D.jpg",
    "jpg/Nikon_D70.jpg",
    "jpg/Canon_40D_photoshop_import.jpg",
    "jpg/gps/DSCN0010.jpg",
    "jpg/orientation/landscape_6.jpg",
    "jpg/orientation/portrait_8.jpg",
    "jpg/orientation/landscape_3.jpg",
    "tiff/BSG1.tiff",
    "heic/IMG_5195.HEIC",
    "heic/mobile/iphone_13_pro_max.HEIC",
)
_PRIVATE = {
    "Exif": b"Exif\x00\x00",
    "XMP": b"http://ns.adobe.com/xap/1.0/",
    "IPTC": b"Photoshop 3.0",
    "multi-picture index": b"MPF\x00",
}
_LARGEST_SIDE = 64

Tool = Callable[[Path, Path], str]
"""Makes the object of one photo; returns why not, or nothing."""

pillow_heif.register_heif_opener()
warnings.simplefilter("ignore")
_wrapping = Wrap(UIDs(b"bench" * 8), Settings())


def ours(photo: Path, target: Path) -> str:
    content = photo.read_bytes()
    capture = Capture(
        capture_id="",
        source=SourceFile(str(photo), hashlib.sha256(content).hexdigest(), len(content)),
        patient=Patient("1", "HOSP", "Bench^Mark"),
        encounter=SealedEncounter("V-1", "HOSP", "Dermatology", datetime(2026, 1, 2, tzinfo=UTC)),
        anatomic_region=Code("SCT", "85562004"),
        laterality=Laterality.LEFT,
        captured_at=None,
    )
    try:
        built, _ = _wrapping.object_of(replace(capture, capture_id=derived_capture_id(capture)))
    except HubError as refusal:
        return refusal.code
    with target.open("wb") as file:
        built.write_to(file.write)
    return ""


def _program(*command: str) -> Tool:
    def run(photo: Path, target: Path) -> str:
        done = subprocess.run(
            [*command, str(photo), str(target)], capture_output=True, text=True, check=False
        )
        if done.returncode == 0 and target.exists():
            return ""
        words = (done.stderr or done.stdout).strip().splitlines()
        return re.sub(r"/\S+/", "", words[-1])[:120] if words else f"exit code {done.returncode}"

    return run


def run(folder: Path) -> list[dict[str, Any]]:
    """Measure every photo with every tool."""
    with Orthanc() as orthanc:
        tools: dict[str, Tool] = {
            "hub": ours,
            "img2dcm": _program("img2dcm", "-vlp"),
            "Orthanc create-dicom": orthanc.create,
            "gdcmimg": _program("gdcmimg"),
        }
        return [_measured_by_all(folder / name, name, tools) for name in PHOTOS]


def _measured_by_all(photo: Path, name: str, tools: dict[str, Tool]) -> dict[str, Any]:
    row: dict[str, Any] = {"photo": name, "bytes": photo.stat().st_size, **_about(photo)}
    return row | {"tools": {tool: _measured(photo, make) for tool, make in tools.items()}}


def _about(photo: Path) -> dict[str, Any]:
    with Image.open(photo) as image:
        orientation = image.info.get("original_orientation") or image.getexif().get(0x0112, 1)
        return {"orientation": orientation, "profile": _profile_name(image.info.get("icc_profile"))}


def _measured(photo: Path, make: Tool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "1.dcm", Path(folder) / "2.dcm"
        refused = make(photo, first)
        if refused:
            return {"refused": refused}
        make(photo, second)
        return {**_measures(photo, first), "sameUIDsAgain": _uids(first) == _uids(second)}


def _uids(path: Path) -> list[str]:
    ds = pydicom.dcmread(path, stop_before_pixels=True, force=True)
    return [str(ds.get(k)) for k in ("StudyInstanceUID", "SOPInstanceUID")]


def _measures(photo: Path, path: Path) -> dict[str, Any]:
    ds = pydicom.dcmread(path, force=True)
    return {
        "sizeRatio": round(path.stat().st_size / photo.stat().st_size, 2),
        "upright": _is_upright(photo, ds),
        "profile": _profile_of(photo, ds),
        "lossyFlag": str(ds.get("LossyImageCompression", "absent")),
        "sameCodedData": _same_coded_data(photo, ds),
        "leaks": _leaks(photo, path.read_bytes()),
        "dciodvfyErrors": _errors(path),
        "sopClass": bool(ds.get("SOPClassUID")),
    }


def _is_upright(photo: Path, ds: pydicom.Dataset) -> bool | None:
    """Whether the pixels are the photo as its taker saw it; None where nothing can be decoded."""
    try:
        shown = Image.fromarray(ds.pixel_array).convert("RGB")
    except Exception:
        return None
    with Image.open(photo) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    if shown.size != upright.size:
        return False
    small = [np.asarray(i.resize((_LARGEST_SIDE,) * 2), dtype=float) for i in (shown, upright)]
    return bool(np.abs(small[0] - small[1]).mean() < 8)


def _profile_of(photo: Path, ds: pydicom.Dataset) -> str:
    with Image.open(photo) as image:
        source = image.info.get("icc_profile")
    kept = ds.get("ICCProfile")
    if not kept:
        return "lost" if source else "none to keep"
    if source and kept.rstrip(b"\x00") == source.rstrip(b"\x00"):
        return "identical"
    if not source:
        return "added"
    return "same colours" if (_in_srgb(kept) == _in_srgb(source)).all() else "changed"


def _in_srgb(profile: bytes) -> np.ndarray:
    values = np.random.default_rng(7).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    target = ImageCms.createProfile("sRGB")
    return np.asarray(ImageCms.profileToProfile(Image.fromarray(values), source, target))


def _profile_name(profile: bytes | None) -> str:
    if not profile:
        return ""
    return ImageCms.getProfileDescription(ImageCms.ImageCmsProfile(io.BytesIO(profile))).strip()


def _same_coded_data(photo: Path, ds: pydicom.Dataset) -> bool | None:
    """Whether the scans of the JPEG lie in the object byte for byte; None for other formats."""
    if photo.suffix.lower() != ".jpg":
        return None
    scans = max(parse(photo.read_bytes()).slices, key=len)
    return bytes(scans)[-2000:-2] in ds.PixelData


def _leaks(photo: Path, stored: bytes) -> list[str]:
    """Kinds of private metadata of the source that can still be found in the object."""
    source = photo.read_bytes()
    found = [kind for kind, mark in _PRIVATE.items() if mark in source and mark in stored]
    with Image.open(photo) as image:
        maker = image.getexif().get_ifd(0x8769).get(0x927C)
    if isinstance(maker, bytes) and len(maker) > 64 and maker[32:64] in stored:
        found.append("maker note")
    return found


def _errors(path: Path) -> int:
    program = Path(sys.executable).parent / "dciodvfy"
    done = subprocess.run([program, "-new", path], capture_output=True, text=True, check=False)
    return len(re.findall(r"^Error\b", done.stdout + done.stderr, re.MULTILINE))


_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem;color:#111}
table{border-collapse:collapse}th,td{border:1px solid #bbb;padding:.35rem .6rem;
vertical-align:top;text-align:left}.bad{color:#a30000}.good{color:#005a1c}
"""


def page(rows: list[dict[str, Any]]) -> str:
    """The measures as one HTML file without script."""
    head = "".join(f"<th scope='col'>{escape(tool)}</th>" for tool in rows[0]["tools"])
    body = "".join(_row(row) for row in rows)
    return (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        f"<title>Ten photos, four programs</title><style>{_STYLE}</style></head><body>"
        "<h1>Ten photos, four programs</h1><p>Made by running each program on the same file, "
        "twice. <code>python -m bench.comparison</code> makes this page again.</p>"
        f"<table><tr><th scope='col'>Photo</th>{head}</tr>{body}</table></body></html>\n"
    )


def _row(row: dict[str, Any]) -> str:
    about = f"{row['bytes']:,} bytes<br>Exif orientation {row['orientation']}"
    about += f"<br>{escape(row['profile'])}" if row["profile"] else ""
    cells = "".join(f"<td>{_cell(found)}</td>" for found in row["tools"].values())
    return f"<tr><th scope='row'>{escape(row['photo'])}<br><small>{about}</small></th>{cells}</tr>"


def _cell(found: dict[str, Any]) -> str:
    if "refused" in found:
        return f"<span class='bad'>no object: {escape(found['refused'])}</span>"
    lines = (
        (found["upright"] is True, {True: "upright", False: "sideways or changed"}.get(
            found["upright"], "cannot be decoded")),
        (found["profile"] not in {"lost", "changed"}, f"profile: {found['profile']}"),
        (found["sizeRatio"] < 2, f"{found['sizeRatio']} times the source"),
        (not found["leaks"], "leaks " + ", ".join(found["leaks"]) if found["leaks"] else "no leak"),
        (not found["dciodvfyErrors"], f"{found['dciodvfyErrors']} errors (dciodvfy)"),
        (found["sameUIDsAgain"], "same UIDs again" if found["sameUIDsAgain"] else "new UIDs again"),
        (found["sameCodedData"] is not False, {True: "coded data identical", False:
            "coded data changed"}.get(found["sameCodedData"], "decoded")),
    )  # fmt: skip
    return "<br>".join(
        f"<span class='{'good' if good else 'bad'}'>{escape(text)}</span>" for good, text in lines
    )


def main() -> None:
    data = os.environ.get("HUB_SAMPLE_DATA", REPOSITORY.parent / "shared" / "data")
    rows = run(Path(data) / "photos")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "comparison.json").write_text(json.dumps(rows, indent=2) + "\n")
    (RESULTS / "comparison.html").write_text(page(rows))
    print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
