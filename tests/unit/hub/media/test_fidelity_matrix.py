"""Every format, turned in every way: the pixels are those of the source, compression is told."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from drawn import CORNERS, corner_names, encoded, exif, pixels, scene
from PIL import Image, ImageOps

from hub.media.color import srgb_profile
from hub.media.icc_made import display_p3
from hub.model import Photograph

Taken = Callable[..., Photograph]
LOSSLESS = [("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True})]


def noise(width: int = 61, height: int = 47) -> Image.Image:
    values = np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(values)


def as_pillow_shows(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))


class TestPixels:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize(("format", "options"), LOSSLESS)
    def test_are_those_that_were_drawn(
        self, taken: Taken, format: str, options: dict, orientation: int
    ):
        content = encoded(noise(), format, exif=exif(orientation), **options)
        photo = taken(content)
        assert (np.asarray(pixels(photo)) == as_pillow_shows(content)).all()
        assert photo.lossy == ()

    @pytest.mark.parametrize("orientation", range(2, 9))
    @pytest.mark.parametrize("format", ["WEBP", "AVIF"])
    def test_of_a_lossy_source_are_those_it_decodes_to(
        self, taken: Taken, format: str, orientation: int
    ):
        content = encoded(noise(), format, exif=exif(orientation), quality=60)
        assert (np.asarray(pixels(taken(content))) == as_pillow_shows(content)).all()

    def test_of_heic_are_stored_as_they_are(self, taken: Taken):
        content = heic()
        photo = taken(content)
        decoded = np.asarray(pillow_heif.open_heif(io.BytesIO(content)).to_pillow())
        assert photo.encoding == "native"
        assert (np.asarray(pixels(photo)) == decoded).all()


def heic(**save: object) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(scene()).save(out, **{"quality": 90, **save})
    return out.getvalue()


class TestCompressionHistory:
    @pytest.mark.parametrize(
        ("content", "method"),
        [
            (heic(), "ISO_23008_2"),
            (encoded(scene(), "AVIF"), "AV1"),
            (encoded(scene(), "WEBP"), "VP8"),
            (encoded(scene(), "TIFF", compression="jpeg"), "ISO_10918_1"),
            (encoded(scene(), "JPEG", keep_rgb=True), "ISO_10918_1"),
        ],
        ids=["HEIC", "AVIF", "WebP", "TIFF of JPEG", "RGB JPEG"],
    )
    def test_a_lossy_source_stays_lossy_when_it_is_decoded(
        self, taken: Taken, content: bytes, method: str
    ):
        ((ratio, named),) = taken(content).lossy
        assert named == method
        # Of the picture alone: what else is in the file was never compressed from it.
        assert len(content) / 3 < 160 * 128 * 3 / ratio <= len(content)

    @pytest.mark.parametrize("kind", ["RGB JPEG", "HEIC"])
    def test_what_stands_beside_the_picture_does_not_count(self, taken: Taken, kind: str):
        alone, more = pair_of(kind)
        assert taken(more).lossy == taken(alone).lossy

    @pytest.mark.parametrize("format", ["PNG", "GIF", "BMP", "TIFF"])
    def test_a_lossless_source_has_none(self, taken: Taken, format: str):
        assert taken(encoded(scene(), format)).lossy == ()


def pair_of(kind: str) -> tuple[bytes, bytes]:
    """A file with one picture, and one with something after or beside it."""
    if kind == "RGB JPEG":
        alone = encoded(scene(), "JPEG", keep_rgb=True)
        return alone, alone + bytes(100_000)
    two, out = pillow_heif.HeifFile(), io.BytesIO()
    two.add_from_pillow(scene())
    two.add_from_pillow(noise())
    two.save(out, quality=90, primary_index=0)
    return heic(), out.getvalue()


class TestNamedColour:
    def test_display_p3_named_by_code_gets_its_profile(self, taken: Taken):
        photo = taken(heic(color_primaries=12, transfer_characteristics=13))
        assert photo.icc_profile == display_p3()
        assert corner_names(pixels(photo)) == list(CORNERS)

    def test_srgb_named_by_code_likewise(self, taken: Taken):
        photo = taken(heic(color_primaries=1, transfer_characteristics=13))
        assert (photo.icc_profile, photo.color_space) == (srgb_profile(), "SRGB")


EXPOSURE = {
    "FNumber": "FNumber",
    "ExposureTimeInSeconds": "ExposureTime",
    "PhotographicSensitivity": "ISO",
    "FocalLength": "FocalLength",
    "ExposureBiasValue": "ExposureCompensation",
    "MeteringMode": "MeteringMode",
    "ExposureProgram": "ExposureProgram",
    "WhiteBalance": "WhiteBalance",
    "SceneCaptureType": "SceneCaptureType",
    "FocalLengthIn35mmFilm": "FocalLengthIn35mmFormat",
}
SAMPLES = ("jpg/Nikon_D70.jpg", "jpg/gps/DSCN0010.jpg", "jpg/Canon_40D.jpg", "heic/IMG_5195.HEIC")


@pytest.mark.parametrize("name", SAMPLES)
def test_exposure_of_real_photos_is_what_exiftool_reads(taken: Taken, sample_data: Path, name: str):
    path = sample_data / "photos" / name
    exposure = taken(path.read_bytes()).exposure
    tags = [f"-EXIF:{tag}" for tag in EXPOSURE.values()]
    command = ["exiftool", "-n", "-s", *tags, str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    known = dict(line.split(": ", 1) for line in told.splitlines())
    known = {tag.strip(): float(value) for tag, value in known.items()}
    compared = 0
    for keyword, tag in EXPOSURE.items():
        if tag in known:
            assert float(str(exposure[keyword])) == pytest.approx(known[tag], rel=1e-6), keyword
            compared += 1
    assert compared >= 5
    assert all(len(str(value)) <= 64 for value in exposure.values())
