"""What becomes of a photo: kept, turned, recoded, decoded or refused."""

from __future__ import annotations

import hashlib
import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from drawn import (
    CORNERS,
    app_segment,
    as_camera_stores,
    corner_names,
    encoded,
    entropy_coded,
    exif,
    jpeg,
    pixels,
    scene,
    with_segments,
)
from PIL import Image, ImageCms

from hub.errors import DamagedImage, ImageTooLarge, NotAnImage, UnsupportedMedia
from hub.media.color import srgb_profile
from hub.media.icc_clean import assembled
from hub.model import Photograph

Taken = Callable[..., Photograph]
UPRIGHT = list(CORNERS)


def stream(photo: Photograph) -> bytes:
    return b"".join(photo.payload)


def said(photo: Photograph) -> str:
    return "; ".join(change.what for change in photo.changes)


class TestUprightJpeg:
    def test_its_entropy_coded_data_are_those_that_were_sent(self, taken: Taken):
        sent = jpeg()
        photo = taken(sent)
        assert photo.encoding == "jpeg-baseline"
        assert entropy_coded(stream(photo)) == entropy_coded(sent)

    def test_extended_coding_of_8_bits_likewise(self, taken: Taken):
        sent = jpeg().replace(b"\xff\xc0", b"\xff\xc1", 1)
        photo = taken(sent)
        assert photo.encoding == "jpeg-extended"
        assert entropy_coded(stream(photo)) == entropy_coded(sent)

    def test_it_is_not_copied(self, taken: Taken):
        assert all(isinstance(piece, memoryview) for piece in taken(jpeg()).payload)

    def test_it_shows_the_same_pixels(self, taken: Taken):
        sent = jpeg(151, 93)
        shown = np.asarray(pixels(taken(sent)))
        assert (shown == np.asarray(Image.open(io.BytesIO(sent)))).all()

    @pytest.mark.parametrize("subsampling", [0, 1, 2])
    def test_every_sampling_is_kept(self, taken: Taken, subsampling: int):
        assert taken(jpeg(subsampling=subsampling)).encoding == "jpeg-baseline"

    def test_restart_markers_stay_where_they_are(self, taken: Taken):
        sent = jpeg(restart_marker_blocks=4)
        assert b"\xff\xd3" in sent
        assert entropy_coded(stream(taken(sent))) == entropy_coded(sent)

    def test_a_grey_photo_stays_grey(self, taken: Taken):
        photo = taken(encoded(scene().convert("L"), "JPEG"))
        assert (photo.encoding, photo.samples_per_pixel) == ("jpeg-baseline", 1)

    def test_the_ratio_is_of_the_stream_without_metadata(self, taken: Taken):
        bare, loaded = jpeg(), with_segments(jpeg(), app_segment(5, bytes(30_000)))
        assert taken(bare).lossy == taken(loaded).lossy
        ((ratio, method),) = taken(bare).lossy
        assert method == "ISO_10918_1"
        assert ratio == pytest.approx(160 * 128 * 3 / len(stream(taken(bare))))

    def test_a_second_image_after_the_end_is_dropped(self, taken: Taken):
        photo = taken(jpeg() + b"trailer" + jpeg(64, 64))
        assert stream(photo) == stream(taken(jpeg()))
        assert "data after the end of the image" in said(photo)


