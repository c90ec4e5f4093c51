"""FHIR answers: resources, searchset bundles and OperationOutcomes, as valid R4 JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.operationoutcome import OperationOutcome
from flask import Response

FHIR_JSON = "application/fhir+json"

_ISSUES = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    406: "not-supported",
    503: "transient",
}


def resource_response(resource: dict[str, Any]) -> Response:
    """Return one resource with its version (FHIR R4 3.1.0.1.3)."""
    response = Response(json.dumps(resource), mimetype=FHIR_JSON)
    meta = resource.get("meta", {})
    if "versionId" in meta:
        response.set_etag(meta["versionId"], weak=True)
    return response


def searchset(
    base: str,
    resources: Sequence[dict[str, Any]],
    total: int,
    arguments: Sequence[tuple[str, str]],
    offset: int,
) -> dict[str, Any]:
    """Return a page of results with links to itself and to the next one."""
    link = [_link("self", base, arguments)]
    shown = offset + len(resources)
    if resources and shown < total:
        others = [(k, v) for k, v in arguments if k != "_offset"]
        link.append(_link("next", base, [*others, ("_offset", str(shown))]))
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": total,
        "link": link,
        "entry": [
            {
                "fullUrl": f"{base}/{r['resourceType']}/{r['id']}",
                "resource": r,
                "search": {"mode": "match"},
            }
            for r in resources
        ],
    }
    if not resources:
        del bundle["entry"]
    return Bundle.model_validate(bundle).model_dump(mode="json")


def _link(relation: str, base: str, arguments: Sequence[tuple[str, str]]) -> dict[str, str]:
    query = f"?{urlencode(arguments)}" if arguments else ""
    return {"relation": relation, "url": f"{base}/ImagingStudy{query}"}


def outcome_response(message: str, code: str, status: int) -> Response:
    """Return what went wrong as OperationOutcome, with the hub's own code beside FHIR's."""
    issue = {
        "severity": "error",
        "code": _ISSUES.get(status, "exception" if status >= 500 else "processing"),
        "details": {"coding": [{"code": code}], "text": message},
        "diagnostics": message,
    }
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    body = OperationOutcome.model_validate(outcome).model_dump_json()
    return Response(body, status, mimetype=FHIR_JSON)
