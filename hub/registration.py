"""USE CASE Registration: patients, encounters and orders as HL7 or FHIR sources tell them."""

from __future__ import annotations

from collections.abc import Mapping

from hub.model import AuditEvent, Practitioner
from hub.store.ports import Catalog, Registered


class Registration:
    """Takes over what the hospital's systems say, once per message or bundle."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def apply(self, records: Registered, source: str, by: Practitioner) -> Mapping[str, int]:
        """Upsert `records` in one transaction; return how many of each kind there were."""
        event = AuditEvent("import", by=by.id, role=by.role, detail={"source": source})
        return self._catalog.register(records, event)
