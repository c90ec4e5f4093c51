"""USE CASE Registration: patients, encounters and orders as HL7 or FHIR sources tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hub.model import AuditEvent, Department, Practitioner
from hub.store.ports import Catalog, Registered
from hub.terminology import departments


class Registration:
    """Takes over what the hospital's systems say, once per message or bundle."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def apply(self, records: Registered, source: str, by: Practitioner) -> Mapping[str, int]:
        """Upsert `records` in one transaction; return how many of each kind there were."""
        encounters = tuple(replace(e, department=_coded(e.department)) for e in records.encounters)
        records = replace(records, encounters=encounters)
        event = AuditEvent("import", by=by.id, role=by.role, detail={"source": source})
        return self._catalog.register(records, event)


def _coded(department: Department) -> Department:
    """Return the department with its code where the terminology knows the sender's text."""
    if department.code or not department.name:
        return department
    return departments().resolve(department.name)
