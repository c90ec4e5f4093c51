"""Samples are searched by the heads of their NAL units, and streamed without what is private."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.media import blanking
from hub.media.blanking import Unclean, blank
from hub.media.nal_units import H264, HEVC, LONGEST_BLANKED, Coding
from hub.slices import FileSlice, HeldFile, chunks_of

MARKER = b"PRIVATE-0123456789-abcdefgh-MARK"
USER_DATA = b"\x06\x05\x20" + MARKER + b"\x80"
UNKNOWN = b"\x18" + MARKER
SLICE = b"\x65" + bytes(range(200))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "samples"


def sample(*units: bytes, length_size: int = 4) -> bytes:
    return b"".join(len(u).to_bytes(length_size, "big") + u for u in units)


def streamed(
    path: Path, content: bytes, samples: list[tuple[int, int]] | None = None, **how: int
) -> tuple[bytes, blanking.Blanked]:
    """What leaves a file of these samples; without places it is one sample."""
    path.write_bytes(content)
    file = HeldFile(str(path))
    places = [(0, len(content))] if samples is None else samples
    found = blank(places, file, H264, how.get("length_size", 4))
    piece = FileSlice(file, 0, len(content), (found.patches,))
    return b"".join(bytes(chunk) for chunk in chunks_of(piece)), found


class TestSearch:
    @pytest.mark.parametrize("length_size", [1, 2, 3, 4])
    def test_only_what_is_private_changes(self, path, length_size):
        units = (b"\x09\xf0", USER_DATA, SLICE, SLICE, UNKNOWN)
        content = sample(*units, length_size=length_size)

        made, found = streamed(path, content, length_size=length_size)

        assert (found.user_data, found.others) == (1, 1)
        assert MARKER not in made
        assert len(made) == len(content)
        assert made.count(sample(SLICE, length_size=length_size)) == 2

    def test_nothing_private_is_nothing_to_do(self, path):
        content = sample(SLICE, SLICE)

        made, found = streamed(path, content)

        assert made == content
        assert not found

    def test_units_far_apart_in_a_sample_are_found(self, path):
        large = b"\x65" + bytes(5000)
        content = sample(large, USER_DATA, large, USER_DATA)

        made, found = streamed(path, content)

        assert found.user_data == 2
        assert MARKER not in made

    def test_samples_may_lie_in_any_order(self, path):
        one = sample(USER_DATA, SLICE)
        places = [(n * len(one), len(one)) for n in (3, 0, 2, 1)]

        made, found = streamed(path, one * 4, places)

        assert found.user_data == 4
        assert MARKER not in made

    def test_what_lies_across_two_chunks_is_written_over_whole(self, path, monkeypatch):
        content = sample(*[USER_DATA, SLICE] * 40)
        expected, _found = streamed(path, content)
        for chunk in (1, 7, 36, 100):
            monkeypatch.setattr("hub.slices._CHUNK", chunk)
            assert streamed(path, content)[0] == expected
        assert MARKER not in expected


class TestUnclean:
    @pytest.mark.parametrize(
        "content",
        [
            sample(SLICE)[:-1],
            sample(SLICE) + b"\x00",
            sample(SLICE) + b"\x00\x00\x00\x00",
            sample(SLICE) + b"\x00\x00\x00\x01",
            struct.pack(">I", 0xFFFFFFFF) + SLICE,
            b"\x00\x00\x00\x01" + SLICE,  # a start code is no length
            bytes(100),
        ],
    )
    def test_units_that_do_not_end_with_the_sample(self, path, content):
        with pytest.raises(Unclean):
            streamed(path, content)

    def test_a_sample_behind_the_end(self, path):
        for place in ((100, 300), (10_000, 8), (1 << 62, 8)):
            with pytest.raises(Unclean):
                streamed(path, sample(SLICE), [place])

    def test_more_units_than_any_video_has(self, path, monkeypatch):
        monkeypatch.setattr(blanking, "MAX_UNITS", 50)

        assert streamed(path, sample(*[b"\x41"] * 50))
        with pytest.raises(Unclean):
            streamed(path, sample(*[b"\x41"] * 51))

    def test_more_to_write_over_than_is_held(self, path, monkeypatch):
        monkeypatch.setattr(blanking, "MAX_BLANKED", 50)

        with pytest.raises(Unclean):
            streamed(path, sample(*[UNKNOWN] * 51))

    def test_a_unit_too_large_to_be_held(self, path):
        with pytest.raises(Unclean):
            streamed(path, sample(b"\x18" + bytes(LONGEST_BLANKED)))


class TestHostile:
    @given(
        st.binary(max_size=200),
        st.sampled_from([H264, HEVC]),
        st.integers(1, 4),
        st.lists(st.tuples(st.integers(0, 250), st.integers(0, 250)), max_size=4),
    )
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_bytes_are_searched_or_unclean(
        self,
        path: Path,
        content: bytes,
        coding: Coding,
        size: int,
        places: list[tuple[int, int]],
    ):
        path.write_bytes(content)
        file = HeldFile(str(path))
        try:
            found = blank(places, file, coding, size)
        except Unclean:
            return
        piece = FileSlice(file, 0, len(content), (found.patches,))
        assert len(b"".join(bytes(chunk) for chunk in chunks_of(piece))) == len(content)

    def test_mutants_of_a_sample(self, path):
        chance = random.Random(25)
        sei = (
            b"\x06\x01\x04\x00\x00\x03\x00\x12\x05\x20"
            + MARKER
            + b"\x04\x08\xb5"
            + bytes(7)
            + b"\x80"
        )
        whole = sample(b"\x09\xf0", USER_DATA, sei, SLICE, UNKNOWN)
        searched = 0
        for _ in range(5000):
            mutant = bytearray(whole)
            for _change in range(chance.randint(1, 4)):
                mutant[chance.randrange(len(mutant))] = chance.choice(
                    (0, 1, 3, 4, 5, 6, 0xFF, 0x80)
                )
            try:
                made, _found = streamed(path, bytes(mutant))
            except Unclean:
                continue
            searched += 1
            assert len(made) == len(mutant)
        assert searched > 500
