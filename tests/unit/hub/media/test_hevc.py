"""Sequence parameter sets of HEVC as coders write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.media import hevc
from hub.media.bits import escaped
from hub.media.boxes import Malformed

X265_320_240 = bytes.fromhex(
    "42010101600000030090000003000003003ca00a080f1659595293 0b9a0200000300020000030032 10".replace(
        " ", ""
    )
)


def ue(value: int) -> str:
    text = f"{value + 1:b}"
    return "0" * (len(text) - 1) + text


def sps(
    size: tuple[int, int],
    window: tuple[int, ...] = (),
    *,
    profile: int = 1,
    level: int = 120,
    chroma: int = 1,
    depth: int = 8,
    sub_layers: int = 0,
) -> bytes:
    """A set up to its bit depths, with sub-layers that say another level."""
    general = f"00{0:01b}{profile:05b}" + "0" * 80 + f"{level:08b}"
    flags = "11" * sub_layers + ("00" * (8 - sub_layers) if sub_layers else "")
    layers = ("0" * 88 + f"{30:08b}") * sub_layers
    text = f"0000{sub_layers:03b}1{general}{flags}{layers}{ue(0)}{ue(chroma)}"
    text += "0" if chroma == 3 else ""
    text += ue(size[0]) + ue(size[1])
    text += "1" + "".join(map(ue, window)) if window else "0"
    text += ue(depth - 8) * 2 + "1"
    text = text.ljust(-(-len(text) // 8) * 8, "0")
    return b"\x42\x01" + escaped(int(text, 2).to_bytes(len(text) // 8, "big"))


class TestRead:
    def test_what_x265_writes(self):
        assert hevc.read(X265_320_240) == hevc.Sequence(1, 60, 320, 240, True)

    def test_the_conformance_window_is_cut_off(self):
        found = hevc.read(sps((1920, 1088), (0, 0, 0, 4)))

        assert (found.columns, found.rows) == (1920, 1080)

    @pytest.mark.parametrize(
        ("chroma", "size"), [(0, (90, 70)), (1, (80, 50)), (2, (80, 70)), (3, (90, 70))]
    )
    def test_the_window_counts_in_chroma_samples(self, chroma, size):
        found = hevc.read(sps((100, 90), (4, 6, 7, 13), chroma=chroma))

        assert (found.columns, found.rows) == size

    @pytest.mark.parametrize("sub_layers", range(7))
    def test_sub_layers_are_passed_over(self, sub_layers):
        found = hevc.read(sps((640, 480), sub_layers=sub_layers, level=153))

        assert found == hevc.Sequence(1, 153, 640, 480, True)

    @pytest.mark.parametrize("said", [{"depth": 10}, {"chroma": 2}, {"chroma": 0}])
    def test_what_is_not_eight_bits_in_4_2_0_is_told(self, said):
        assert not hevc.read(sps((640, 480), **said)).is_eight_bit_420

    @pytest.mark.parametrize(
        "damaged",
        [
            b"",
            bytes(40),
            b"\x44" + X265_320_240[1:],
            X265_320_240[:18],
            sps((64, 64), (16, 16, 0, 0)),
            sps((70_000, 64)),
        ],
    )
    def test_what_is_no_parameter_set_is_malformed(self, damaged):
        with pytest.raises(Malformed):
            hevc.read(damaged)

    @given(st.binary(max_size=60))
    def test_any_bytes_are_read_or_malformed(self, content):
        try:
            found = hevc.read(b"\x42\x01" + content)
        except Malformed:
            return
        assert found.columns > 0
        assert found.rows > 0
