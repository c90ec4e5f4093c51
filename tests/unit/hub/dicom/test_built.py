"""The file of an object made here, byte by byte where it matters."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from drawn import encoded, entropy_coded, jpeg, scene
from pydicom.encaps import generate_fragments

import hub.dicom
from factories import make_context
from hub.errors import NotStorable, UnsupportedMedia
from hub.media.jpeg import parse
from hub.model import Kind, Photograph


def photo(payload: tuple[bytes, ...], **changes: object) -> Photograph:
    facts: dict = {"encoding": "jpeg-baseline", "rows": 2, "columns": 2, "samples_per_pixel": 3}
    return Photograph(payload=payload, **{**facts, **changes})


def written(built: hub.dicom.BuiltObject) -> bytes:
    out = io.BytesIO()
    built.write_to(out.write)
    return out.getvalue()


class TestFile:
    def test_the_same_capture_gives_the_same_bytes(self, wrapped: Callable[..., bytes]):
        assert wrapped() == wrapped()

    @pytest.mark.parametrize("content", [jpeg(150, 115, 6), encoded(scene(), "PNG")])
    def test_the_same_decoded_capture_gives_the_same_bytes(
        self, wrapped: Callable[..., bytes], content: bytes
    ):
        assert wrapped(content) == wrapped(content)

    def test_the_stream_is_the_one_that_was_sent_less_metadata(self, wrapped: Callable[..., bytes]):
        sent = jpeg()
        file = wrapped(sent)
        stream = b"".join(parse(sent).slices)
        assert stream in file
        assert entropy_coded(stream) == entropy_coded(sent)

    def test_pieces_are_handed_over_as_they_are(self):
        pieces = (b"\xff\xd8first", b"second\xff\xd9")
        seen: list[bytes | memoryview] = []
        hub.dicom.build(make_context(), photo(pieces)).write_to(seen.append)
        assert [piece for piece in seen if piece is pieces[0] or piece is pieces[1]] == list(pieces)

    @pytest.mark.parametrize("size", [10, 11])
    def test_one_frame_is_one_even_fragment_behind_an_empty_table(self, size: int):
        stream = bytes(range(1, size + 1))
        file = written(hub.dicom.build(make_context(), photo((stream,))))
        pixels = file[file.index(b"\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff") + 12 :]
        table, fragment = generate_fragments(pixels)
        assert table == b""
        assert fragment == stream + b"\x00" * (size % 2)

    def test_native_pixels_have_their_length(self):
        native = photo((bytes(12),), encoding="native")
        assert written(hub.dicom.build(make_context(), native)).endswith(
            b"\xe0\x7f\x10\x00OB\x00\x00\x0c\x00\x00\x00" + bytes(12)
        )


class TestCheck:
    def test_pixels_that_are_not_all_there_are_not_written(self):
        with pytest.raises(NotStorable):
            hub.dicom.build(make_context(), photo((bytes(11),), encoding="native"))

    def test_a_value_that_is_not_of_its_representation_is_not_written(self):
        wrong = photo((b"xx",), color_space="NO-SUCH-COLOUR-SPACE")
        with pytest.raises(NotStorable, match="ColorSpace"):
            hub.dicom.build(make_context(), wrong)

    def test_a_uid_that_is_none_is_not_written(self):
        with pytest.raises(NotStorable, match="SOPInstanceUID"):
            hub.dicom.build(make_context(sop_instance_uid="../../etc"), photo((b"xx",)))

    def test_a_kind_without_iod_is_refused_by_name(self):
        with pytest.raises(UnsupportedMedia, match="video"):
            hub.dicom.build(make_context(kind=Kind.VIDEO), photo((b"xx",)))
