"""Streams against the limits of the transfer syntaxes that could carry them."""

from __future__ import annotations

import pytest

from hub.media.levels import encoding
from hub.media.sample_entries import Picture

HIGH, MAIN, HEVC_MAIN = 100, 77, 1


def picture(codec: str, profile: int, level: int, columns: int, rows: int) -> Picture:
    return Picture(codec, profile, level, columns, rows, (1, 1), b"entry")


class TestH264:
    @pytest.mark.parametrize(
        ("level", "columns", "rows", "rate", "expected"),
        [
            (40, 1920, 1080, 30, "h264-high-4.1"),
            (41, 1920, 1080, 30, "h264-high-4.1"),
            (41, 1920, 1080, 60, "h264-high-4.2"),  # more than its level says
            (42, 1920, 1080, 60, "h264-high-4.2"),
            (42, 1920, 1080, 30, "h264-high-4.2"),
            (42, 1920, 1080, 65, None),
            (41, 2048, 1024, 30, "h264-high-4.1"),
            (41, 2048, 1088, 30, "h264-high-4.2"),  # 8704 macroblocks
            (42, 2048, 1104, 10, None),
            (51, 1920, 1080, 30, None),
            (51, 3840, 2160, 30, None),
            (42, 3840, 2160, 30, None),
            (41, 4096, 16, 1, "h264-high-4.1"),
            (41, 4112, 16, 1, "h264-high-4.2"),  # wider than 256 macroblocks
            (42, 4224, 16, 1, None),  # wider than 263
        ],
    )
    def test_level_size_and_rate(self, level, columns, rows, rate, expected):
        assert encoding(picture("h264", HIGH, level, columns, rows), rate) == expected

    @pytest.mark.parametrize("profile", [44, 66, MAIN, 88, 110, 118, 122, 128, 244])
    def test_no_other_profile(self, profile):
        assert encoding(picture("h264", profile, 40, 640, 480), 30) is None


class TestHevc:
    @pytest.mark.parametrize(
        ("level", "columns", "rows", "rate", "expected"),
        [
            (123, 1920, 1080, 60, "hevc-main-5.1"),
            (153, 3840, 2160, 60, "hevc-main-5.1"),
            (153, 4096, 2176, 60, "hevc-main-5.1"),
            (153, 4096, 2176, 61, None),
            (153, 4096, 2304, 24, None),
            (153, 8448, 64, 24, None),
            (156, 3840, 2160, 120, None),
        ],
    )
    def test_level_size_and_rate(self, level, columns, rows, rate, expected):
        assert encoding(picture("hevc", HEVC_MAIN, level, columns, rows), rate) == expected

    @pytest.mark.parametrize("profile", [0, 2, 3, 4, 5, 6, 9])
    def test_no_other_profile(self, profile):
        assert encoding(picture("hevc", profile, 120, 640, 480), 30) is None


@pytest.mark.parametrize("codec", ["mp4v", "vp09", "av01", "jpeg", "apcn", "dvh1"])
def test_no_other_codec(codec):
    assert encoding(picture(codec, HIGH, 40, 640, 480), 30) is None