class TestSidewaysPhoto:
    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("size", [(160, 128), (150, 115), (97, 64), (96, 61)])
    @pytest.mark.parametrize("subsampling", [0, 2])
    def test_a_jpeg_is_upright(
        self, taken: Taken, orientation: int, size: tuple[int, int], subsampling: int
    ):
        photo = taken(jpeg(*size, orientation, subsampling=subsampling))
        assert (photo.columns, photo.rows) == size
        assert pixels(photo).size == size
        assert corner_names(pixels(photo)) == UPRIGHT

    @pytest.mark.parametrize("orientation", range(2, 9))
    def test_an_aligned_jpeg_is_turned_without_decoding(self, taken: Taken, orientation: int):
        photo = taken(jpeg(160, 128, orientation))
        assert photo.encoding == "jpeg-baseline"
        assert len(photo.lossy) == 1

    @pytest.mark.parametrize("orientation", range(2, 9))
    def test_turning_an_aligned_jpeg_back_gives_its_own_coefficients(
        self, taken: Taken, orientation: int
    ):
        back = {2: "-flip horizontal", 3: "-rotate 180", 4: "-flip vertical", 5: "-transpose"}
        back |= {6: "-rotate 270", 7: "-transverse", 8: "-rotate 90"}
        sent = jpeg(160, 128, orientation)
        turned = jpegtran(stream(taken(sent)), *back[orientation].split())
        assert entropy_coded(turned) == entropy_coded(jpegtran(sent))

    @pytest.mark.parametrize("orientation", [2, 3, 4, 6, 7, 8])
    def test_an_unaligned_jpeg_is_stored_without_a_second_loss(
        self, taken: Taken, orientation: int
    ):
        sent = jpeg(150, 115, orientation)
        photo = taken(sent)
        assert photo.encoding == "jpeg-ls-lossless"
        assert [method for _, method in photo.lossy] == ["ISO_10918_1"]
        before = np.asarray(Image.open(io.BytesIO(sent)))
        after = np.asarray(as_camera_stores(pixels(photo), orientation))
        assert (before == after).all()

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("format", ["TIFF", "PNG", "WEBP", "AVIF"])
    def test_every_format_that_has_an_orientation_is_upright(
        self, taken: Taken, format: str, orientation: int
    ):
        stored = as_camera_stores(scene(), orientation)
        photo = taken(encoded(stored, format, exif=exif(orientation), quality=95))
        assert (photo.columns, photo.rows) == (160, 128)
        assert corner_names(pixels(photo)) == UPRIGHT

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_heic_is_turned_once(self, taken: Taken, orientation: int):
        stored = as_camera_stores(scene(), orientation)
        out = io.BytesIO()
        heif = pillow_heif.from_pillow(stored)
        # libheif writes irot and imir for this orientation and keeps Exif's as well.
        heif.save(out, exif=exif(orientation), quality=95)
        photo = taken(out.getvalue())
        assert (photo.columns, photo.rows) == (160, 128)
        assert corner_names(pixels(photo)) == UPRIGHT

    @pytest.mark.parametrize("orientation", [0, 9, 65535])
    def test_an_orientation_that_does_not_exist_is_ignored(self, taken: Taken, orientation: int):
        photo = taken(encoded(scene(), "JPEG", exif=exif(orientation), quality=92))
        assert photo.encoding == "jpeg-baseline"
        assert corner_names(pixels(photo)) == UPRIGHT


def jpegtran(stream: bytes, *options: str) -> bytes:
    command = ["jpegtran", "-copy", "none", "-perfect", *options]
    return subprocess.run(command, input=stream, capture_output=True, check=True).stdout


class TestOtherJpeg:
    def test_a_progressive_one_becomes_sequential_with_the_same_coefficients(self, taken: Taken):
        sent = jpeg(progressive=True)
        photo = taken(sent)
        assert photo.encoding == "jpeg-baseline"
        assert (np.asarray(pixels(photo)) == np.asarray(Image.open(io.BytesIO(sent)))).all()

    @pytest.mark.parametrize("orientation", [3, 6])
    def test_a_progressive_sideways_one_is_turned_in_the_same_step(
        self, taken: Taken, orientation: int
    ):
        photo = taken(jpeg(160, 128, orientation, progressive=True))
        assert photo.encoding == "jpeg-baseline"
        assert corner_names(pixels(photo)) == UPRIGHT

    def test_an_arithmetic_one_is_recoded_without_loss(self, taken: Taken):
        sent = jpegtran(jpeg(), "-arithmetic")
        photo = taken(sent)
        assert photo.encoding == "jpeg-baseline"
        assert (np.asarray(pixels(photo)) == np.asarray(Image.open(io.BytesIO(jpeg())))).all()

    def test_an_rgb_one_is_decoded_in_its_own_colours(self, taken: Taken):
        photo = taken(encoded(scene(), "JPEG", quality=95, keep_rgb=True))
        assert photo.encoding == "jpeg-ls-lossless"
        assert corner_names(pixels(photo)) == UPRIGHT

    def test_four_inks_become_rgb(self, taken: Taken):
        photo = taken(encoded(scene().convert("CMYK"), "JPEG", quality=95))
        assert (photo.encoding, photo.samples_per_pixel) == ("jpeg-ls-lossless", 3)
        assert corner_names(pixels(photo)) == UPRIGHT
        assert "Four inks converted to RGB" in said(photo)


