"""Sources that decoders get wrong when they are asked in the obvious way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from drawn import CORNERS, as_camera_stores, corner_names, encoded, exif, pixels, scene
from PIL import Image

from hub.model import Photograph

Taken = Callable[..., Photograph]


def shown(photo: Photograph) -> Image.Image:
    values = np.frombuffer(b"".join(photo.payload), np.uint8)
    return Image.fromarray(values.reshape(photo.rows, photo.columns, photo.samples_per_pixel))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("mode", ["CMYK", "RGBA", "RGB"])
def test_plain_tiff_rows_are_turned_not_sheared(taken: Taken, mode: str, orientation: int):
    stored = as_camera_stores(scene(150, 115).convert(mode), orientation)

    picture = pixels(taken(encoded(stored, "TIFF", exif=exif(orientation))))

    assert picture.size == (150, 115)
    assert corner_names(picture) == list(CORNERS)


@pytest.mark.parametrize("size", [(1, 1), (3, 1), (1, 3), (4, 4)])
def test_pictures_too_small_for_the_encoder_are_stored_plain(taken: Taken, size: tuple[int, int]):
    picture = Image.new("RGB", size, (205, 160, 130))

    photo = taken(encoded(picture, "PNG"))

    assert photo.encoding == "native"
    assert shown(photo).tobytes() == picture.tobytes()
