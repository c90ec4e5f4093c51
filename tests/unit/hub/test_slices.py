"""Pieces of bytes and of files, cut and joined."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.slices import FileSlice, HeldFile, Patches, Piece, between, chunks_of, cut


@pytest.fixture
def pieces(tmp_path: Path) -> tuple[Piece, ...]:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    return b"ab", FileSlice(HeldFile(str(path)), 2, 5), memoryview(b"yz")


def joined(pieces: object) -> bytes:
    return b"".join(bytes(chunk) for piece in pieces for chunk in chunks_of(piece))


WHOLE = b"ab23456yz"


class TestPieces:
    def test_a_slice_is_read_from_its_place(self, pieces):
        assert joined(pieces) == WHOLE
        assert sum(len(piece) for piece in pieces) == len(WHOLE)

    @pytest.mark.parametrize("start", range(10))
    @pytest.mark.parametrize("stop", range(10))
    def test_between_is_that_part(self, pieces, start, stop):
        assert joined(between(pieces, start, stop)) == WHOLE[start:stop]

    @pytest.mark.parametrize("most", range(1, 11))
    def test_cut_gives_groups_of_one_length_and_a_rest(self, pieces, most):
        groups = [joined(group) for group in cut(pieces, most)]

        assert groups == [WHOLE[i : i + most] for i in range(0, len(WHOLE), most)]

    def test_a_file_that_became_shorter_is_said(self, tmp_path):
        path = tmp_path / "file"
        path.write_bytes(b"0123")

        with pytest.raises(OSError, match="shorter"):
            joined([FileSlice(HeldFile(str(path)), 2, 5)])


class TestPatches:
    """Places of a file that are replaced when they are read."""

    @pytest.fixture
    def piece(self, tmp_path: Path) -> FileSlice:
        path = tmp_path / "file"
        path.write_bytes(b"0123456789abcdef")
        stars = Patches([3, 9], [4, 2], lambda old: b"*" * len(old))
        letters = Patches([15], [1], bytes.upper)
        return FileSlice(HeldFile(str(path)), 1, 15, (stars, letters))

    def test_only_they_change(self, piece):
        assert joined([piece]) == b"12****78**bcdeF"

    @pytest.mark.parametrize("chunk", [1, 2, 3, 5, 100])
    @pytest.mark.parametrize("start", range(15))
    def test_any_part_in_any_chunks_is_the_same(self, piece, monkeypatch, start, chunk):
        monkeypatch.setattr("hub.slices._CHUNK", chunk)

        for stop in range(start, 16):
            part = joined(between((piece,), start, stop))
            assert part == b"12****78**bcdeF"[start:stop]
