"""The FHIR client against a real HTTP server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fhir.resources.R4B.imagingstudy import ImagingStudy

from factories import make_patient
from hub.errors import EhrRefused, EhrUnavailable, MisconfiguredHub
from hub.fhir.client import FhirClient
from hub.fhir.outward import ImagingStudyMessage
from hub.model import Study
from hub.settings import Settings

pytestmark = pytest.mark.integration


class Ehr(ThreadingHTTPServer):
    """Keeps what is put; answers with the status it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 201
        self.received: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/r4"


class _Handler(BaseHTTPRequestHandler):
    server: Ehr

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


@pytest.fixture
def ehr() -> Iterator[Ehr]:
    with Ehr() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_study_is_put_under_its_uid_with_the_token_of_the_file(
    ehr: Ehr, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    settings = Settings(ehr_fhir_url=ehr.url, ehr_fhir_token_file=str(tmp_path / "token"))
    study = Study("2.25.77", make_patient(), patient_key="k1")

    ImagingStudyMessage.from_settings(settings).send(study)

    ((path, headers, body),) = ehr.received
    assert path == "/r4/ImagingStudy/2.25.77"
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["Content-Type"] == "application/fhir+json"
    assert ImagingStudy.model_validate(json.loads(body)).subject.identifier.value == "1297287652"


@pytest.mark.parametrize(
    ("status", "error"),
    [(503, EhrUnavailable), (429, EhrUnavailable), (401, EhrUnavailable), (422, EhrRefused),
     (302, EhrRefused)],
)  # fmt: skip
def test_what_may_pass_is_told_from_what_will_not(
    ehr: Ehr, status: int, error: type[Exception]
) -> None:
    ehr.status = status

    with pytest.raises(error):
        FhirClient(ehr.url).put({"resourceType": "ImagingStudy", "id": "1"})


def test_a_server_that_does_not_answer_is_unavailable(ehr: Ehr) -> None:
    client = FhirClient("http://127.0.0.1:9")

    with pytest.raises(EhrUnavailable):
        client.put({"resourceType": "ImagingStudy", "id": "1"})


def test_a_token_file_that_is_missing_is_said_at_start(tmp_path: Path) -> None:
    settings = Settings(ehr_fhir_url="http://127.0.0.1:9", ehr_fhir_token_file=str(tmp_path / "no"))

    with pytest.raises(MisconfiguredHub, match="HUB_EHR_FHIR_TOKEN_FILE"):
        FhirClient.from_settings(settings)
