"""FHIR identifiers and codings to the model's issuers and codes, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from hub.model import Code

Json = Mapping[str, Any]

IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
DICOM_UID = "urn:dicom:uid"
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")
_NAMESPACE = "urn:encounter-imaging-hub:issuer:"

_SCHEMES = {
    "http://snomed.info/sct": "SCT",
    "http://loinc.org": "LN",
    "http://dicom.nema.org/resources/ontology/DCM": "DCM",
    "http://www.radlex.org": "RADLEX",
    "http://radlex.org": "RADLEX",
    "http://www.ama-assn.org/go/cpt": "C4",
    "http://hl7.org/fhir/sid/icd-10": "I10",
    "http://hl7.org/fhir/sid/icd-10-cm": "I10C",
}
_SYSTEMS = {scheme: system for system, scheme in reversed(_SCHEMES.items())}


def issuer_of(system: str) -> str:
    """Return the issuer a FHIR system stands for: an OID bare, our own namespaces by name."""
    if system.startswith(_NAMESPACE):
        return unquote(system.removeprefix(_NAMESPACE))
    return system.removeprefix("urn:oid:")


def system_of(issuer: str) -> str:
    """Return the URI of an issuer; `issuer_of` reads it back."""
    if _OID.fullmatch(issuer):
        return f"urn:oid:{issuer}"
    is_uri = "://" in issuer or issuer.startswith("urn:")
    return issuer if is_uri or not issuer else _NAMESPACE + quote(issuer, safe="")


def code_of(coding: Json) -> Code:
    """Return a FHIR Coding as Code; an unknown system stays as its URI."""
    system = str(coding.get("system", ""))
    scheme = _SCHEMES.get(system, issuer_of(system))
    return Code(scheme, str(coding.get("code", "")), str(coding.get("display", "")))


def coding_of(code: Code) -> dict[str, str]:
    """Return a Code as FHIR Coding; a local scheme becomes a URI of our namespace."""
    system = _SYSTEMS.get(code.scheme) or system_of(code.scheme)
    # FHIR's code allows no space at the ends and single ones within; DICOM's CS does.
    value = " ".join(code.value.split())
    facts = {"system": system, "code": value, "display": code.meaning}
    return {k: v for k, v in facts.items() if v}


def codings(concept: Json | None) -> Sequence[Json]:
    """Return the codings of a CodeableConcept that may be absent."""
    return [c for c in (concept or {}).get("coding", ()) if c.get("code")]


def best_code(concept: Json | None) -> Code | None:
    """Return the coding of a CodeableConcept whose system DICOM knows, else the first."""
    codes = [code_of(c) for c in codings(concept)]
    return next((c for c in codes if c.scheme in _SYSTEMS), next(iter(codes), None))


def words_of(concept: Json | None) -> str:
    """Return what a person would read: the text, else the first display."""
    displays = (str(c.get("display", "")) for c in (concept or {}).get("coding", ()))
    return str((concept or {}).get("text", "")) or next(filter(None, displays), "")


def pick(identifiers: Iterable[Json], *types: str) -> Json | None:
    """Return the first identifier with a value in the order of `types`; `""` means untyped.

    Identifiers that are `old` come last whatever their type.
    """
    usable = [i for i in identifiers if i.get("value")]
    usable.sort(key=lambda i: i.get("use") == "old")
    found = (i for wanted in types for i in usable if wanted in _types(i))
    return next(found, None)


def _types(identifier: Json) -> frozenset[str]:
    coded = {str(c["code"]) for c in codings(identifier.get("type"))}
    return frozenset(coded or {""})
