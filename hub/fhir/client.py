"""The EHR's FHIR server, as far as the hub writes to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from hub.errors import EhrRefused, EhrUnavailable, MisconfiguredHub
from hub.settings import Settings

_TIMEOUT = httpx.Timeout(10.0)


class FhirClient:
    """Writes resources to one FHIR R4 base; redirects are not followed."""

    def __init__(self, base: str, token: str = "") -> None:
        headers = {"Accept": "application/fhir+json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(base_url=base, headers=headers, timeout=_TIMEOUT)

    @classmethod
    def from_settings(cls, settings: Settings) -> FhirClient:
        """Return the client for `ehr_fhir_url`. Raises MisconfiguredHub without its token file."""
        if not settings.ehr_fhir_token_file:
            return cls(settings.ehr_fhir_url)
        try:
            token = Path(settings.ehr_fhir_token_file).read_text("utf-8").strip()
        except OSError as exc:
            raise MisconfiguredHub("HUB_EHR_FHIR_TOKEN_FILE cannot be read.") from exc
        return cls(settings.ehr_fhir_url, token)

    def put(self, resource: dict[str, Any]) -> None:
        """Create or update `resource` under its own id (FHIR R4 3.1.0.4.1): repeating is harmless.

        Raises EhrUnavailable when trying again may help, EhrRefused when it cannot.
        """
        path = f"{resource['resourceType']}/{resource['id']}"
        media_type = {"Content-Type": "application/fhir+json"}
        try:
            answer = self._http.put(path, json=resource, headers=media_type)
        except httpx.HTTPError as exc:
            raise EhrUnavailable from exc
        if answer.status_code in (401, 403, 408, 425, 429) or answer.status_code >= 500:
            raise EhrUnavailable(status=answer.status_code)
        if not answer.is_success:
            raise EhrRefused(status=answer.status_code)
