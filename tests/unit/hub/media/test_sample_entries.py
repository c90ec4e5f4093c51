"""Sample descriptions are written anew from parameter sets, and hold nothing else."""

from __future__ import annotations

import struct

import pytest

from hub.media import sample_entries
from hub.media.boxes import Malformed, box

MARKER = b"PRIVATE-0123456789-abcdefgh-MARK"
SPS = bytes.fromhex("67640028acd940780227e5c05a808080a0000003002000000781e30632c0")
PPS = bytes.fromhex("68ebe3cb22c0")
HEVC_SPS = bytes.fromhex(
    "42010101600000030090000003000003003ca00a080f16595952930b9a020000030002000003003210"
)


def avcc(sequences: list[bytes], pictures: list[bytes], general: bytes = b"\x64\x00\x28") -> bytes:
    sets = bytes([len(sequences) | 0xE0]) + b"".join(map(with_length, sequences))
    sets += bytes([len(pictures)]) + b"".join(map(with_length, pictures))
    return box(b"avcC", b"\x01", general, b"\xff", sets, b"\xfd\xf8\xf8\x00")


def hvcc(arrays: dict[int, list[bytes]], general: bytes = HEVC_SPS[3:15]) -> bytes:
    lists = [
        struct.pack(">BH", kind, len(units)) + b"".join(map(with_length, units))
        for kind, units in arrays.items()
    ]
    rest = b"\xf0\x00\xfc\xfd\xf8\xf8\x00\x00\x0f"
    return box(b"hvcC", b"\x01", general, rest, bytes([len(lists)]), *lists)


def with_length(unit: bytes) -> bytes:
    return struct.pack(">H", len(unit)) + unit


def entry(config: bytes, columns: int = 64, rows: int = 48, said: bytes = b"") -> memoryview:
    head = struct.pack(">6xH16xHHIIIH32sHh", 1, columns, rows, 0, 0, 0, 1, MARKER, 24, -1)
    return memoryview(head + config + said)


class TestH264:
    def test_only_parameter_sets_of_their_own_type_stay(self):
        sei, unknown = b"\x06\x05\x20" + MARKER + b"\x80", b"\x18" + MARKER
        other = entry(avcc([sei, SPS, unknown], [unknown, PPS, sei]), said=box(b"uuid", MARKER))

        found = sample_entries.picture(b"avc1", other)

        assert MARKER not in found.entry
        assert found == sample_entries.picture(b"avc1", entry(avcc([SPS], [PPS])))

    def test_the_set_is_believed_against_the_description(self):
        lying = entry(avcc([SPS], [PPS], b"\x42\x7f\x0a"), 16, 16)

        found = sample_entries.picture(b"avc1", lying)

        assert (found.profile, found.level, found.columns, found.rows) == (100, 40, 1920, 1080)
        assert found == sample_entries.picture(b"avc1", entry(avcc([SPS], [PPS])))

    @pytest.mark.parametrize("sets", [[], [PPS], [b"\x67"], [b"\x18" + MARKER]])
    def test_none_at_all_is_malformed(self, sets):
        with pytest.raises(Malformed):
            sample_entries.picture(b"avc1", entry(avcc(sets, [PPS])))

    def test_every_cut_is_read_or_malformed(self):
        whole = avcc([SPS], [PPS])
        for end in range(8, len(whole)):
            cut = entry(struct.pack(">I", end) + whole[4:end])
            try:
                assert sample_entries.picture(b"avc1", cut).columns == 1920
            except Malformed:
                continue


class TestHevc:
    SETS = {0xA0: [b"\x40\x01\x0c"], 0xA1: [HEVC_SPS], 0x22: [b"\x44\x01\xc0"]}  # noqa: RUF012

    def test_only_parameter_sets_of_their_own_type_stay(self):
        sei, unknown = b"\x4e\x01\x05\x20" + MARKER + b"\x80", b"\x7e\x01" + MARKER
        more = {**self.SETS, 0xA0: [unknown, b"\x40\x01\x0c", sei], 0xA7: [sei], 0xBE: [unknown]}

        found = sample_entries.picture(b"hvc1", entry(hvcc(more), said=box(b"uuid", MARKER)))

        assert MARKER not in found.entry
        assert found == sample_entries.picture(b"hvc1", entry(hvcc(self.SETS)))

    def test_the_set_is_believed_against_the_description(self):
        found = sample_entries.picture(b"hvc1", entry(hvcc(self.SETS, MARKER[:12]), 9999, 1))

        assert (found.profile, found.level, found.columns, found.rows) == (1, 60, 320, 240)
        assert found == sample_entries.picture(b"hvc1", entry(hvcc(self.SETS)))

    def test_without_one_nothing_carries_it(self):
        found = sample_entries.picture(b"hev1", entry(hvcc({})))

        assert (found.profile, found.entry) == (0, b"")

    def test_every_cut_is_read_or_malformed(self):
        whole = hvcc(self.SETS)
        for end in range(8, len(whole)):
            cut = entry(struct.pack(">I", end) + whole[4:end])
            try:
                assert sample_entries.picture(b"hvc1", cut).columns == 320
            except Malformed:
                continue


@pytest.mark.parametrize(("format_", "record"), [(b"avc1", b"avcC"), (b"hvc1", b"hvcC")])
def test_a_decoder_configuration_of_megabytes_is_not_walked(format_: bytes, record: bytes):
    empty_units = bytes(22) + b"\x01\x20\xff\xff" + bytes(2 * 65_535)
    entry = bytes(78) + box(record, empty_units)
    with pytest.raises(Malformed, match="too long"):
        sample_entries.picture(format_, memoryview(entry))
