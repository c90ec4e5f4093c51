"""The demo's photos and radiographs are what they say, every time."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

import exifread
import numpy as np
import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from web.demo.photos import camera_jpeg
from web.demo.pictures import PICTURES, draw
from web.demo.radiographs import radiograph

drawn = cache(draw)
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=timezone(timedelta(hours=-5)))


class TestPhotos:
    @pytest.mark.parametrize("name", PICTURES)
    def test_each_is_a_full_picture_with_something_in_it(self, name: str):
        picture = drawn(name)

        assert picture.size == (1600, 1200)
        assert min(ImageStat.Stat(picture).stddev) > 8

    def test_drawing_again_gives_the_same_pixels(self):
        assert drawn("hand_burn").tobytes() == draw("hand_burn").tobytes()

    def test_no_two_are_alike(self):
        small = {drawn(name).resize((40, 30)).tobytes() for name in PICTURES}

        assert len(small) == len(PICTURES)

    @pytest.mark.parametrize(("name", "orientation"), [("ear_lesion", 6), ("knee_graze", 3)])
    def test_a_picture_stored_on_its_side_is_upright_after_its_exif_is_followed(
        self, name: str, orientation: int
    ):
        with Image.open(io.BytesIO(camera_jpeg(name, NOON))) as stored:
            assert stored.getexif()[274] == orientation
            upright = ImageOps.exif_transpose(stored)

        difference = ImageChops.difference(upright, drawn(name))
        assert max(ImageStat.Stat(difference).mean) < 4

    def test_the_camera_says_when_with_offset_and_how(self):
        tags = exifread.process_file(io.BytesIO(camera_jpeg("hand_burn", NOON)))

        assert str(tags["EXIF DateTimeOriginal"]) == "2026:11:20 12:00:00"
        assert str(tags["EXIF OffsetTimeOriginal"]) == "-05:00"
        assert str(tags["Image Make"]) == "Demo"
        assert "GPS GPSLatitude" in tags

    def test_the_time_decides_the_bytes(self):
        later = NOON.astimezone(UTC) + timedelta(minutes=1)

        assert camera_jpeg("hand_burn", NOON) != camera_jpeg("hand_burn", later)


class TestRadiographs:
    @pytest.mark.parametrize("name", ["hand", "chest"])
    def test_they_have_twelve_bits(self, name: str):
        pixels = radiograph(name)

        assert pixels.dtype == np.uint16
        assert pixels.shape == (1200, 1600)
        assert 2400 < pixels.max() < 4096

    def test_bone_is_brighter_than_flesh_and_flesh_than_air(self):
        pixels = radiograph("hand")

        bone = pixels[870:890, 780:800].mean()
        flesh = pixels[600:640, 610:630].mean()
        air = pixels[50:90, 50:90].mean()
        assert bone > flesh + 300
        assert flesh > air + 300

    def test_the_thumb_of_a_left_hand_is_at_the_right(self):
        tissue = radiograph("hand")[600:700] > 500

        assert tissue[:, 1300:1450].any()
        assert not tissue[:, 150:300].any()
