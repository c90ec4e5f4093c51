"""Sequence parameter sets as phones and coders write them."""

from __future__ import annotations

import pytest

from hub.media import h264
from hub.media.boxes import Malformed

HD_HIGH_40 = bytes.fromhex("67640028acd940780227e5c05a808080a0000003002000000781e30632c0")


def bits(*parts: str) -> bytes:
    text = "".join(parts)
    return int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big")


def ue(value: int) -> str:
    text = f"{value + 1:b}"
    return "0" * (len(text) - 1) + text


def baseline(width_mbs: int, height_mbs: int, *crop: int) -> bytes:
    head = bytes([0x67, 66, 0xC0, 30])
    window = "1" + "".join(map(ue, crop)) if crop else "0"
    size = ue(width_mbs - 1) + ue(height_mbs - 1)
    return head + bits(ue(0), ue(0), ue(2), ue(1), "0", size, "1", "1", window, "0", "1")


class TestRead:
    def test_high_with_cropping_of_1080_lines(self):
        assert h264.read(HD_HIGH_40) == h264.Sequence(100, 40, 1920, 1080)

    def test_baseline_without_cropping(self):
        assert h264.read(baseline(40, 30)) == h264.Sequence(66, 30, 640, 480)

    def test_cropping_is_in_pairs_of_pixels(self):
        assert h264.read(baseline(40, 30, 1, 2, 0, 3)) == h264.Sequence(66, 30, 634, 474)

    @pytest.mark.parametrize(
        "damaged",
        [b"", b"\x68\x64\x00\x28\xac", HD_HIGH_40[:6], baseline(2, 2, 8, 8, 8, 8), bytes(40)],
    )
    def test_what_is_no_parameter_set_is_malformed(self, damaged):
        with pytest.raises(Malformed):
            h264.read(damaged)
