"""Look into one untrusted PDF for what its reader should know; runs only in a child.

Names are looked for in the file's objects and in its object streams (ISO 32000-1, 7.5.7),
not in the data of other streams: there three letters mean nothing. Answers
`{"flags": [...]}`. A file can hide from this; it is a hint and never a proof.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.model import FlagCode

_MOST_UNPACKED = 128 * 1024 * 1024
_STREAM, _END = re.compile(rb"stream\r?\n"), b"endstream"
_OBJECT_STREAM = re.compile(rb"/Type\s*/ObjStm\b")
_HEX = re.compile(rb"#([0-9A-Fa-f]{2})")
_DICTIONARY = 4096
"""Bytes before a stream in which its dictionary stands."""

_SIGNS = {
    FlagCode.PDF_ENCRYPTED: rb"Encrypt",
    FlagCode.PDF_SCRIPTS: rb"JavaScript|JS|XFA",
    FlagCode.PDF_LAUNCHES: rb"Launch",
    FlagCode.PDF_EMBEDDED_FILES: rb"EmbeddedFiles?",
    FlagCode.PDF_LINKS: rb"URI|GoToR",
    FlagCode.PDF_SENDS: rb"SubmitForm|ImportData",
}
"""Names of what the file would do or hold (ISO 32000-1, 7.6, 7.11.4 and 12.6.4)."""
_FOUND = {code: re.compile(rb"/(?:%s)(?![A-Za-z0-9])" % names) for code, names in _SIGNS.items()}


def answer(request: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Look into the file at `request["path"]`."""
    with open(request["path"], "rb") as file:
        return {"flags": findings(file.read())}, b""


def findings(data: bytes) -> list[FlagCode]:
    """Return what is found in a file, in the order of the codes."""
    streams = list(_streams(data))
    unpacked = list(_object_streams(data, streams))
    unchecked = None in unpacked
    # Everything but the streams' data.
    between = zip(
        [0, *(end for _, end in streams)],
        [*(start for start, _ in streams), len(data)],
        strict=True,
    )
    texts = [_plain(data[start:end]) for start, end in between]
    texts += [_plain(text) for text in unpacked if text]
    found = [code for code, sign in _FOUND.items() if any(map(sign.search, texts))]
    # What is encrypted cannot be unpacked, either, and is said by that already.
    if unchecked and FlagCode.PDF_ENCRYPTED not in found:
        found.append(FlagCode.PDF_UNCHECKED)
    return found


def _plain(text: bytes) -> bytes:
    """Write names as they are meant: `/J#61vaScript` is a name, too (7.3.5)."""
    return _HEX.sub(lambda m: bytes([int(m[1], 16)]), text) if b"#" in text else text


def _streams(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the data of each stream lie."""
    position = 0
    while begin := _STREAM.search(data, position):
        end = data.find(_END, begin.end())
        if end < 0:
            return
        yield begin.end(), end
        position = end + len(_END)


def _object_streams(data: bytes, streams: Iterable[tuple[int, int]]) -> Iterator[bytes | None]:
    """Yield each object stream unpacked; None for one that cannot be."""
    left = _MOST_UNPACKED
    for start, end in streams:
        before = data[max(0, start - _DICTIONARY) : start]
        dictionary = _plain(before.rpartition(b" obj")[2])
        if _OBJECT_STREAM.search(dictionary):
            text = _unpacked(dictionary, data[start:end], left)
            left -= len(text or b"")
            yield text


def _unpacked(dictionary: bytes, content: bytes, most: int) -> bytes | None:
    """Undo FlateDecode, as all writers pack object streams; None for anything else."""
    if b"/Filter" not in dictionary:
        return content
    if b"/FlateDecode" not in dictionary or b"Predictor" in dictionary or most <= 0:
        return None
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(content, most)
    except zlib.error:
        return None
    return text if unpacking.eof else None
