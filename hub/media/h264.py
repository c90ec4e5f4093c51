"""What a sequence parameter set of H.264 says (ITU-T H.264, 7.3.2.1.1): the stream's own word."""

from __future__ import annotations

from dataclasses import dataclass

from .bits import Bits, payload
from .boxes import Malformed

HIGH = 100
_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128})


@dataclass(frozen=True, slots=True)
class Sequence:
    """Profile, level and size of a stream."""

    profile: int
    level: int
    columns: int
    rows: int


def read(sps: bytes) -> Sequence:
    """Read a NAL unit with a sequence parameter set. Raises Malformed."""
    if len(sps) < 5 or sps[0] & 0x1F != 7:
        raise Malformed("its first parameter set is not of a sequence")
    bits = Bits(payload(sps[4:512]))
    profile, level = sps[1], sps[3]
    bits.golomb()  # seq_parameter_set_id
    chroma = _chroma(bits) if profile in _WITH_CHROMA else 1
    bits.golomb()  # log2_max_frame_num_minus4
    _skip_order(bits)
    bits.golomb()  # max_num_ref_frames
    bits.take(1)  # gaps_in_frame_num_value_allowed_flag
    columns, rows = (bits.golomb() + 1) * 16, (bits.golomb() + 1) * 16
    fields = 1 if bits.take(1) else 2
    if fields == 2:
        bits.take(1)  # mb_adaptive_frame_field_flag
    bits.take(1)  # direct_8x8_inference_flag
    left, right, top, bottom = [bits.golomb() for _ in range(4)] if bits.take(1) else [0] * 4
    across, down = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1)
    columns -= across * (left + right)
    rows = rows * fields - down * fields * (top + bottom)
    if not (0 < columns <= 0xFFFF and 0 < rows <= 0xFFFF):
        raise Malformed("its size cannot be")
    return Sequence(profile, level, columns, rows)


def _chroma(bits: Bits) -> int:
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)  # separate_colour_plane_flag
    bits.golomb()  # bit_depth_luma_minus8
    bits.golomb()  # bit_depth_chroma_minus8
    bits.take(1)  # qpprime_y_zero_transform_bypass_flag
    if bits.take(1):  # seq_scaling_matrix_present_flag
        for number in range(12 if chroma == 3 else 8):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if number < 6 else 64)
    return chroma


def _skip_scaling_list(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _skip_order(bits: Bits) -> None:
    """pic_order_cnt_type and what belongs to it."""
    kind = bits.golomb()
    if kind == 0:
        bits.golomb()
    elif kind == 1:
        bits.take(1)
        bits.golomb()
        bits.golomb()
        for _ in range(min(bits.golomb(), 255)):
            bits.golomb()
