"""The sheet with the marker as poppler draws it, and printed things that look like it."""

from __future__ import annotations

import subprocess
from functools import cache
from io import BytesIO

import numpy as np
import segno
from camera import Print, printed
from PIL import Image, ImageDraw, ImageOps

from hub.media.marker import PATTERN, QUIET, SIDE
from web import marker_sheet as sheet

MM = 25.4


@cache
def rastered(dpi: int) -> Image.Image:
    """The page in grey, as an independent renderer draws it."""
    command = ["pdftoppm", "-r", str(dpi), "-gray", "-"]
    done = subprocess.run(command, input=sheet.marker_sheet(), capture_output=True, check=True)
    return Image.open(BytesIO(done.stdout))


def _centre() -> tuple[float, float]:
    left, bottom = sheet.MARKERS[0]
    return left + SIDE / 2, sheet.HEIGHT - bottom - SIDE / 2


@cache
def page_at(dpi: int, soft: float = 0.05) -> Print:
    """The whole page."""
    x, y = _centre()
    edges = (-x, -y, sheet.WIDTH - x, sheet.HEIGHT - y)
    return Print(printed(rastered(dpi), dpi / MM, soft), dpi / MM, (x, y), edges)


@cache
def cut_out(dpi: int = 600, soft: float = 0.05) -> Print:
    """The marker as it is cut out at the printed line."""
    reach = SIDE / 2 + QUIET
    (x, y), dots = _centre(), dpi / MM
    box = tuple(round(n * dots) for n in (x - reach, y - reach, x + reach, y + reach))
    middle = (x - box[0] / dots, y - box[1] / dots)
    part = printed(rastered(dpi).crop(box), dots, soft)
    return Print(part, dots, middle, (-reach, -reach, reach, reach))


def _drawn(image: Image.Image, dots: float) -> Print:
    width, height = image.width / dots, image.height / dots
    edges = (-width / 2, -height / 2, width / 2, height / 2)
    return Print(printed(image, dots), dots, (width / 2, height / 2), edges)


def of_cells(cells: np.ndarray, *, corners: bool = True, squares: int = 4) -> Image.Image:
    """A square like the marker with other cells, ten dots a millimetre, with its white edge."""
    image = Image.new("L", (520, 520), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 60, 459, 459), fill=0)
    if corners:
        for x in (90, 390):
            for y in (90, 390):
                draw.rectangle((x, y, x + 39, y + 39), fill=255)
    cell = 240 // squares
    for (row, column), white in np.ndenumerate(cells):
        if white:
            x, y = 140 + cell * column, 140 + cell * row
            draw.rectangle((x, y, x + cell - 1, y + cell - 1), fill=255)
    return image


def _one_off(rng: np.random.Generator) -> np.ndarray:
    cells = PATTERN.copy()
    cells[tuple(rng.integers(0, 4, 2))] ^= True
    return cells


def _aruco(rng: np.random.Generator) -> Image.Image:
    cells = np.kron(np.pad(rng.integers(0, 2, (6, 6)), 1), np.ones((50, 50)))
    return Image.fromarray((np.pad(cells, 60, constant_values=1) * 255).astype(np.uint8))


def _qr(rng: np.random.Generator) -> Image.Image:
    out = BytesIO()
    segno.make(str(rng.integers(2**60)), micro=False).save(out, kind="png", scale=20, border=4)
    return Image.open(out).convert("L")


def _barcode(rng: np.random.Generator) -> Image.Image:
    bars = np.pad(np.repeat(rng.integers(0, 2, 95), 6), 60, constant_values=1)
    return Image.fromarray(np.tile((bars * 255).astype(np.uint8), (300, 1)))


def _board(rng: np.random.Generator) -> Image.Image:
    count = int(rng.integers(4, 12))
    return Image.fromarray(
        np.kron(np.indices((count, count)).sum(axis=0) % 2, np.full((60, 60), 255)).astype(np.uint8)
    )


def _tiles(rng: np.random.Generator) -> Image.Image:
    image = Image.new("L", (1200, 1200), 110)
    draw = ImageDraw.Draw(image)
    for x in range(0, 1200, 150):
        for y in range(0, 1200, 150):
            draw.rectangle((x + 6, y + 6, x + 143, y + 143), fill=int(rng.integers(15, 60)))
    return image


def _ruler(rng: np.random.Generator) -> Image.Image:
    image = Image.new("L", (1000, 200), 245)
    draw = ImageDraw.Draw(image)
    for n in range(100):
        draw.line((n * 10, 0, n * 10, 90 if n % 10 == 0 else 55), fill=20, width=2)
        if n % 10 == 0:
            draw.text((n * 10 + 3, 100), str(n // 10), fill=20)
    return image


def _text(rng: np.random.Generator) -> Image.Image:
    image = Image.new("L", (1000, 1000), 250)
    draw = ImageDraw.Draw(image)
    for n in range(40):
        letters = rng.integers(97, 123, 90).astype(np.uint8).tobytes().decode()
        draw.text((40, 40 + 23 * n), letters, fill=10)
    return image


def lookalikes(rng: np.random.Generator) -> dict[str, Print]:
    """Squares, codes and patterns of others, each printed about as large as the marker."""
    random = rng.integers(0, 2, (4, 4)).astype(bool)
    pictures = {
        "QR code": _qr(rng),
        "bar code": _barcode(rng),
        "chessboard": _board(rng),
        "dark tiles": _tiles(rng),
        "ruler": _ruler(rng),
        "page of text": _text(rng),
        "square code of 6 by 6": _aruco(rng),
        "our frame, random cells": of_cells(random),
        "our frame, one cell wrong": of_cells(_one_off(rng)),
        "our frame, all cells white": of_cells(np.ones((4, 4), bool)),
        "our cells, no corner squares": of_cells(PATTERN, corners=False),
        "the marker mirrored": ImageOps.mirror(of_cells(PATTERN)),
        "the marker in negative": ImageOps.invert(of_cells(PATTERN)),
    }
    return {name: _drawn(image, image.width / 52) for name, image in pictures.items()}
