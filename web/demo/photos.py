"""Drawn pictures as the JPEG files of a camera: EXIF, and some of them lying on their side."""

from __future__ import annotations

import io
from datetime import datetime

from PIL import Image

from .pictures import draw

# A camera held upright stores its picture lying down and says so (EXIF 2.32, 4.6.4 A).
_ORIENTATION = {"ear_lesion": 6, "leg_bruise": 6, "knee_graze": 3}
_TURN = {6: Image.Transpose.ROTATE_90, 3: Image.Transpose.ROTATE_180}

_IMAGE_IFD = {271: "Demo", 272: "Drawn Camera", 305: "imaging-hub demo"}
_EXIF_IFD = 0x8769
_GPS_IFD = 0x8825


def camera_jpeg(name: str, taken_at: datetime) -> bytes:
    """Return the picture called `name` as a JPEG of 1600 x 1200 that was taken then.

    It names a place (0° N, 0° E, open sea), so that a reader of the stored object can
    see that the hub leaves places behind.
    """
    orientation = _ORIENTATION.get(name, 1)
    picture = draw(name)
    if orientation in _TURN:
        picture = picture.transpose(_TURN[orientation])
    out = io.BytesIO()
    exif = _exif(taken_at, orientation)
    picture.save(out, "JPEG", quality=85, subsampling="4:2:0", exif=exif)
    return out.getvalue()


def _exif(taken_at: datetime, orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif.update({**_IMAGE_IFD, 274: orientation})
    offset = f"{taken_at:%z}"
    exif.get_ifd(_EXIF_IFD).update(
        {
            0x829A: 1 / 125,  # ExposureTime
            0x829D: 4.0,  # FNumber
            0x8827: 200,  # PhotographicSensitivity
            0x9003: f"{taken_at:%Y:%m:%d %H:%M:%S}",  # DateTimeOriginal
            0x9011: f"{offset[:3]}:{offset[3:]}",  # OffsetTimeOriginal
            0x9209: 16,  # Flash: off, compulsory
            0x920A: 26.0,  # FocalLength
            0xA405: 52,  # FocalLengthIn35mmFilm
        }
    )
    exif.get_ifd(_GPS_IFD).update(
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)}  # latitude, longitude
    )
    return exif
