"""Colour that PNG and BMP files say without a profile: by codes, by numbers, or by name."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

_SIGNATURE, _IMAGE_DATA = 8, b"IDAT"
_MOST_CHUNKS = 1000
_OF_SRGB = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
_GAMMA_OF_SRGB = 1 / 2.2

_CALIBRATED, _EMBEDDED, _V5_SIZE = 14 + 56, b"DEBM", 124
_SRGB_OF_BMP = b"BGRs"


@dataclass(frozen=True)
class Colour:
    """What one file says; each field is empty where it says nothing."""

    codes: tuple[int, int] = (2, 2)
    """Colour primaries and transfer characteristics (ISO/IEC 23091-2); 2 says nothing."""
    named: str = ""
    measured: tuple[float, ...] = ()
    """Gamma, then x and y of white, red, green and blue."""
    profile: bytes | None = None


def colour_of_png(image: Image.Image, path: str) -> Colour:
    """Read cICP, sRGB, then gAMA and cHRM: that is their rank (PNG, third edition, 4.3)."""
    codes = _cicp(path)
    if codes != (2, 2):
        return Colour(codes)
    if "srgb" in image.info:
        return Colour(named="SRGB")
    return Colour(measured=_measured(image.info.get("gamma"), image.info.get("chromaticity")))


def _measured(gamma: float | None, chroma: tuple[float, ...] | None) -> tuple[float, ...]:
    """Numbers that are those of sRGB, or too odd to be true, say nothing."""
    power = gamma or _GAMMA_OF_SRGB
    places = tuple(chroma) if chroma and len(chroma) == 8 else _OF_SRGB
    like_srgb = abs(power - _GAMMA_OF_SRGB) < 0.005 and _near(places, _OF_SRGB)
    possible = 0.2 <= power <= 2 and all(0 <= place <= 1 for place in places)
    return () if like_srgb or not possible else (1 / power, *places)


def _near(places: tuple[float, ...], others: tuple[float, ...]) -> bool:
    return all(abs(a - b) < 0.005 for a, b in zip(places, others, strict=True))


def _cicp(path: str) -> tuple[int, int]:
    """The codes of the cICP chunk, which stands before the image data."""
    with Path(path).open("rb") as file:
        position = _SIGNATURE
        for _ in range(_MOST_CHUNKS):
            file.seek(position)
            head = file.read(12)
            if len(head) < 12 or head[4:8] == _IMAGE_DATA:
                break
            if head[4:8] == b"cICP":
                return head[8], head[9]
            position += 12 + struct.unpack(">I", head[:4])[0]
    return 2, 2


def colour_of_bmp(path: str) -> Colour:
    """Read the colour space of a version 5 header; a linked profile is never opened."""
    with Path(path).open("rb") as file:
        head = file.read(14 + _V5_SIZE)
        if len(head) < 14 + _V5_SIZE or head[14] != _V5_SIZE:
            return Colour()
        kind = head[_CALIBRATED : _CALIBRATED + 4]
        if kind == _SRGB_OF_BMP:
            return Colour(named="SRGB")
        if kind != _EMBEDDED:
            return Colour()
        offset, size = struct.unpack("<2I", head[14 + 112 : 14 + 120])
        file.seek(14 + offset)
        return Colour(profile=file.read(min(size, 1 << 22)))