class TestDecodedFormats:
    def test_png_is_stored_without_any_loss(self, taken: Taken):
        photo = taken(encoded(scene(), "PNG"))
        assert photo.lossy == ()
        assert (np.asarray(pixels(photo)) == np.asarray(scene())).all()

    def test_transparent_parts_are_laid_on_white_and_said(self, taken: Taken):
        image = scene().convert("RGBA")
        image.paste((10, 20, 30, 0), (60, 50, 100, 80))
        photo = taken(encoded(image, "PNG"))
        assert pixels(photo).getpixel((80, 64)) == (255, 255, 255)
        assert "Transparent parts laid on white" in said(photo)

    def test_an_opaque_alpha_channel_changes_nothing(self, taken: Taken):
        photo = taken(encoded(scene().convert("RGBA"), "PNG"))
        assert (np.asarray(pixels(photo)) == np.asarray(scene())).all()
        assert "Transparent" not in said(photo)

    def test_a_palette_is_expanded(self, taken: Taken):
        image = scene().quantize(16)
        photo = taken(encoded(image, "PNG"))
        assert (np.asarray(pixels(photo)) == np.asarray(image.convert("RGB"))).all()
        assert "Palette expanded to RGB" in said(photo)

    def test_sixteen_bit_grey_is_scaled_not_clipped(self, taken: Taken):
        ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(1, 256).repeat(8, axis=0)
        photo = taken(encoded(Image.fromarray(ramp), "PNG"))
        assert photo.samples_per_pixel == 1
        assert list(np.asarray(pixels(photo))[0]) == list(range(256))
        assert "More than 8 bits a sample reduced to 8" in said(photo)

    def test_a_still_gif_is_taken(self, taken: Taken):
        assert corner_names(pixels(taken(encoded(scene(), "GIF")))) == UPRIGHT

    @pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP"])
    def test_an_animation_is_refused_in_words(self, taken: Taken, format: str):
        frames = encoded(scene(), format, save_all=True, append_images=[scene().rotate(90)])
        with pytest.raises(UnsupportedMedia, match="several pictures"):
            taken(frames)

    def test_pages_of_a_tiff_are_not_lost_silently(self, taken: Taken):
        pages = encoded(scene(), "TIFF", save_all=True, append_images=[scene().rotate(180)])
        with pytest.raises(UnsupportedMedia, match="several pictures"):
            taken(pages)

    @pytest.mark.parametrize(
        ("format", "lossless"), [("WEBP", False), ("WEBP", True), ("AVIF", False), ("BMP", True)]
    )
    def test_it_is_lossy_only_when_the_source_was(self, taken: Taken, format: str, lossless: bool):
        options = {"lossless": True} if format == "WEBP" and lossless else {}
        photo = taken(encoded(scene(), format, **options))
        assert (photo.lossy == ()) is lossless

    def test_heic_is_lossy_once(self, taken: Taken):
        out = io.BytesIO()
        pillow_heif.from_pillow(scene()).save(out, quality=60)
        photo = taken(out.getvalue())
        assert [method for _, method in photo.lossy] == ["ISO_23008_2"]


