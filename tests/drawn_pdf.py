"""Small PDF files, whole and otherwise."""

from __future__ import annotations


def pdf(
    *objects: bytes, version: bytes = b"1.7", trailer: bytes = b"", catalog: bytes = b""
) -> bytes:
    """A PDF of one empty page with `objects` beside it, and a right cross-reference table."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R %s>>" % catalog,
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        *objects,
    ]
    out, offsets = b"%PDF-" + version + b"\n", []
    for number, body in enumerate(bodies, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(bodies) + 1
    tail = b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (count, trailer)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % count
    return out + head + table + tail + b"startxref\n%d\n%%%%EOF\n" % len(out)
