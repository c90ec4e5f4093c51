"""A PDF file becomes a Document: stored as it came, checked by its structure alone (ADR 0010).

Nothing of it is rendered or run here. ISO 32000-1, 7.5: a header, a body and, at the
end, `startxref`, the offset of the cross-reference table and `%%EOF`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from hub import child
from hub.errors import BodyTooLarge, DamagedDocument, NotADocument
from hub.model import Document, FlagCode

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
"""Largest document, in bytes."""

_HEADER = re.compile(rb"%PDF-[12]\.\d")
_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_END_BYTES = 2048
_CROSS_REFERENCE = re.compile(rb"\s*(xref\b|\d+\s+\d+\s+obj\b)")


def document(source_path: str) -> Document:
    """Read one PDF file.

    Raises NotADocument, DamagedDocument for one that is cut or has no cross-reference
    table where it says, BodyTooLarge.
    """
    path = Path(source_path)
    if path.stat().st_size > MAX_DOCUMENT_BYTES:
        raise BodyTooLarge("This document is larger than the hub accepts.")
    data = path.read_bytes()
    if not _HEADER.match(data):
        raise NotADocument
    _check_end(data)
    return Document(
        encoding="pdf",
        payload=(data,),
        mime_type="application/pdf",
        flags=flags_of(source_path),
        source_format="pdf",
    )


def flags_of(path: str) -> tuple[FlagCode, ...]:
    """Return what a child finds in a PDF, or in an object that holds one.

    One it fails over is kept unchecked.
    """
    try:
        facts, _ = child.call("hub.media.pdf_findings", {"path": path})
    except child.ChildDied:
        return (FlagCode.PDF_UNCHECKED,)
    return tuple(map(FlagCode, cast(Iterable[str], facts["flags"])))


def _check_end(data: bytes) -> None:
    """The last cross-reference table or stream must be where the end of the file says."""
    end = _END.search(data, max(0, len(data) - _END_BYTES))
    if end is None or not _CROSS_REFERENCE.match(data, int(end[1][:12])):
        raise DamagedDocument