class TestColour:
    def test_a_profile_of_several_segments_arrives_whole(self, taken: Taken):
        profile = bytearray(profile_of(200_000))
        photo = taken(encoded(scene(), "JPEG", icc_profile=bytes(profile)))
        assert photo.icc_profile == profile

    def test_segments_of_a_profile_may_come_in_any_order(self, taken: Taken):
        profile = profile_of(1000)
        first = app_segment(2, b"ICC_PROFILE\x00\x01\x02" + profile[:600])
        second = app_segment(2, b"ICC_PROFILE\x00\x02\x02" + profile[600:])
        assert taken(with_segments(jpeg(), second, first)).icc_profile == profile

    def test_an_incomplete_profile_is_left_out_and_said(self, taken: Taken):
        first = app_segment(2, b"ICC_PROFILE\x00\x01\x02" + profile_of(1000)[:600])
        photo = taken(with_segments(jpeg(), first))
        assert photo.icc_profile is None
        assert "ICC profile left out" in said(photo)

    def test_no_profile_is_invented(self, taken: Taken):
        assert taken(jpeg()).icc_profile is None

    def test_srgb_by_exif_gets_the_profile_of_srgb(self, taken: Taken):
        photo = taken(jpeg(exif=exif(tA001=1)))
        assert photo.color_space == "SRGB"
        profile = ImageCms.ImageCmsProfile(io.BytesIO(photo.icc_profile or b""))
        assert "sRGB" in ImageCms.getProfileDescription(profile)

    def test_the_profile_of_a_decoded_photo_is_kept(self, taken: Taken):
        profile = profile_of(3000)
        assert taken(encoded(scene(), "PNG", icc_profile=profile)).icc_profile == profile

    def test_a_grey_photo_carries_no_colour_profile(self, taken: Taken):
        grey = encoded(scene().convert("L"), "JPEG", icc_profile=profile_of(1000))
        assert taken(grey).icc_profile is None


def profile_of(size: int) -> bytes:
    """A profile with a table of colours of some `size` bytes (ICC.1, 10.11)."""
    points = max(2, round((size / 3) ** (1 / 3)))
    numbers = hashlib.shake_256(b"profile").digest(36 + 256 * 6 + points**3 * 3)
    table = b"mft1" + bytes(4) + bytes([3, 3, points, 0]) + numbers
    return assembled(srgb_profile(), {b"A2B0": table}, "sRGB")


class TestBadInput:
    @pytest.mark.parametrize(
        "content",
        [b"", b"hello\n" * 50, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"PK\x03\x04" * 40],
    )
    def test_what_is_no_image_is_called_so(self, taken: Taken, content: bytes):
        with pytest.raises(NotAnImage):
            taken(content)

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"%PDF-1.7\n", "PDF"),
            (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42", "video"),
            (bytes(128) + b"DICM", "STOW-RS"),
        ],
    )
    def test_other_kinds_are_named(self, taken: Taken, content: bytes, sentence: str):
        with pytest.raises(UnsupportedMedia, match=sentence):
            taken(content)

    @pytest.mark.parametrize("part", [0.02, 0.1, 0.4, 0.7, 0.95, 0.999])
    @pytest.mark.parametrize("progressive", [False, True])
    def test_a_cut_jpeg_is_damaged(self, taken: Taken, part: float, progressive: bool):
        sent = jpeg(400, 300, progressive=progressive)
        with pytest.raises(DamagedImage):
            taken(sent[: int(len(sent) * part)])

    @pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP", "BMP"])
    def test_a_cut_file_of_another_format_is_damaged(self, taken: Taken, format: str):
        sent = encoded(scene(), format)
        with pytest.raises(DamagedImage):
            taken(sent[: len(sent) // 2])

    def test_a_jpeg_without_one_of_its_scans_is_damaged(self, taken: Taken):
        sent = jpegtran(jpeg(), "-scans", str(SEPARATE_SCANS))
        last = sent.rindex(b"\xff\xda")
        with pytest.raises(DamagedImage):
            taken(sent[:last] + b"\xff\xd9")

    def test_a_huge_png_is_refused_from_its_header(self, taken: Taken):
        with pytest.raises(ImageTooLarge):
            taken(encoded(Image.new("1", (50_000, 50_000)), "PNG"))

    def test_a_jpeg_that_claims_too_many_pixels_is_refused(self, taken: Taken):
        sent = bytearray(jpeg())
        frame = sent.index(b"\xff\xc0")
        sent[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
        with pytest.raises(ImageTooLarge):
            taken(bytes(sent))

    def test_the_next_good_photo_works(self, taken: Taken):
        with pytest.raises(DamagedImage):
            taken(encoded(scene(), "PNG")[:100])
        assert taken(encoded(scene(), "PNG")).rows == 128


SEPARATE_SCANS = Path(__file__).parent / "separate_scans.txt"
