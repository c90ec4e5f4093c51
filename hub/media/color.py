"""Which ICC profile belongs to the pixels: the file's own, byte for byte, or sRGB by Exif."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from hub.model import Change

_MAX_PROFILE = 4 * 1024 * 1024
_SPACE_OF_SAMPLES = {1: b"GRAY", 3: b"RGB "}

_BROKEN = Change("ICC profile left out", "It is incomplete or not a profile of these pixels")
_MOVED = Change(
    "ICC profile moved to the ICC Profile attribute, byte for byte",
    "Viewers read colour from the attribute (PS3.3 C.11.15)",
)
_ADDED = Change("sRGB profile added", "Exif names sRGB as the colour space and no profile came")


@dataclass(frozen=True)
class Color:
    """ICC Profile (0028,2000) and Color Space (0028,2002) with what was done to get them."""

    profile: bytes | None = None
    space: str = ""
    changes: tuple[Change, ...] = ()


def color_of(profile: bytes | None, had_profile: bool, exif_space: str, samples: int) -> Color:
    """Decide the colour of pixels with `samples` components.

    A profile of the file wins over what Exif says. Grey pixels carry none: the ICC
    Profile Module describes colour.
    """
    if samples == 1:
        return Color(changes=(_BROKEN,) if had_profile else ())
    if profile is not None and is_profile_of(profile, samples):
        return Color(profile, "", (_MOVED,))
    left_out = (_BROKEN,) if had_profile else ()
    if exif_space == "SRGB":
        return Color(srgb_profile(), "SRGB", (*left_out, _ADDED))
    return Color(None, exif_space, left_out)


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
