"""The digest of what a stored object carries: its pixel stream or document, nothing else."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from typing import BinaryIO

from pydicom import dcmread

from hub.errors import ObjectDamaged

_CHUNK = 1 << 20
_IMPLICIT_VR = "1.2.840.10008.1.2"
_ITEM = b"\xfe\xff\x00\xe0"
_UNDEFINED = 0xFFFFFFFF


def payload_sha256(file: BinaryIO) -> str:
    """Return the SHA-256 of Pixel Data (7FE0,0010) or of an encapsulated document.

    Of an encapsulated stream the fragments are joined, without their item headers and with
    the byte that pads an odd one; so other tools export it, too. A document is as long as
    Encapsulated Document Length (0042,0015) says. Empty for an object with neither.
    Raises ObjectDamaged.
    """
    try:
        ds = dcmread(file, stop_before_pixels=True)
        document = ds.get("EncapsulatedDocument")
        if document is not None:
            length = int(ds.get("EncapsulatedDocumentLength") or len(document))
            return hashlib.sha256(document[:length]).hexdigest()
        digest = hashlib.sha256()
        pieces = list(_pieces(file, ds.file_meta.TransferSyntaxUID == _IMPLICIT_VR))
        for offset, length in pieces:
            file.seek(offset)
            for chunk in _chunks(file, length):
                digest.update(chunk)
    except Exception as exc:  # pydicom names no family for what damaged bytes raise.
        raise ObjectDamaged from exc
    return digest.hexdigest() if pieces else ""


def _pieces(file: BinaryIO, implicit: bool) -> Iterator[tuple[int, int]]:
    """Where the stream lies in the file: one stretch, or one for each fragment (PS3.5 A.4)."""
    head = file.read(8 if implicit else 12)
    if len(head) < 8:
        return
    length = int.from_bytes(head[-4:], "little")
    if length != _UNDEFINED:
        yield file.tell(), length
        return
    is_offset_table = True
    while (item := file.read(8))[:4] == _ITEM:
        (length,) = struct.unpack("<I", item[4:])
        if not is_offset_table:
            yield file.tell(), length
        is_offset_table = False
        file.seek(length, 1)


def _chunks(file: BinaryIO, length: int) -> Iterator[bytes]:
    while length:
        chunk = file.read(min(length, _CHUNK))
        if not chunk:
            raise ObjectDamaged
        length -= len(chunk)
        yield chunk
