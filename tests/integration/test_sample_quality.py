"""How often real photos are doubted that are fine, and photos that are not are missed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from hub.dicom.quality import SIDE, measure
from hub.model import FlagCode
from hub.review_flags import doubts

pytestmark = pytest.mark.integration

SPOILT: dict[FlagCode, Callable[[Image.Image], Image.Image]] = {
    FlagCode.BLURRED: lambda photo: photo.filter(ImageFilter.GaussianBlur(3)),
    FlagCode.DARK: lambda photo: ImageEnhance.Brightness(photo).enhance(0.15),
    FlagCode.BRIGHT: lambda photo: ImageEnhance.Brightness(photo).enhance(4),
}


@pytest.fixture(scope="module")
def photos(sample_data: Path) -> list[Image.Image]:
    """The real photos among the samples that are large enough to be a phone's, made small."""
    found = []
    for path in sorted((sample_data / "photos" / "jpg").rglob("*.jp*g")):
        with Image.open(path) as image:
            if min(image.size) < 300 or path.stem == "corrupted":
                continue
            small = ImageOps.exif_transpose(image).convert("RGB")
            small.thumbnail((SIDE, SIDE))
            found.append(small)
    assert len(found) > 40
    return found


def test_hardly_a_good_photo_is_doubted(photos: list[Image.Image]):
    doubted = [found for photo in photos if (found := doubts(measure(photo)))]

    assert len(doubted) / len(photos) <= 0.03


@pytest.mark.parametrize("code", SPOILT)
def test_hardly_a_spoilt_photo_is_missed(photos: list[Image.Image], code: FlagCode):
    missed = [p for p in photos if code not in doubts(measure(SPOILT[code](p)))]

    assert len(missed) / len(photos) <= 0.05
