"""Millimetres for a photo in which the printed scale marker was said to lie."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hub.errors import DamagedImage
from hub.model import Capture, Change, Media, Photograph
from hub.settings import Settings

from .decoded import Source, in_child
from .sniff import HEAD_BYTES, format_of

FOUND = "Scale found: "
"""How the sentence of the fidelity report begins."""


def with_scale(media: Media, capture: Capture, settings: Settings) -> Media:
    """Add the spacing of the pixels where the capture says that a marker is in the picture.

    Only then is a kept photo decoded. A marker that is not found adds nothing.
    """
    if not capture.scale_marker or not isinstance(media, Photograph):
        return media
    millimetres = _millimetres_per_pixel(capture.source.path, settings.max_pixels)
    if millimetres is None:
        return media
    step = Change(
        f"{FOUND}{millimetres:.4g} mm per pixel by the printed marker",
        "The capture says that a scale marker is in the picture; true in the marker's plane only",
    )
    return replace(media, pixel_spacing=millimetres, changes=(*media.changes, step))


def _millimetres_per_pixel(path: str, max_pixels: int) -> float | None:
    with Path(path).open("rb") as file:
        kind = format_of(file.read(HEAD_BYTES))
    source = Source(path, Path(path).stat().st_size, kind, max_pixels, keep_serial=False)
    request = {"do": "scale", "path": path, "format": kind, "maxPixels": max_pixels}
    try:
        facts, _nothing = in_child(source, request)
    except DamagedImage:
        # The photo itself was taken already; only its scale stays unknown.
        return None
    found = facts.get("millimetresPerPixel")
    return found if isinstance(found, float) else None
