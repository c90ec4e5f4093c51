"""What the EHR is sent, and what cannot be said to it."""

from __future__ import annotations

from typing import Any

import pytest

from factories import make_patient
from hub.errors import EhrRefused
from hub.fhir.outward import ImagingStudyMessage
from hub.model import Study


class Client:
    """Keeps what is put."""

    def __init__(self) -> None:
        self.put_resources: list[dict[str, Any]] = []

    def put(self, resource: dict[str, Any]) -> None:
        self.put_resources.append(resource)


def test_a_study_whose_uid_is_no_fhir_id_is_passed_over() -> None:
    client = Client()

    with pytest.raises(EhrRefused):
        ImagingStudyMessage(client, "https://h/dicom-web").send(Study("1.2 3", make_patient()))

    assert client.put_resources == []
