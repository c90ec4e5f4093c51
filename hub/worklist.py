"""USE CASE Worklist: the encounters a clinician can capture for, with their orders."""

from __future__ import annotations

from dataclasses import replace

from hub.model import AuditEvent, Practitioner
from hub.store.ports import Catalog, WorklistPage, WorklistQuery
from hub.terminology import departments


class Worklist:
    """Pages of encounters; every page that is shown is written to the audit log."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def page(self, query: WorklistQuery, by: Practitioner) -> WorklistPage:
        """Return one page of encounters. Raises AuditUnavailable before anything is shown."""
        page = self._catalog.worklist(replace(query, department=_code_of(query.department)))
        detail = {"worklist": query.status, "department": query.department, "q": query.q}
        self._catalog.audit(AuditEvent("query", by=by.id, role=by.role, detail=detail))
        return page


def _code_of(department: str) -> str:
    """Return the code behind a site's alias ("derm"); other text as it is."""
    code = departments().resolve(department).code if department else None
    return code.value if code else department
