"""Drawn photos whose corners tell how they are turned, in every format and with any metadata."""

from __future__ import annotations

import io
import struct

import jpeg_ls
import numpy as np
from PIL import Image, ImageDraw

from hub.model import Photograph

CORNERS = {
    "top left": (220, 30, 30),
    "top right": (30, 200, 30),
    "bottom left": (40, 40, 220),
    "bottom right": (230, 220, 30),
}
_AS_STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera held in each orientation stores an upright scene."""


def scene(width: int = 160, height: int = 128) -> Image.Image:
    """An upright picture with one colour in each corner."""
    image = Image.new("RGB", (width, height), (205, 160, 130))
    draw = ImageDraw.Draw(image)
    w, h = width // 3, height // 3
    boxes = ((0, 0), (width - w, 0), (0, height - h), (width - w, height - h))
    for (x, y), colour in zip(boxes, CORNERS.values(), strict=True):
        draw.rectangle((x, y, x + w - 1, y + h - 1), fill=colour)
    return image


def as_camera_stores(image: Image.Image, orientation: int) -> Image.Image:
    how = _AS_STORED[orientation]
    return image if how is None else image.transpose(how)


def encoded(image: Image.Image, format: str, **save: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **save)
    return out.getvalue()


def jpeg(width: int = 160, height: int = 128, orientation: int = 1, **save: object) -> bytes:
    """A JPEG of the scene as a camera held in `orientation` stores it, Exif saying so."""
    stored = as_camera_stores(scene(width, height), orientation)
    options: dict = {"quality": 92, "exif": exif(orientation=orientation), **save}
    return encoded(stored, "JPEG", **options)


def exif(orientation: int = 1, **tags: object) -> bytes:
    """An Exif block; `tags` are of the Exif directory, by number as `t9003`."""
    block = Image.Exif()
    block[0x0112] = orientation
    directory = block.get_ifd(0x8769)
    for name, value in tags.items():
        number = int(name[1:], 16)
        (block if number in (0x010F, 0x0110, 0x0131, 0x0132, 0x013B) else directory)[number] = value
    return block.tobytes()


def app_segment(number: int, body: bytes) -> bytes:
    return bytes([0xFF, 0xE0 + number]) + struct.pack(">H", len(body) + 2) + body


def with_segments(stream: bytes, *segments: bytes) -> bytes:
    """The JPEG with segments put in after SOI."""
    return stream[:2] + b"".join(segments) + stream[2:]


def pixels(photo: Photograph) -> Image.Image:
    """What a DICOM viewer would show of the photograph's payload."""
    stream = b"".join(photo.payload)
    if photo.encoding.startswith("jpeg-ls"):
        values = np.asarray(jpeg_ls.decode(np.frombuffer(stream, np.uint8)))
        return Image.fromarray(values)
    if photo.encoding == "native":
        shape = (photo.rows, photo.columns, *((3,) if photo.samples_per_pixel == 3 else ()))
        return Image.fromarray(np.frombuffer(stream, np.uint8).reshape(shape))
    return Image.open(io.BytesIO(stream)).convert("RGB" if photo.samples_per_pixel == 3 else "L")


def corner_names(image: Image.Image) -> list[str]:
    """Which of the scene's colours each corner has, in the order of `CORNERS`."""
    w, h = image.size
    points = ((4, 4), (w - 5, 4), (4, h - 5), (w - 5, h - 5))
    return [_nearest(image.convert("RGB").getpixel(point)) for point in points]


def _nearest(colour: tuple[int, int, int]) -> str:
    return min(
        CORNERS,
        key=lambda name: sum((a - b) ** 2 for a, b in zip(CORNERS[name], colour, strict=True)),
    )


def entropy_coded(stream: bytes) -> list[bytes]:
    """The entropy-coded data of each scan of a JPEG (T.81 B.1.1.5)."""
    scans, position = [], 2
    while stream[position + 1] != 0xD9:
        marker = stream[position + 1]
        position += 2 + struct.unpack(">H", stream[position + 2 : position + 4])[0]
        if marker == 0xDA:
            start = position
            while stream[position] != 0xFF or stream[position + 1] in (0, *range(0xD0, 0xD8)):
                position += 1
            scans.append(stream[start:position])
    return scans
