"""multipart/related, cut into whatever pieces the network makes of it."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture_api import multipart_related
from capture_api.header_parameters import read_media_type
from capture_api.multipart_related import IncompleteBody, Read, boundary_of, read_parts
from hub.errors import InvalidRequest

CONTENTS = st.lists(st.text("\r\n-Xa", max_size=40).map(str.encode), min_size=1, max_size=4)


def compose(contents: list[bytes], preamble: bytes = b"") -> bytes:
    parts = [b"--XX\r\nContent-Type: application/dicom\r\n\r\n" + c + b"\r\n" for c in contents]
    return preamble + b"".join(parts) + b"--XX--\r\nepilogue"


def in_pieces(content: bytes, size: int):
    stream = io.BytesIO(content)
    return lambda _: stream.read(size)


def read_all(read: Read) -> list[bytes]:
    return [b"".join(part.chunks) for part in read_parts(read, "XX")]


@given(CONTENTS, st.integers(1, 50), st.sampled_from([b"", b"hello\r\n", b"\r\n"]))
def test_parts_come_out_as_they_went_in(contents: list[bytes], size: int, preamble: bytes) -> None:
    contents = [c for c in contents if b"\r\n--XX" not in b"\r\n" + c]
    body = compose(contents, preamble)

    found = read_all(in_pieces(body, size))

    assert found == contents or not contents


@given(CONTENTS, st.data())
def test_a_body_that_was_cut_is_never_taken_for_whole(
    contents: list[bytes], data: st.DataObject
) -> None:
    body = compose(contents).removesuffix(b"--\r\nepilogue")
    cut = body[: data.draw(st.integers(0, len(body)))]

    with pytest.raises(InvalidRequest):
        read_all(in_pieces(cut, 7))


def test_what_is_left_of_a_part_is_skipped() -> None:
    body = compose([b"first" * 100_000, b"second"])

    parts = read_parts(io.BytesIO(body).read, "XX")
    next(parts)

    assert b"".join(next(parts).chunks) == b"second"


def test_a_large_part_is_never_in_memory_as_a_whole() -> None:
    head, tail = b"--XX\r\n\r\n", b"\r\n--XX--"
    pieces = iter([head, *[bytes(64 * 1024)] * 1024, tail])
    tracemalloc.start()

    (size,) = (sum(map(len, p.chunks)) for p in read_parts(lambda _: next(pieces, b""), "XX"))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size == 64 * 1024 * 1024
    assert peak < 2 * 1024 * 1024


@pytest.mark.parametrize(
    "body",
    [b"", b"--XX", b"--XX\r\nA: b", b"--XX\r\nA: b\r\n\r\ncontent", b"no boundary at all"],
)
def test_an_incomplete_body_is_named_so(body: bytes) -> None:
    with pytest.raises(IncompleteBody):
        read_all(io.BytesIO(body).read)


def test_endless_headers_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="too long"):
        next(read_parts(io.BytesIO(b"--XX\r\n" + b"A: b\r\n" * 100_000).read, "XX"))


def test_an_endless_boundary_line_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="does not end"):
        next(read_parts(io.BytesIO(b"--XX" + b" " * 1_000_000).read, "XX"))


def test_so_many_parts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multipart_related, "MOST_PARTS", 3)

    assert len(list(read_parts(io.BytesIO(compose([b"x"] * 3)).read, "XX"))) == 3
    with pytest.raises(InvalidRequest, match="More than 3"):
        list(read_parts(io.BytesIO(compose([b"x"] * 4)).read, "XX"))


@pytest.mark.parametrize("boundary", ["", "a" * 71, "a\r\nb", "ends with space ", "ü"])
def test_a_boundary_that_is_none_is_refused(boundary: str) -> None:
    with pytest.raises(InvalidRequest):
        boundary_of({"boundary": boundary})


@pytest.mark.parametrize(
    "header",
    [
        'multipart/related; type="application/dicom"; boundary=b1',
        "multipart/related; type=application/dicom; boundary=b1",
        'Multipart/Related;BOUNDARY="b1";Type="application/dicom"',
    ],
)
def test_parameters_are_read_with_and_without_quotes(header: str) -> None:
    name, parameters = read_media_type(header)

    assert name == "multipart/related"
    assert parameters == {"type": "application/dicom", "boundary": "b1"}
