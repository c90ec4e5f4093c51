"""The CapabilityStatement: what this FHIR server does, no more and no less."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fhir.resources.R4B.capabilitystatement import CapabilityStatement

from .queries import KNOWN

_RELEASED = "2026-11-20"
"""Changed with what is said below, not with every start."""


def capability_statement(base: str) -> dict[str, Any]:
    """Return the statement of this server as valid R4 JSON."""
    statement = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _RELEASED,
        "kind": "instance",
        "software": {
            "name": "Encounter Imaging Hub",
            "version": version("encounter-imaging-hub"),
        },
        "implementation": {"description": "Images of encounters and orders", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "A bearer token of the hub, or its session cookie."},
                "resource": [_imaging_study()],
            }
        ],
    }
    return CapabilityStatement.model_validate(statement).model_dump(mode="json")


def _imaging_study() -> dict[str, Any]:
    return {
        "type": "ImagingStudy",
        "versioning": "versioned",
        "readHistory": False,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": name, "type": kind} for name, kind in KNOWN.items()],
    }
