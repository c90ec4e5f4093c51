"""A scanner's slide file (SVS, NDPI, tiled TIFF) becomes DICOM files by wsidicomizer."""

from __future__ import annotations

from pathlib import Path

from hub import child
from hub.errors import DamagedImage, UnsupportedMedia

from . import wsidicomizer

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
"""TIFF and BigTIFF, which a slide of more than 4 GB is."""
_SECONDS = 4 * 3600
_LIMITS = child.Limits(
    memory=8192 * child.MIB,
    cpu_seconds=_SECONDS * 4,
    wall_seconds=_SECONDS,
    written=64 * 1024 * child.MIB,
    slow=True,
)


def is_slide(path: str) -> bool:
    """Whether the file is a slide of Aperio or Hamamatsu or a TIFF in several tiles.

    False where wsidicomizer is not installed: the reader of photos then has the word.
    """
    with open(path, "rb") as file:
        if file.read(4) not in _TIFF or wsidicomizer.program() is None:
            return False
    try:
        facts, _nothing = child.call(
            "hub.media.decode", {"do": "slide", "path": path}, child.Limits()
        )
    except child.ChildDied as exc:
        raise DamagedImage from exc
    return bool(facts["slide"])


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
