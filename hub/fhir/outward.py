"""The FHIR messages that `hub.publish` sends to the EHR."""

from __future__ import annotations

from hub.errors import EhrRefused
from hub.fhir.client import FhirClient
from hub.fhir.imaging_study import imaging_study
from hub.model import Study
from hub.settings import Settings


class ImagingStudyMessage:
    """Keeps one ImagingStudy per study on the EHR's server, under the Study Instance UID."""

    name = "fhir-imaging-study"

    def __init__(self, client: FhirClient, dicomweb_url: str) -> None:
        self._client = client
        self._dicomweb_url = dicomweb_url

    @classmethod
    def from_settings(cls, settings: Settings) -> ImagingStudyMessage:
        """Return the message to `ehr_fhir_url`. Raises MisconfiguredHub."""
        url = f"{settings.public_url.rstrip('/')}/dicom-web"
        return cls(FhirClient.from_settings(settings), url)

    def send(self, study: Study) -> None:
        """Put the study as it is now. Raises EhrUnavailable, EhrRefused."""
        try:
            resource = imaging_study(study, dicomweb_url=self._dicomweb_url, known_patient=False)
        except ValueError as exc:
            # A received header can hold what FHIR's grammar cannot say.
            raise EhrRefused("The study cannot be said in FHIR.") from exc
        self._client.put(resource)
