"""Millimetres for a photo in which the printed scale marker was said to lie."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from hub.errors import DamagedImage
from hub.model import Capture, Change, Media, Photograph
from hub.settings import Settings

from .decoded import Source, in_child
from .marker import NEAR, Scale
from .sniff import HEAD_BYTES, format_of

FOUND = "Scale found: "
"""How the sentence of the fidelity report begins."""


def with_scale(media: Media, capture: Capture, settings: Settings) -> Media:
    """Add the spacing of the pixels where the capture says that a marker is in the picture.

    Only then is a kept photo decoded. A marker that is not found adds nothing, one that is
    too tilted a sentence only.
    """
    if not capture.scale_marker or not isinstance(media, Photograph):
        return media
    scale = _scale(capture.source.path, settings.max_pixels)
    if scale is None:
        return media
    off = math.ceil(100 * scale.off)
    if not scale.holds:
        why = f"Lengths within {NEAR:g} mm of the printed marker would differ by up to {off} %"
        step = Change("No scale written: the printed marker is seen too tilted", why)
        return replace(media, scale_off=scale.off, changes=(*media.changes, step))
    spacing = scale.millimetres_per_pixel
    step = Change(
        f"{FOUND}{spacing:.4g} mm per pixel by the printed marker",
        "The capture says that a scale marker is in the picture; true in the marker's plane "
        f"only, there to {max(off, 1)} % within {NEAR:g} mm",
    )
    changes = (*media.changes, step)
    return replace(media, pixel_spacing=spacing, scale_off=scale.off, changes=changes)


def _scale(path: str, max_pixels: int) -> Scale | None:
    with Path(path).open("rb") as file:
        kind = format_of(file.read(HEAD_BYTES))
    source = Source(path, Path(path).stat().st_size, kind, max_pixels, keep_serial=False)
    request = {"do": "scale", "path": path, "format": kind, "maxPixels": max_pixels}
    try:
        facts, _nothing = in_child(source, request)
    except DamagedImage:
        # The photo itself was taken already; only its scale stays unknown.
        return None
    spacing, off = facts.get("millimetresPerPixel"), facts.get("off")
    if not isinstance(spacing, float) or not isinstance(off, float):
        return None
    return Scale(spacing, off)
