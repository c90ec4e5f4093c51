"""What a sequence parameter set of HEVC says (ITU-T H.265, 7.3.2.2.1): the stream's own word."""

from __future__ import annotations

from dataclasses import dataclass

from .bits import Bits, payload
from .boxes import Malformed

MAIN = 1
_LONGEST = 1024
_SUBSAMPLED = {1: (2, 2), 2: (2, 1)}
"""Width and height of a conformance window's step, by chroma_format_idc (table 6-1)."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Profile, level, size and sample format of a stream."""

    profile: int
    level: int
    """general_level_idc: thirty times the level."""
    columns: int
    rows: int
    is_eight_bit_420: bool


def read(sps: bytes) -> Sequence:
    """Read a NAL unit with a sequence parameter set. Raises Malformed."""
    if len(sps) < 16 or sps[0] >> 1 & 0x3F != 33:
        raise Malformed("its first parameter set is not of a sequence")
    bits = Bits(payload(sps[2:_LONGEST]))
    bits.take(4)  # sps_video_parameter_set_id
    sub_layers = bits.take(3)
    bits.take(1)  # sps_temporal_id_nesting_flag
    profile, level = _profile_and_level(bits, sub_layers)
    bits.golomb()  # sps_seq_parameter_set_id
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)  # separate_colour_plane_flag
    columns, rows = bits.golomb(), bits.golomb()
    left, right, top, bottom = [bits.golomb() for _ in range(4)] if bits.take(1) else [0] * 4
    across, down = _SUBSAMPLED.get(chroma, (1, 1))
    columns -= across * (left + right)
    rows -= down * (top + bottom)
    if not (0 < columns <= 0xFFFF and 0 < rows <= 0xFFFF):
        raise Malformed("its size cannot be")
    depths = (bits.golomb() + 8, bits.golomb() + 8)
    return Sequence(profile, level, columns, rows, chroma == 1 and depths == (8, 8))


def _profile_and_level(bits: Bits, sub_layers: int) -> tuple[int, int]:
    """profile_tier_level (7.3.3)."""
    bits.take(3)  # general_profile_space, general_tier_flag
    profile = bits.take(5)
    bits.take(80)  # compatibility flags, source and constraint flags
    level = bits.take(8)
    present = [(bits.take(1), bits.take(1)) for _ in range(sub_layers)]
    bits.take(2 * (8 - sub_layers) if sub_layers else 0)
    for has_profile, has_level in present:
        bits.take(88 * has_profile + 8 * has_level)
    return profile, level
