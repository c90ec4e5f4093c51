"""An object made here: its header, and its pixels streamed after it without a copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pydicom.uid import (
    HEVCMP51,
    MPEG4HP41,
    MPEG4HP41F,
    MPEG4HP422D,
    MPEG4HP422DF,
    UID,
    ExplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSLossless,
)

from hub.model import CaptureContext, Instance, Media, Series, Study
from hub.slices import Piece, chunks_of, cut

from . import dicom_json, facts
from .check import check
from .encode import data_set, file_header
from .iod import ENCAPSULATED_DOCUMENT, NO_PAYLOAD, PIXEL_DATA
from .iods import iod_of

TRANSFER_SYNTAXES = {
    "jpeg-baseline": JPEGBaseline8Bit,
    "jpeg-extended": JPEGExtended12Bit,
    "jpeg-ls-lossless": JPEGLSLossless,
    "native": ExplicitVRLittleEndian,
    "h264-high-4.1": MPEG4HP41,
    "h264-high-4.1-fragmentable": MPEG4HP41F,
    "h264-high-4.2": MPEG4HP422D,
    "h264-high-4.2-fragmentable": MPEG4HP422DF,
    "hevc-main-5.1": HEVCMP51,
    "pdf": ExplicitVRLittleEndian,
}

_PIXEL_DATA_OB = b"\xe0\x7f\x10\x00OB\x00\x00"
_DOCUMENT_OB = b"\x42\x00\x11\x00OB\x00\x00"
_UNDEFINED_LENGTH = b"\xff\xff\xff\xff"
_ITEM = b"\xfe\xff\x00\xe0"
_SEQUENCE_DELIMITER = b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"
_FRAGMENTABLE = frozenset({MPEG4HP41F, MPEG4HP422DF})
_FRAGMENT = 1 << 31
"""Bytes of a fragment of a stream that has several."""

Write = Callable[[bytes | memoryview], object]


@dataclass(frozen=True)
class BuiltObject:
    """A checked object, ready to be written. Equal inputs give equal bytes."""

    ds: Dataset
    """The header: everything but the payload."""
    payload: tuple[Piece, ...]
    transfer_syntax_uid: UID
    payload_tag: int = PIXEL_DATA

    @property
    def sop_instance_uid(self) -> str:
        """SOP Instance UID (0008,0018)."""
        return str(self.ds.SOPInstanceUID)

    def write_to(self, write: Write) -> None:
        """Write the PS3.10 file piece by piece; the codestream is handed over as it is."""
        size = sum(len(piece) for piece in self.payload)
        padded = size + size % 2
        if self.payload_tag == ENCAPSULATED_DOCUMENT:
            write(self._header(self.ds[:ENCAPSULATED_DOCUMENT]))
            write(_DOCUMENT_OB + padded.to_bytes(4, "little"))
            _write_pieces(write, self.payload, size)
            write(data_set(self.ds[ENCAPSULATED_DOCUMENT:]))
            return
        write(self._header(self.ds))
        if self.payload_tag == NO_PAYLOAD:
            return
        if self.transfer_syntax_uid == ExplicitVRLittleEndian:
            write(_PIXEL_DATA_OB + padded.to_bytes(4, "little"))
            _write_pieces(write, self.payload, size)
            return
        # The Basic Offset Table item is empty. One frame, or the whole stream of a video, is
        # one fragment (PS3.5 A.4), but where the transfer syntax allows several.
        write(_PIXEL_DATA_OB + _UNDEFINED_LENGTH + _ITEM + bytes(4))
        is_fragmented = self.transfer_syntax_uid in _FRAGMENTABLE
        for pieces in cut(self.payload, _FRAGMENT) if is_fragmented else (self.payload,):
            length = sum(len(piece) for piece in pieces)
            write(_ITEM + (length + length % 2).to_bytes(4, "little"))
            _write_pieces(write, pieces, length)
        write(_SEQUENCE_DELIMITER)

    def instance_facts(self, sha256: str, size: int) -> tuple[Study, Series, Instance]:
        """What the catalog keeps, given digest and size of the written file."""
        header = dicom_json.header(self.ds)
        return facts.of_dataset(self.ds, header, self.transfer_syntax_uid, sha256, size)

    def _header(self, ds: Dataset) -> bytes:
        """Preamble, file meta information and the data set before the payload."""
        uids = (self.ds.SOPClassUID, self.ds.SOPInstanceUID)
        return file_header(uids, self.transfer_syntax_uid, ds)


def _write_pieces(write: Write, pieces: tuple[Piece, ...], size: int) -> None:
    for piece in pieces:
        for chunk in chunks_of(piece):
            write(chunk)
    if size % 2:
        write(b"\x00")


def build(context: CaptureContext, media: Media) -> BuiltObject:
    """Make the object that the kind of capture asks for, and check it.

    Raises UnsupportedMedia for a kind without an IOD, InvalidRequest and NotStorable for
    values that DICOM cannot hold.
    """
    iod = iod_of(context, media)
    ds = iod.dataset(context, media)
    check(ds, media)
    syntax = TRANSFER_SYNTAXES[media.encoding]
    return BuiltObject(ds, media.payload, syntax, iod.payload_tag)
