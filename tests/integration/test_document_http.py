"""A document goes in as a capture and comes out by WADO-RS to the byte, never to be run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from drawn_pdf import pdf
from served import Served, serving

from hub.model import Kind, Role

pytestmark = pytest.mark.integration

CONTENT = pdf(b"<< /S /JavaScript /JS (app.alert) >>")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as served:
        yield served


@pytest.fixture
def instance(served: Served) -> str:
    receipt = served.photo(CONTENT, kind=Kind.DOCUMENT, anatomic_region=None, laterality=None)
    return (
        f"/dicom-web/studies/{receipt.study_instance_uid}/series/{receipt.series_instance_uid}"
        f"/instances/{receipt.sop_instance_uid}"
    )


def test_its_bytes_come_out_as_they_went_in(served, instance):
    client = served.client(Role.CLINICIAN)
    (header,) = client.get(f"{instance}/metadata").get_json(force=True)

    uri = header["00420011"]["BulkDataURI"].split("localhost:8000")[-1]
    response = client.get(uri, headers={"Accept": "*/*"})

    assert response.status_code == 200
    assert CONTENT in response.data
    assert "application/pdf" not in response.headers["Content-Type"]
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_it_has_no_picture_and_its_study_has_a_page(served, instance):
    client = served.client(Role.CLINICIAN)

    assert client.get(f"{instance}/rendered").status_code == 406
    page = client.get("/studies/" + instance.split("/")[3])
    assert page.status_code == 200
    assert "without a picture" in page.text
