"""A scanner's slide file (SVS, NDPI, tiled TIFF) becomes DICOM files by wsidicomizer."""

from __future__ import annotations

import base64
from datetime import datetime
from pathlib import Path
from typing import Any

from hub import child
from hub.errors import DamagedImage, UnsupportedMedia
from hub.model import Change, Slide

from . import wsidicomizer
from .changes import LEFT_OUT, PRIVATE
from .color import color_of, srgb_profile
from .segments import counted

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""TIFF and BigTIFF, which a slide of more than 4 GB is."""
_ASSUMED = Change("sRGB profile added", "DICOM asks for one, and the file brings none that holds")
_SECONDS = 4 * 3600
_LIMITS = child.Limits(
    memory=8192 * child.MIB,
    cpu_seconds=_SECONDS * 4,
    wall_seconds=_SECONDS,
    written=64 * 1024 * child.MIB,
    slow=True,
)


def slide(path: str) -> Slide | None:
    """Return what the slide file at `path` says of itself; None for what is no slide.

    None where wsidicomizer is not installed: the reader of photos then has the word.
    Raises DamagedImage for a file whose directories contradict it.
    """
    with open(path, "rb") as file:
        if file.read(4) not in _TIFF or wsidicomizer.program() is None:
            return None
    try:
        facts, _nothing = child.call("hub.media.slide_tiff", {"path": path}, child.Limits())
    except child.ChildDied as exc:
        raise DamagedImage from exc
    if not facts["slide"]:
        return None
    if "refused" in facts:
        raise DamagedImage(f"This slide cannot be read: {facts['refused']}.")
    return _slide(facts)


def _slide(facts: dict[str, Any]) -> Slide:
    profile = base64.b64decode(facts["icc"])
    color = color_of(profile, bool(profile), "", 3)
    left_out = counted(facts["leftOut"])
    dropped = (Change(LEFT_OUT + ", ".join(left_out), PRIVATE),) if left_out else ()
    return Slide(
        encoding="slide",
        payload=(),
        source_format=facts["format"],
        taken_at=_moment(facts["takenAt"]),
        icc_profile=color.profile or srgb_profile(),
        default_profile=srgb_profile(),
        lossy=(tuple(facts["lossy"]),) if facts["lossy"] else (),
        changes=(*color.changes, *(() if color.profile else (_ASSUMED,)), *dropped),
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def converted(path: str, folder: Path) -> list[Path]:
    """Return the DICOM files of a slide, written below `folder`.

    Raises DamagedImage when wsidicomizer cannot read the file, UnsupportedMedia when it
    takes too long.
    """
    output = folder / "converted"
    request = {"path": str(Path(path).absolute()), "output": str(output)}
    try:
        facts, _nothing = child.call(
            "hub.media.wsidicomizer", {**request, "seconds_allowed": _SECONDS - 1}, _LIMITS
        )
    except child.ChildDied as exc:
        raise DamagedImage from exc
    if facts.get("refused") == "time":
        raise UnsupportedMedia("To convert this slide takes longer than the hub allows.")
    files = sorted(output.glob("*.dcm"))
    if "refused" in facts or not files:
        raise DamagedImage("This slide cannot be read, even by wsidicomizer.")
    return files
