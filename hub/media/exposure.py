"""How a photo was exposed: Exif tags as attributes of group 0016 (PS3.17 Annex NNNN)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from .exif_tags import Tags

_Reader = Callable[[Tags, int], object | None]

_UNKNOWN = 0xFFFFFFFF
_SIGNED = frozenset({0x9201, 0x9204, 0x9400, 0x9403, 0x9405})
"""Tags of rationals with sign, but for BrightnessValue."""


def decimal_string(value: float) -> str | None:
    """Format for DS: at most 16 characters (PS3.5 6.2); None for what is no number."""
    if not math.isfinite(value):
        return None
    for digits in range(15, 0, -1):
        text = f"{value:.{digits}g}"
        if len(text) <= 16:
            return text
    return None


def _decimal(value: object) -> str | None:
    try:
        return decimal_string(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError, ArithmeticError):
        return None  # 0/0: the camera did not know


def _ds(tags: Tags, number: int) -> object | None:
    values = tags.numbers(number)
    return _decimal(values[0]) if values and not _is_unknown(tags, number) else None


def _is_unknown(tags: Tags, number: int) -> bool:
    """Whether a rational says by FFFFFFFF.H that it is unknown or infinite (Exif 2.32, 4.6.5).

    As a numerator with sign that is -1, which only Brightness does not take for a number.
    """
    for numerator, denominator in tags.rationals(number)[:1]:
        special = numerator == _UNKNOWN and number not in _SIGNED
        return special or denominator == _UNKNOWN
    return False


def _positive(read: _Reader) -> _Reader:
    """A value whose 0 means that it is not known."""

    def positive(tags: Tags, number: int) -> object | None:
        value = read(tags, number)
        return value if value not in (0, "0") else None

    return positive


def _ds4(tags: Tags, number: int) -> object | None:
    values = [_decimal(value) for value in tags.numbers(number)]
    return values if len(values) == 4 and None not in values else None


def _term(*allowed: int) -> _Reader:
    """A US that is a term list: makers' own numbers are left out (PS3.3 C.8.12.12)."""

    def read(tags: Tags, number: int) -> object | None:
        value = tags.integer(number)
        return value if value in allowed else None

    return read


def _is(tags: Tags, number: int) -> object | None:
    value = tags.integer(number)
    return value if value is not None and -(2**31) <= value < 2**31 else None


def _ut(tags: Tags, number: int) -> object | None:
    return tags.name(number) or None


def _version(tags: Tags, number: int) -> object | None:
    values = tags.numbers(number)
    digits = bytes(v for v in values if isinstance(v, int) and 0x30 <= v <= 0x39)
    return digits.decode("ascii") if len(digits) == 4 else None


def _flash(first_bit: int, bits: int) -> _Reader:
    def read(tags: Tags, number: int) -> object | None:
        value = tags.integer(number)
        return None if value is None else value >> first_bit & (1 << bits) - 1

    return read


_EXPOSURE: tuple[tuple[int, str, _Reader], ...] = (
    (0x829A, "ExposureTimeInSeconds", _ds),
    (0x829D, "FNumber", _ds),
    (0x9209, "FlashFiringStatus", _flash(0, 1)),
    (0x9209, "FlashReturnStatus", _flash(1, 2)),
    (0x9209, "FlashMode", _flash(3, 2)),
    (0x9209, "FlashFunctionPresent", _flash(5, 1)),
    (0x9209, "FlashRedEyeMode", _flash(6, 1)),
    (0x8822, "ExposureProgram", _term(*range(9))),
    (0x8824, "SpectralSensitivity", _ut),
    (0x8827, "PhotographicSensitivity", _is),
    (0x882B, "SelfTimerMode", _is),
    (0x8830, "SensitivityType", _term(*range(8))),
    (0x8831, "StandardOutputSensitivity", _is),
    (0x8832, "RecommendedExposureIndex", _is),
    (0x8833, "ISOSpeed", _is),
    (0x8834, "ISOSpeedLatitudeyyy", _is),
    (0x8835, "ISOSpeedLatitudezzz", _is),
    (0x9000, "EXIFVersion", _version),
    (0x9201, "ShutterSpeedValue", _ds),
    (0x9202, "ApertureValue", _ds),
    (0x9203, "BrightnessValue", _ds),
    (0x9204, "ExposureBiasValue", _ds),
    (0x9205, "MaxApertureValue", _ds),
    (0x9206, "SubjectDistance", _positive(_ds)),
    (0x9207, "MeteringMode", _term(*range(7), 255)),
    (0x9208, "LightSource", _term(*range(5), *range(9, 16), *range(17, 25), 255)),
    (0x920A, "FocalLength", _ds),
    (0x9400, "Temperature", _ds),
    (0x9401, "Humidity", _ds),
    (0x9402, "Pressure", _ds),
    (0x9403, "WaterDepth", _ds),
    (0x9404, "Acceleration", _ds),
    (0x9405, "CameraElevationAngle", _ds),
    (0xA20B, "FlashEnergy", _ds),
    (0xA215, "PhotographicExposureIndex", _ds),
    (0xA217, "SensingMethod", _term(1, 2, 3, 4, 5, 7, 8)),
    (0xA300, "FileSource", _term(0, 1, 2, 3)),
    (0xA301, "SceneType", _term(1)),
    (0xA401, "CustomRendered", _term(0, 1)),
    (0xA402, "ExposureMode", _term(0, 1, 2)),
    (0xA403, "WhiteBalance", _term(0, 1)),
    (0xA404, "DigitalZoomRatio", _ds),
    (0xA405, "FocalLengthIn35mmFilm", _positive(_is)),
    (0xA406, "SceneCaptureType", _term(0, 1, 2, 3)),
    (0xA407, "GainControl", _term(*range(5))),
    (0xA408, "Contrast", _term(0, 1, 2)),
    (0xA409, "Saturation", _term(0, 1, 2)),
    (0xA40A, "Sharpness", _term(0, 1, 2)),
    (0xA40C, "SubjectDistanceRange", _term(0, 1, 2, 3)),
    (0xA432, "LensSpecification", _ds4),
    (0xA433, "LensMake", _ut),
    (0xA434, "LensModel", _ut),
)
"""Exif tag, DICOM keyword, and how its value becomes one of the keyword's VR.

Not carried: SubjectArea and SubjectLocation (pixels of the image before it was turned),
WhitePoint and PrimaryChromaticities (Exif has twice the values DICOM takes), and the OECF,
SFR and CFA tables and device settings (maker's binary structures).
"""


def exposure_of(tags: Tags) -> Mapping[str, object]:
    """Return DICOM keywords with the values that the block gives them."""
    read: Iterable[tuple[str, object | None]] = (
        (keyword, reader(tags, number)) for number, keyword, reader in _EXPOSURE
    )
    return {keyword: value for keyword, value in read if value is not None}
