"""Raw data blocks of AAC: data before the sound is written over, the sound is not touched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.media import aac

SAID = b"PRIVATE-MARK"
SOUND = "000" + "0110" * 50 + "111"


def bits(content: bytes) -> str:
    return "".join(f"{byte:08b}" for byte in content)


def block(*elements: str) -> bytes:
    text = "".join(elements)
    text = text.ljust(-(-len(text) // 8) * 8, "0")
    return int(text, 2).to_bytes(len(text) // 8, "big")


def data(said: bytes, *, before: str = "", aligned: bool = False) -> str:
    count = f"{len(said):08b}" if len(said) < 255 else f"{255:08b}{len(said) - 255:08b}"
    head = f"1000101{int(aligned)}{count}"
    if aligned:
        head += "0" * (-len(before + head) % 8)
    return head + bits(said)


def fill(said: bytes) -> str:
    count = f"{len(said):04b}" if len(said) < 15 else f"1111{len(said) - 14:08b}"
    return "110" + count + bits(said)


LEADING = [
    (data(SAID), data(bytes(12))),
    (data(SAID, aligned=True), data(bytes(12), aligned=True)),
    (fill(SAID), fill(b"\x10" + b"\xa5" * 11)),
    (fill(SAID * 5), fill(b"\x10" + b"\xa5" * 59)),
    (data(SAID * 25), data(bytes(300))),
    (fill(b""), fill(b"")),
    (
        fill(SAID) + data(SAID, before=fill(SAID), aligned=True),
        fill(b"\x10" + b"\xa5" * 11) + data(bytes(12), before=fill(SAID), aligned=True),
    ),
]


class TestBlanked:
    @pytest.mark.parametrize(("leading", "expected"), LEADING)
    def test_data_before_the_sound_say_nothing(self, leading, expected):
        whole = block(leading, SOUND)

        assert aac.begins_with_data(whole[0])
        assert aac.blanked(whole) == block(expected, SOUND)

    def test_sound_is_not_touched(self):
        whole = block(SOUND, fill(SAID))

        assert not aac.begins_with_data(whole[0])
        assert aac.blanked(whole) == whole

    def test_what_is_longer_than_its_block_is_left(self):
        cut = block(data(SAID))[:-3]

        assert aac.blanked(cut) == cut

    @given(st.binary(max_size=300))
    def test_any_bytes_keep_their_length_and_settle(self, whole: bytes):
        made = aac.blanked(whole)

        assert len(made) == len(whole)
        assert aac.blanked(made) == made
