"""A document of a study is offered as a file to keep, never shown and never run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from drawn_pdf import pdf
from served import Served, serving

from hub.model import Kind, Role

CONTENT = pdf(b"<< /S /JavaScript /JS (app.alert) >>")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


def document(served: Served, content: bytes = CONTENT):
    changes = {"note": "Consent <b>form</b>", "anatomic_region": None, "laterality": None}
    return served.photo(content, kind=Kind.DOCUMENT, **changes)


def test_the_study_page_names_it_and_links_to_it(served):
    receipt = document(served)

    page = served.client(Role.CLINICIAN).get(f"/studies/{receipt.study_instance_uid}").text

    assert "Open document" in page
    assert f'href="/images/{receipt.sop_instance_uid}/document"' in page
    assert "Consent &lt;b&gt;form" in page
    assert "Consent <b>" not in page


@pytest.mark.parametrize("padding", [b"", b"\n"])
def test_it_is_given_to_the_byte_and_sandboxed(served, padding):
    receipt = document(served, CONTENT + padding)

    response = served.client(Role.CLINICIAN).get(f"/images/{receipt.sop_instance_uid}/document")

    assert (response.status_code, response.data) == (200, CONTENT + padding)
    headers = response.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == 'attachment; filename="document.pdf"'
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_whoever_opens_it_is_written_down(served):
    receipt = document(served)

    served.client(Role.CLINICIAN).get(f"/images/{receipt.sop_instance_uid}/document")

    last = served.audited()[-1]
    assert (last.action, last.by) == ("read", "machine-clinician")
    assert last.detail == {"via": "document", "sopInstanceUID": receipt.sop_instance_uid}


def test_nobody_without_a_right_to_it_gets_it(served):
    receipt = document(served)
    url = f"/images/{receipt.sop_instance_uid}/document"

    assert served.client(Role.AUDITOR).get(url).status_code in (403, 404)
    assert served.anonymous().get(url).status_code in (302, 303, 401)


def test_a_photo_is_no_document(served):
    receipt = served.photo()

    client = served.client(Role.CLINICIAN)
    assert client.get(f"/images/{receipt.sop_instance_uid}/document").status_code == 404
    assert "Open document" not in client.get(f"/studies/{receipt.study_instance_uid}").text
