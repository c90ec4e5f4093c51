"""USE CASE Worklist: the encounters a clinician can capture for, with their orders."""

from __future__ import annotations

from hub.model import AuditEvent, Practitioner
from hub.store.ports import Catalog, WorklistPage, WorklistQuery


class Worklist:
    """Pages of encounters; every page that is shown is written to the audit log."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def page(self, query: WorklistQuery, by: Practitioner) -> WorklistPage:
        """Return one page of encounters. Raises AuditUnavailable before anything is shown."""
        page = self._catalog.worklist(query)
        detail = {"worklist": query.status, "department": query.department, "q": query.q}
        self._catalog.audit(AuditEvent("query", by=by.id, role=by.role, detail=detail))
        return page
