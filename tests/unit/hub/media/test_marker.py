"""The printed scale marker is found at any turn, and nothing else is ever taken for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawn import scene
from drawn_marker import with_marker
from PIL import Image, ImageDraw, ImageOps

from hub.media.marker import PATTERN, SIDE, millimetres_per_pixel


def found(image: Image.Image) -> float | None:
    return millimetres_per_pixel(np.asarray(image.convert("L")))


@pytest.mark.parametrize("size", [60, 75, 110, 190, 280])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"turn": 13},
        {"turn": 45},
        {"turn": 90},
        {"turn": 181},
        {"turn": 290, "blur": 1.2},
        {"noise": 14},
        {"tilt": 0.06, "turn": 20},
        {"at": (0.53, 0.51), "blur": 0.7, "noise": 5, "turn": 71},
    ],
    ids=str,
)
def test_spacing_is_that_of_the_drawn_marker(size: int, how: dict):
    spacing = found(with_marker(scene(640, 480), size, **how))

    assert spacing == pytest.approx(SIDE / size, rel=0.015)


def test_a_marker_in_a_large_photo_is_measured_in_its_own_pixels():
    photo = with_marker(scene(2400, 1800), 301, turn=33, at=(0.3, 0.6), blur=1.0)

    assert found(photo) == pytest.approx(SIDE / 301, rel=0.005)


@pytest.mark.parametrize("tilt", [0.2, 0.35])
def test_a_tilted_marker_has_no_single_scale(tilt: float):
    assert found(with_marker(scene(640, 480), 200, tilt=tilt)) is None


def test_a_marker_without_enough_pixels_is_not_measured():
    assert found(with_marker(scene(640, 480), 40)) is None


def test_a_mirrored_marker_is_none():
    assert found(ImageOps.mirror(with_marker(scene(640, 480), 200))) is None


def test_a_covered_part_is_no_marker():
    photo = with_marker(scene(640, 480), 200)
    ImageDraw.Draw(photo).ellipse((300, 220, 370, 290), fill=(205, 160, 130))

    assert found(photo) is None


def chessboard() -> Image.Image:
    squares = (np.indices((8, 8)).sum(axis=0) % 2 * 255).astype(np.uint8)
    return Image.fromarray(np.kron(squares, np.ones((50, 50), np.uint8)))


def ruler() -> Image.Image:
    image = Image.new("L", (800, 200), 230)
    draw = ImageDraw.Draw(image)
    for n in range(80):
        draw.rectangle((n * 10, 0, n * 10 + 3, 100 if n % 10 == 0 else 50), fill=20)
    return image


def code_like(seed: int) -> Image.Image:
    """A black frame with corner squares and cells as the marker's, of another pattern."""
    cells = np.random.default_rng(seed).integers(0, 2, (4, 4)).astype(bool)
    image = Image.new("L", (400, 400), 235)
    draw = ImageDraw.Draw(image)
    draw.rectangle((80, 80, 319, 319), fill=25)
    for x in (98, 278):
        for y in (98, 278):
            draw.rectangle((x, y, x + 23, y + 23), fill=235)
    for (row, column), white in np.ndenumerate(cells):
        if white:
            x, y = 128 + 36 * column, 128 + 36 * row
            draw.rectangle((x, y, x + 35, y + 35), fill=235)
    assert not any(np.array_equal(np.rot90(PATTERN, n), cells) for n in range(4))
    return image


@pytest.mark.parametrize(
    "image",
    [scene(640, 480), chessboard(), ruler(), Image.new("L", (300, 300)), Image.new("L", (1, 1))],
    ids=["scene", "chessboard", "ruler", "black", "one_pixel"],
)
def test_other_things_are_no_marker(image: Image.Image):
    assert found(image) is None


@pytest.mark.parametrize("seed", range(12))
def test_markers_of_others_are_no_marker(seed: int):
    assert found(code_like(seed)) is None


def test_noise_is_no_marker():
    grey = np.random.default_rng(3).integers(0, 256, (600, 600)).astype(np.uint8)

    assert millimetres_per_pixel(grey) is None


def test_real_photos_without_a_marker_have_no_scale(sample_data: Path):
    photos = sorted(p for p in sample_data.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg"})
    assert photos
    for path in photos:
        with Image.open(path) as image:
            image.draft("L", (1600, 1600))
            assert found(image) is None, path.name
