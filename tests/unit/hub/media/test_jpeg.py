"""The marker walk of a JPEG stream."""

from __future__ import annotations

import struct

import pytest
from drawn import app_segment, encoded, jpeg, scene, with_segments
from PIL import Image

from hub.errors import DamagedImage
from hub.media.jpeg import parse


class TestParse:
    def test_frame_and_components(self):
        parsed = parse(jpeg(160, 128, subsampling=2))
        assert (parsed.process, parsed.precision, parsed.scans) == (0xC0, 8, 1)
        assert (parsed.columns, parsed.rows) == (160, 128)
        assert [(c.horizontal, c.vertical) for c in parsed.components] == [(2, 2), (1, 1), (1, 1)]

    def test_only_what_a_decoder_needs_is_kept(self):
        kept = b"".join(parse(jpeg()).slices)
        position, markers = 2, []
        while (marker := kept[position + 1]) != 0xDA:
            markers.append(marker)
            position += 2 + int.from_bytes(kept[position + 2 : position + 4], "big")
        assert set(markers) <= {0xC0, 0xC4, 0xDB, 0xDD}

    def test_fill_bytes_before_a_marker_are_passed_over(self):
        stream = jpeg().replace(b"\xff\xc4", b"\xff\xff\xff\xff\xc4", 1)
        assert b"".join(parse(stream).slices) == b"".join(parse(jpeg()).slices)

    def test_names_of_what_is_dropped_come_once_with_their_number(self):
        stream = with_segments(jpeg(), app_segment(2, b"MPF\x00"), app_segment(2, b"MPF\x00"))
        assert "multi-picture index (2)" in parse(stream).dropped
        assert "Exif" in parse(stream).dropped

    def test_the_first_exif_block_counts(self):
        stream = with_segments(jpeg(), app_segment(1, b"Exif\x00\x00first"))
        assert parse(stream).exif == b"first"

    def test_rgb_by_component_names_is_not_ycbcr(self):
        assert not parse(encoded(scene(), "JPEG", keep_rgb=True)).is_ycbcr
        assert parse(jpeg()).is_ycbcr

    def test_jpegs_of_a_thousand_scans_are_refused(self):
        stream = jpeg()
        scan = stream[stream.index(b"\xff\xda") : -2]
        with pytest.raises(DamagedImage):
            parse(stream[:-2] + scan * 1000 + b"\xff\xd9")

    def test_a_stream_of_empty_segments_is_refused_before_its_end(self):
        empty = app_segment(0, b"") * 10_000
        with pytest.raises(DamagedImage):
            parse(with_segments(jpeg(), empty))

    def test_a_long_run_of_fill_bytes_is_passed_over(self):
        stream = jpeg().replace(b"\xff\xc4", bytes([0xFF]) * 1_000_000 + b"\xc4", 1)
        assert b"".join(parse(stream).slices) == b"".join(parse(jpeg()).slices)

    @pytest.mark.parametrize(("mode", "blocks"), [("L", 187_500), ("RGB", 281_500)])
    @pytest.mark.parametrize("progressive", [False, True])
    def test_even_a_black_picture_has_data_for_its_size(self, mode, blocks, progressive):
        black = Image.new(mode, (4000, 3000))
        parsed = parse(encoded(black, "JPEG", optimize=True, progressive=progressive))
        assert parsed.blocks == blocks
        assert parsed.has_data_for_its_size

    @pytest.mark.parametrize("progressive", [False, True])
    def test_a_frame_may_be_larger_than_its_data(self, progressive: bool):
        stream = bytearray(jpeg(progressive=progressive))
        at = stream.index(b"\xff\xc2" if progressive else b"\xff\xc0") + 5
        stream[at : at + 4] = struct.pack(">HH", 9_984, 9_984)
        assert not parse(bytes(stream)).has_data_for_its_size

    @pytest.mark.parametrize("cut", range(2, 700, 7))
    def test_a_head_cut_anywhere_is_damaged(self, cut: int):
        with pytest.raises(DamagedImage):
            parse(jpeg()[:cut])

    def test_a_second_start_in_the_data_is_damaged(self):
        stream = jpeg(400, 300)
        middle = stream.index(b"\xff\xda") + 200
        with pytest.raises(DamagedImage):
            parse(stream[:middle] + stream)


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


