"""The printed scale marker is found at any turn, and nothing else is ever taken for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drawn import scene
from drawn_marker import with_marker
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from hub.media.marker import MOST_OFF, PATTERN, SIDE, Scale, scale_of


def seen(image: Image.Image) -> Scale | None:
    return scale_of(np.asarray(image.convert("L")))


def found(image: Image.Image) -> float | None:
    scale = seen(image)
    return scale.millimetres_per_pixel if scale and scale.holds else None


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
        {"tilt": 0.01, "turn": 20},
        {"at": (0.53, 0.51), "blur": 0.7, "noise": 5, "turn": 71},
    ],
    ids=str,
)
def test_spacing_is_that_of_the_drawn_marker(size: int, how: dict):
    spacing = found(with_marker(scene(640, 480), size, **how))

    assert spacing == pytest.approx(SIDE / size, rel=0.005)


def test_a_marker_in_a_large_photo_is_measured_in_its_own_pixels():
    photo = with_marker(scene(2400, 1800), 301, turn=33, at=(0.3, 0.6), blur=1.0)

    assert found(photo) == pytest.approx(SIDE / 301, rel=0.005)


@pytest.mark.parametrize("tilt", [0.05, 0.2, 0.35])
@pytest.mark.parametrize("turn", [0, 45, 70])
def test_a_tilted_marker_has_no_single_scale(tilt: float, turn: float):
    scale = seen(with_marker(scene(640, 480), 160, tilt=tilt, turn=turn))

    assert scale is not None
    assert not scale.holds
    assert scale.off > MOST_OFF


def test_a_marker_without_enough_pixels_is_not_measured():
    assert seen(with_marker(scene(640, 480), 34)) is None


def test_a_mirrored_marker_is_none():
    assert seen(ImageOps.mirror(with_marker(scene(640, 480), 200))) is None


def test_a_covered_part_is_no_marker():
    photo = with_marker(scene(640, 480), 200)
    ImageDraw.Draw(photo).ellipse((300, 220, 370, 290), fill=(205, 160, 130))

    assert seen(photo) is None


def bent(image: Image.Image, radius: float) -> Image.Image:
    """As if the paper lay around a limb whose radius is so many pixels."""
    u = np.arange(image.width) - image.width / 2
    across = radius * np.arcsin((u / radius).clip(-0.99, 0.99)) + image.width / 2
    return Image.fromarray(
        np.asarray(image)[:, across.round().astype(int).clip(0, image.width - 1)]
    )


@pytest.mark.parametrize("millimetres", [25, 45])
def test_paper_around_a_limb_is_no_plane(millimetres: int):
    flat = with_marker(scene(1280, 960), 400, turn=15)

    assert seen(flat) is not None
    assert seen(bent(flat, millimetres * 10)) is None


def test_two_markers_must_agree():
    near = with_marker(scene(900, 480), 160, at=(0.25, 0.5))

    assert found(with_marker(near, 164, at=(0.75, 0.5))) == pytest.approx(SIDE / 164, rel=0.005)
    assert found(with_marker(near, 190, at=(0.75, 0.5))) is None


@pytest.mark.parametrize("shade", [0.55, 0.75])
def test_the_edge_of_a_shadow_does_not_hide_it(shade: float):
    light = np.interp(np.arange(640), (315, 345), (1.0, shade))[None, :, None]
    photo = np.asarray(with_marker(scene(640, 480), 200, turn=20)) * light

    assert found(Image.fromarray(photo.astype(np.uint8))) == pytest.approx(SIDE / 200, rel=0.005)


def test_spread_ink_does_not_change_the_scale():
    photo = with_marker(scene(640, 480), 200, turn=20)

    assert found(photo.filter(ImageFilter.MinFilter(3))) == pytest.approx(SIDE / 200, rel=0.005)


@pytest.mark.parametrize("cell", range(16))
def test_one_cell_of_another_colour_is_no_marker(cell: int):
    photo = with_marker(scene(640, 480), 400, at=(0.5, 0.5))
    row, column = divmod(cell, 4)
    x, y = (120 + 80 + 60 * column, 40 + 80 + 60 * row)
    other = (25, 25, 25) if PATTERN[row, column] else (235, 235, 235)
    ImageDraw.Draw(photo).rectangle((x, y, x + 59, y + 59), fill=other)

    assert seen(photo) is None


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
    assert seen(image) is None


@pytest.mark.parametrize("seed", range(12))
def test_markers_of_others_are_no_marker(seed: int):
    assert seen(code_like(seed)) is None


def test_noise_is_no_marker():
    grey = np.random.default_rng(3).integers(0, 256, (600, 600)).astype(np.uint8)

    assert scale_of(grey) is None


def test_real_photos_without_a_marker_have_no_scale(sample_data: Path):
    photos = sorted(p for p in sample_data.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg"})
    assert photos
    for path in photos:
        with Image.open(path) as image:
            image.draft("L", (1600, 1600))
            assert seen(image) is None, path.name
