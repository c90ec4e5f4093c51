"""Sources that decoders get wrong when they are asked in the obvious way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from drawn import CORNERS, as_camera_stores, corner_names, encoded, exif, pixels, scene
from PIL import Image, TiffImagePlugin

from hub.errors import UnsupportedMedia
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


@pytest.mark.parametrize("tag", [(270, "Aperio Image Library v12.0.15"), (65420, 1)])
def test_a_slide_is_no_photo_and_its_sender_is_told_what_to_do(taken: Taken, tag: tuple):
    block = TiffImagePlugin.ImageFileDirectory_v2()
    block[tag[0]] = tag[1]
    content = encoded(scene(), "TIFF", tiffinfo=block)

    with pytest.raises(UnsupportedMedia, match="STOW-RS"):
        taken(content, max_pixels=100)


def test_an_ordinary_tiff_with_a_description_is_a_photo(taken: Taken):
    block = TiffImagePlugin.ImageFileDirectory_v2()
    block[270] = "Ward camera"
    assert taken(encoded(scene(), "TIFF", tiffinfo=block)).columns == 160