NOTE = bytes(range(32, 96))
"""64 bytes that are no part of the picture."""
NO_TABLE = {
    "quantization": segment(0xDB, b"\x03" + NOTE),
    "quantization of 16 bits": segment(0xDB, b"\x13" + NOTE * 2),
    "quantization, defined again": segment(0xDB, b"\x00" + NOTE),
    "Huffman": segment(0xC4, b"\x03" + bytes(7) + b"\x40" + bytes(8) + NOTE),
    "Huffman, defined again": segment(0xC4, b"\x10" + bytes(7) + b"\x40" + bytes(8) + NOTE),
    "arithmetic conditions": segment(0xCC, NOTE),
}


class TestTables:
    @pytest.mark.parametrize("extra", NO_TABLE.values(), ids=NO_TABLE)
    def test_one_that_no_scan_uses_is_left_out(self, extra: bytes):
        plain = b"".join(parse(jpeg()).slices)
        assert b"".join(parse(with_segments(jpeg(), extra)).slices) == plain

    def test_one_after_the_scan_is_left_out(self):
        late = jpeg()[:-2] + NO_TABLE["Huffman"] + b"\xff\xd9"
        assert b"".join(parse(late).slices) == b"".join(parse(jpeg()).slices)

    def test_of_a_segment_with_both_only_the_used_one_stays(self):
        stream = jpeg()
        at = stream.index(b"\xff\xdb")
        both = segment(0xDB, stream[at + 4 : at + 69] + b"\x03" + NOTE)
        kept = b"".join(parse(stream[:at] + both + stream[at + 69 :]).slices)
        assert kept == b"".join(parse(stream).slices)

    @pytest.mark.parametrize("marker", [0xDB, 0xC4, 0xC0, 0xDA], ids=["DQT", "DHT", "SOF", "SOS"])
    def test_a_segment_longer_than_what_it_says_is_damaged(self, marker: int):
        stream = jpeg()
        at = stream.index(bytes([0xFF, marker]))
        end = at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
        longer = segment(marker, stream[at + 4 : end] + b"\xffNOTE")
        with pytest.raises(DamagedImage):
            parse(stream[:at] + longer + stream[end:])

    def test_a_restart_interval_is_two_bytes(self):
        with pytest.raises(DamagedImage):
            parse(with_segments(jpeg(), segment(0xDD, b"\x00\x00" + NOTE)))


class TestEndOfScan:
    @pytest.mark.parametrize("length", [0, 1, 2, 262_143, 262_144, 262_145, 600_000])
    def test_wherever_the_windows_part(self, length: int):
        head, tail = split_at_scan(jpeg())
        data = (b"\x12\xff\x00\xff\xd4" * (length // 5 + 1))[:length].removesuffix(b"\xff")
        stream = head + data + b"\xff\xd9"
        assert b"".join(parse(stream).slices).endswith(data + b"\xff\xd9")
        assert tail

    def test_fill_bytes_before_the_marker_do_no_harm(self):
        head, _tail = split_at_scan(jpeg())
        stream = b"".join(parse(head + b"\x12\x34\xff\xff\xff\xd9" + b"after").slices)
        assert stream.endswith(b"\x12\x34\xff\xff\xff\xd9")

    def test_data_without_a_marker_are_damaged(self):
        head, _tail = split_at_scan(jpeg())
        with pytest.raises(DamagedImage):
            parse(head + bytes(300_000) + b"\xff")


def split_at_scan(stream: bytes) -> tuple[bytes, bytes]:
    at = stream.index(b"\xff\xda")
    end = at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
    return stream[:end], stream[end:]
