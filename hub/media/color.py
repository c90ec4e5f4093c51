"""Which ICC profile belongs to the pixels: the file's own without free text, or a named one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from hub.model import Change

from .icc_clean import cleaned
from .icc_made import adobe_rgb, display_p3, measured

_MAX_PROFILE = 4 * 1024 * 1024
_SPACE_OF_SAMPLES = {1: b"GRAY", 3: b"RGB "}

_BROKEN = Change("ICC profile left out", "It is incomplete or not a profile of these pixels")
_MOVED = Change(
    "ICC profile moved to the ICC Profile attribute, byte for byte",
    "Viewers read colour from the attribute (PS3.3 C.11.15)",
)
_CLEANED = Change(
    "ICC profile moved to the ICC Profile attribute, its colour values as they were",
    "Its description, copyright and private parts are free text and were left out",
)
_GREY = Change(
    "ICC profile left out", "The pixels are grey and the attribute describes colour (C.11.15)"
)
_P3_ADDED = Change(
    "Display P3 profile added", "The file names Display P3 by code and brings no profile"
)
_ADOBE_ADDED = Change(
    "Adobe RGB profile added", "The file names Adobe RGB as its colour space and brings no profile"
)
_MADE = Change(
    "ICC profile made of gamma and primaries", "The file says its colours by numbers (gAMA, cHRM)"
)
_OF_INKS = Change("sRGB profile added", "The inks were converted to sRGB by the file's own profile")
_ADDED = Change(
    "sRGB profile added", "The file names sRGB as its colour space and brings no profile"
)


@dataclass(frozen=True)
class Color:
    """ICC Profile (0028,2000) and Color Space (0028,2002) with what was done to get them."""

    profile: bytes | None = None
    space: str = ""
    changes: tuple[Change, ...] = ()


def color_of(
    profile: bytes | None,
    had_profile: bool,
    named: str,
    samples: int,
    numbers: Sequence[float] = (),
) -> Color:
    """Decide the colour of pixels with `samples` components.

    A profile of the file wins over the space it names (`SRGB`, `ADOBERGB`, `P3`), and that
    over the `numbers` it gives. Grey pixels carry none: the ICC Profile Module describes colour.
    """
    if samples == 1:
        return Color(changes=(_GREY,) if had_profile else ())
    kept = cleaned(profile) if profile and is_profile_of(profile, samples) else None
    if kept is not None:
        return Color(kept, "", (_MOVED if kept is profile else _CLEANED,))
    made = _made(named, numbers)
    return replace(made, changes=((_BROKEN,) if had_profile else ()) + made.changes)


def color_of_inks(by_profile: bool) -> Color:
    """Colour of inks that became RGB: known only where their profile said what they are."""
    return Color(srgb_profile(), "SRGB", (_OF_INKS,)) if by_profile else Color()


def _made(named: str, numbers: Sequence[float]) -> Color:
    """What stands in for a profile that the file does not bring."""
    if named == "SRGB":
        return Color(srgb_profile(), "SRGB", (_ADDED,))
    if named == "ADOBERGB":
        return Color(adobe_rgb(), "ADOBERGB", (_ADOBE_ADDED,))
    if named == "P3":
        # Color Space (0028,2002) has no term for Display P3 (PS3.3 C.11.15.1.2).
        return Color(display_p3(), "", (_P3_ADDED,))
    return Color(measured(numbers), "", (_MADE,)) if numbers else Color()


def is_profile_of(profile: bytes, samples: int) -> bool:
    """Check the header (ICC.1, 7.2): its own length, signature, and a fitting colour space."""
    return (
        132 <= len(profile) <= _MAX_PROFILE
        and int.from_bytes(profile[:4], "big") == len(profile)
        and profile[36:40] == b"acsp"
        and profile[16:20] == _SPACE_OF_SAMPLES[samples]
    )


@cache
def srgb_profile() -> bytes:
    """Return the sRGB profile shipped with the hub (written by LittleCMS, free of rights)."""
    return (files("hub.media") / "icc" / "srgb.icc").read_bytes()
