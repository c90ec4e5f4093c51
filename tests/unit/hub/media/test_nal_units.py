"""NAL units: what is private in them is written over, and all else stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.media.bits import escaped, payload
from hub.media.nal_units import H264, HEVC, Coding, blanked, has_user_data

MARKER = b"PRIVATE-0123456789-abcdefgh-MARK"
RECOVERY_POINT = b"\x06\x01\xc4"
PIC_TIMING = b"\x01\x04\x00\x00\x00\x12"
CODINGS = pytest.mark.parametrize(
    ("coding", "sei"), [(H264, b"\x06"), (HEVC, b"\x4e\x01"), (HEVC, b"\x50\x01")]
)


def message(type_: int, content: bytes) -> bytes:
    size = b"\xff" * (len(content) // 255) + bytes([len(content) % 255])
    return b"\xff" * (type_ // 255) + bytes([type_ % 255]) + size + content


def nal(header: bytes, *messages: bytes) -> bytes:
    return header + escaped(b"".join(messages) + b"\x80")


class TestMessages:
    @CODINGS
    @pytest.mark.parametrize("kept", [RECOVERY_POINT, PIC_TIMING, PIC_TIMING + RECOVERY_POINT])
    def test_what_a_decoder_needs_stays(self, coding, sei, kept):
        unit = nal(sei, kept)

        assert blanked(unit, coding) == unit

    @CODINGS
    @pytest.mark.parametrize("type_", [2, 3, 4, 5, 15, 22, 100, 131, 200, 300, 5000])
    def test_all_other_kinds_are_written_over(self, coding, sei, type_):
        unit = nal(sei, RECOVERY_POINT, message(type_, MARKER), PIC_TIMING)

        made = blanked(unit, coding)

        assert MARKER not in made
        assert len(made) == len(unit)
        assert made.startswith(sei + RECOVERY_POINT + escaped(PIC_TIMING))

    @CODINGS
    @pytest.mark.parametrize("type_", [0, 1, 6, 45, 47, 137, 144, 147, 148])
    def test_a_kind_that_stays_holds_no_more_than_it_needs(self, coding, sei, type_):
        unit = nal(sei, message(type_, MARKER * 3))

        assert MARKER not in blanked(unit, coding)

    @CODINGS
    def test_user_data_are_told(self, coding, sei):
        assert has_user_data(nal(sei, PIC_TIMING, message(5, MARKER)), coding)
        assert has_user_data(nal(sei, message(4, MARKER)), coding)
        assert not has_user_data(nal(sei, PIC_TIMING, message(200, MARKER)), coding)

    @CODINGS
    def test_bytes_behind_the_messages_are_written_over(self, coding, sei):
        unit = nal(sei, PIC_TIMING) + MARKER

        assert MARKER not in blanked(unit, coding)

    @CODINGS
    def test_a_message_longer_than_its_unit_is_written_over(self, coding, sei):
        unit = sei + b"\x06\xff" + MARKER + b"\x80"

        made = blanked(unit, coding)

        assert MARKER not in made
        assert len(made) == len(unit)

    @CODINGS
    @pytest.mark.parametrize("size", [*range(40), *range(250, 275), 509, 510, 511, 767, 100_000])
    def test_a_blank_is_whole_messages_of_any_size(self, coding, sei, size):
        unit = nal(sei, PIC_TIMING, message(4, b"P" * size))

        made = blanked(unit, coding)

        assert len(made) == len(unit)
        found = messages(payload(made[coding.header :]))
        assert found[0] == PIC_TIMING
        assert not any(b"PP" in part for part in found)


def messages(content: bytes) -> list[bytes]:
    """The messages of SEI that must be whole."""
    found, position = [], 0
    while content[position:] != b"\x80":
        start = position
        numbers = []
        for _ in range(2):
            value = 0
            while content[position] == 0xFF:
                value, position = value + 255, position + 1
            numbers.append(value + content[position])
            position += 1
        position += numbers[1]
        assert position < len(content)
        found.append(content[start:position])
    return found


class TestUnits:
    @pytest.mark.parametrize("type_", [0, 2, 3, 4, *range(12, 32), 0x80 | 5, 0x80 | 7])
    def test_other_units_of_h264_become_filler(self, type_):
        unit = bytes([type_]) + MARKER

        assert not H264.stays(unit, len(unit))
        assert blanked(unit, H264) == b"\x0c" + b"\xff" * 31 + b"\x80"

    @pytest.mark.parametrize("type_", [*range(10, 16), *range(22, 32), 38, *range(41, 64)])
    def test_other_units_of_hevc_become_filler(self, type_):
        unit = bytes([type_ << 1, 1]) + MARKER

        assert not HEVC.stays(unit, len(unit))
        assert blanked(unit, HEVC) == b"\x4c\x01" + b"\xff" * 31 + b"\x80"

    @pytest.mark.parametrize("head", [b"\x26\x09", b"\x27\x01", b"\x4e\x09", b"\xa6\x01"])
    def test_units_of_other_layers_and_forms_of_hevc_become_filler(self, head):
        unit = head + MARKER

        assert not HEVC.stays(unit, len(unit))
        assert blanked(unit, HEVC) == b"\x4c\x01" + b"\xff" * 31 + b"\x80"

    @pytest.mark.parametrize("head", [b"\x61", b"\x65", b"\x67", b"\x68"])
    def test_slices_and_parameter_sets_of_h264_stay(self, head):
        assert H264.stays(head, 1000)

    @pytest.mark.parametrize("type_", [*range(10), *range(16, 22), 32, 33, 34])
    def test_slices_and_parameter_sets_of_hevc_stay(self, type_):
        assert HEVC.stays(bytes([type_ << 1, 1]), 1000)

    @pytest.mark.parametrize("type_", [9, 10, 11])
    def test_a_delimiter_holds_no_more_than_it_needs(self, type_):
        assert H264.stays(bytes([type_]), H264.delimiters[type_])
        assert not H264.stays(bytes([type_]), H264.delimiters[type_] + 1)
        assert MARKER not in blanked(bytes([type_]) + MARKER, H264)

    @pytest.mark.parametrize("coding", [H264, HEVC])
    def test_a_unit_that_is_only_a_header_keeps_its_length(self, coding):
        assert blanked(b"\xff" * coding.header, coding) == coding.filler

    @given(st.sampled_from([H264, HEVC]), st.binary(min_size=2, max_size=600))
    def test_any_bytes_keep_their_length_and_settle(self, coding: Coding, unit: bytes):
        made = blanked(unit, coding)

        assert len(made) == len(unit)
        assert blanked(made, coding) == made

    @given(st.binary(max_size=400))
    def test_no_start_code_comes_to_be(self, content: bytes):
        made = blanked(nal(b"\x06", PIC_TIMING, message(5, content)), H264)

        assert b"\x00\x00\x01" not in made
        assert b"\x00\x00\x00" not in made


class TestEmulationPrevention:
    @given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4]), max_size=40).map(bytes))
    def test_it_comes_out_as_it_went_in(self, content: bytes):
        assert payload(escaped(content + b"\x80")) == content + b"\x80"
