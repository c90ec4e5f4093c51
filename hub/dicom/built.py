"""An object made here: its header, and its pixels streamed after it without a copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSLossless,
)

from hub.model import CaptureContext, Instance, Media, Series, Study

from . import dicom_json, facts
from .check import check
from .encode import data_set, file_header
from .iod import ENCAPSULATED_DOCUMENT, PIXEL_DATA
from .iods import iod_of

TRANSFER_SYNTAXES = {
    "jpeg-baseline": JPEGBaseline8Bit,
    "jpeg-extended": JPEGExtended12Bit,
    "jpeg-ls-lossless": JPEGLSLossless,
    "jpeg-2000-lossless": JPEG2000Lossless,
    "native": ExplicitVRLittleEndian,
    "pdf": ExplicitVRLittleEndian,
}

IMPLEMENTATION_CLASS_UID = UID("2.25.165263392993682770000513382694328274937")
_IMPLEMENTATION_VERSION_NAME = "EIH_1"

_PIXEL_DATA_OB = b"\xe0\x7f\x10\x00OB\x00\x00"
_DOCUMENT_OB = b"\x42\x00\x11\x00OB\x00\x00"
_UNDEFINED_LENGTH = b"\xff\xff\xff\xff"
_ITEM = b"\xfe\xff\x00\xe0"
_SEQUENCE_DELIMITER = b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"

Write = Callable[[bytes | memoryview], object]


@dataclass(frozen=True)
class BuiltObject:
    """A checked object, ready to be written. Equal inputs give equal bytes."""

    ds: Dataset
    """The header: everything but the payload."""
    payload: tuple[bytes | memoryview, ...]
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
            self._write_payload(write, size)
            write(data_set(self.ds[ENCAPSULATED_DOCUMENT:]))
            return
        write(self._header(self.ds))
        if self.transfer_syntax_uid == ExplicitVRLittleEndian:
            write(_PIXEL_DATA_OB + padded.to_bytes(4, "little"))
            self._write_payload(write, size)
            return
        # One frame is one fragment (PS3.5 A.4); the Basic Offset Table item is empty.
        write(_PIXEL_DATA_OB + _UNDEFINED_LENGTH + _ITEM + bytes(4))
        write(_ITEM + padded.to_bytes(4, "little"))
        self._write_payload(write, size)
        write(_SEQUENCE_DELIMITER)

    def instance_facts(self, sha256: str, size: int) -> tuple[Study, Series, Instance]:
        """What the catalog keeps, given digest and size of the written file."""
        header = dicom_json.header(self.ds)
        return facts.of_dataset(self.ds, header, self.transfer_syntax_uid, sha256, size)

    def _write_payload(self, write: Write, size: int) -> None:
        for piece in self.payload:
            write(piece)
        if size % 2:
            write(b"\x00")

    def _header(self, ds: Dataset) -> bytes:
        """Preamble, file meta information and the data set before the payload."""
        meta = FileMetaDataset()
        meta.FileMetaInformationVersion = b"\x00\x01"
        meta.MediaStorageSOPClassUID = self.ds.SOPClassUID
        meta.MediaStorageSOPInstanceUID = self.ds.SOPInstanceUID
        meta.TransferSyntaxUID = self.transfer_syntax_uid
        meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
        meta.ImplementationVersionName = _IMPLEMENTATION_VERSION_NAME
        return file_header(meta, ds)


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
