"""PDF files, whole and otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest
from drawn import jpeg
from drawn_pdf import pdf

from hub.errors import BodyTooLarge, DamagedDocument, NotADocument
from hub.media import document as module
from hub.media.document import document


@pytest.fixture
def read(tmp_path: Path):
    def read(content: bytes):
        path = tmp_path / "upload.part"
        path.write_bytes(content)
        return document(str(path))

    return read


def test_it_is_kept_byte_for_byte(read):
    content = pdf(b"(a string)")

    found = read(content)

    assert b"".join(found.payload) == content
    assert (found.mime_type, found.source_format) == ("application/pdf", "pdf")
    assert found.flags == ()
    assert found.changes == ()


@pytest.mark.parametrize(
    ("body", "flag"),
    [
        (b"<< /S /JavaScript /JS (app.alert) >>", "javascript"),
        (b"<< /S /Launch /F (cmd.exe) >>", "launch"),
        (b"<< /Type /EmbeddedFile >>", "embedded-files"),
    ],
)
def test_what_it_would_do_is_said(read, body: bytes, flag: str):
    assert read(pdf(body)).flags == (flag,)


def test_an_encrypted_one_is_kept_and_said(read):
    assert read(pdf(b"<< >>", trailer=b"/Encrypt 4 0 R")).flags == ("encrypted",)


def test_a_cross_reference_stream_is_as_good_as_a_table(read):
    body = pdf().split(b"xref\n")[0]
    stream = b"4 0 obj\n<< /Type /XRef >>\nstream\n\nendstream\nendobj\n"

    assert read(body + stream + b"startxref\n%d\n%%%%EOF" % len(body)).flags == ()


@pytest.mark.parametrize("length", [20, 200, len(pdf()) - 20, len(pdf()) - 7])
def test_one_that_was_cut_is_damaged(read, length: int):
    with pytest.raises(DamagedDocument):
        read(pdf()[:length])


def test_one_whose_end_leads_nowhere_is_damaged(read):
    with pytest.raises(DamagedDocument):
        read(pdf().replace(b"startxref\n", b"startxref\n9"))


@pytest.mark.parametrize("content", [b"", b"%PDF", b"<html>%PDF-1.7</html>", jpeg()])
def test_anything_else_is_no_document(read, content: bytes):
    with pytest.raises(NotADocument):
        read(content)


def test_one_that_is_too_large_is_refused_before_it_is_read(read, monkeypatch):
    monkeypatch.setattr(module, "MAX_DOCUMENT_BYTES", 100)
    with pytest.raises(BodyTooLarge):
        read(pdf())
