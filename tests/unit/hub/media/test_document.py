"""PDF files, whole and otherwise."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from drawn import jpeg
from drawn_pdf import pdf

from hub import child
from hub.errors import BodyTooLarge, DamagedDocument, NotADocument
from hub.media import document as module
from hub.media import pdf_findings
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


def packed(body: bytes, filter: bytes = b"/FlateDecode") -> bytes:
    """An object stream, as most programs write their objects today."""
    stream = zlib.compress(body) if filter == b"/FlateDecode" else body
    head = b"<< /Type /ObjStm /N 1 /First 4 /Filter %s /Length %d >>" % (filter, len(stream))
    return head + b"\nstream\r\n" + stream + b"\nendstream"


FOUND = [
    (b"<< /S /JavaScript /JS (app.alert) >>", "pdf-scripts"),
    (b"<< /S /J#61vaScript /#4aS (app.alert) >>", "pdf-scripts"),
    (b"<< /AcroForm << /XFA 9 0 R >> >>", "pdf-scripts"),
    (b"<< /S /Launch /F (cmd.exe) >>", "pdf-launches"),
    (b"<< /Type /EmbeddedFile >>", "pdf-embedded-files"),
    (b"<< /S /URI /URI (https://example.org) >>", "pdf-links"),
    (b"<< /S /GoToR /F (\\\\server\\share\\x.pdf) >>", "pdf-links"),
    (b"<< /S /SubmitForm /F (https://example.org) >>", "pdf-sends"),
]


@pytest.mark.parametrize(("body", "flag"), FOUND)
@pytest.mark.parametrize("written", [bytes, packed], ids=["plain", "packed"])
def test_what_it_would_do_is_said(read, written, body: bytes, flag: str):
    assert read(pdf(written(body))).flags == (flag,)


def test_an_encrypted_one_is_kept_and_said(read):
    content = pdf(packed(b"", b"/Crypt"), trailer=b"/Encrypt 4 0 R")

    assert read(content).flags == ("pdf-encrypted",)


@pytest.mark.parametrize(
    "body",
    [packed(b"<< >>", b"/LZWDecode"), packed(b"<< >>", b"[/FlateDecode").replace(b"x\x9c", b"y")],
    ids=["another filter", "broken"],
)
def test_what_cannot_be_looked_into_is_said(read, body: bytes):
    assert read(pdf(body)).flags == ("pdf-unchecked",)


def test_a_bomb_is_not_unpacked(read, monkeypatch):
    monkeypatch.setattr(pdf_findings, "_MOST_UNPACKED", 1000)

    assert pdf_findings.findings(pdf(packed(b" " * 2000))) == ["pdf-unchecked"]
    assert pdf_findings.findings(pdf(packed(b" " * 500), packed(b"/JS " * 400))) == [
        "pdf-unchecked"
    ]


def test_letters_in_the_data_of_a_picture_mean_nothing(read):
    picture = b"<< /Subtype /Image /Length 40 >>\nstream\n/JS /Launch /EmbeddedFile\nendstream"

    assert read(pdf(picture, b"<< /JSON 1 /Title (Launch) >>")).flags == ()


def test_a_child_that_dies_over_it_costs_no_document(read, monkeypatch):
    def dies(*_: object) -> None:
        raise child.ChildDied

    monkeypatch.setattr(module.child, "call", dies)

    assert read(pdf()).flags == ("pdf-unchecked",)


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
