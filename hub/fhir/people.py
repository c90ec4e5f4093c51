"""FHIR Patient and Practitioner to the model."""

from __future__ import annotations

from collections.abc import Sequence

from hub.errors import InvalidRequest
from hub.fhir.identifiers import Json, issuer_of, pick
from hub.model import Patient

_SEX = {"male": "M", "female": "F", "other": "O", "unknown": "U"}
_NAME_ORDER = {"official": 0, "usual": 1, "maiden": 8, "old": 9}
_PN_DELIMITERS = str.maketrans("^=\\", "   ")


def patient_from(resource: Json, default_issuer: str) -> Patient:
    """Return a FHIR Patient as the authority of its medical record number knows them.

    Identity is an identifier of type MR, PI or PT, or an untyped one. A social security
    or passport number and the resource's own id never identify a patient here, so that
    two people cannot become one. Raises InvalidRequest when there is no such identifier.
    """
    identifier = pick(resource.get("identifier", ()), "MR", "PI", "PT", "")
    if identifier is None:
        raise InvalidRequest("A Patient has no medical record number (identifier type MR).")
    return Patient(
        patient_id=str(identifier["value"]),
        issuer=issuer_of(identifier.get("system", "")) or default_issuer,
        name=person_name(resource.get("name", ())),
        birth_date=str(resource.get("birthDate", "")),
        sex=_SEX.get(resource.get("gender", ""), ""),
    )


def practitioner_from(resource: Json, default_issuer: str) -> tuple[str, str, str]:
    """Return (id, issuer, PN) of a FHIR Practitioner; its first identifier counts."""
    identifier: Json = next((i for i in resource.get("identifier", ()) if i.get("value")), {})
    number = str(identifier.get("value") or resource.get("id", ""))
    issuer = issuer_of(identifier.get("system", "")) or default_issuer
    return number, issuer, person_name(resource.get("name", ()))


def person_name(names: Sequence[Json]) -> str:
    """Return the current one of FHIR HumanNames as DICOM PN (PS3.5 6.2.1.1).

    The official name wins; a maiden or old one is used only when there is no other.
    """
    if not names:
        return ""
    name = min(names, key=lambda n: _NAME_ORDER.get(n.get("use", ""), 2))
    given = [str(g) for g in name.get("given", ())]
    family = name.get("family") or ("" if given else name.get("text", ""))
    components = (
        family,
        " ".join(given[:1]),
        " ".join(given[1:]),
        " ".join(name.get("prefix", ())),
        " ".join(name.get("suffix", ())),
    )
    return "^".join(" ".join(c.translate(_PN_DELIMITERS).split()) for c in components).rstrip("^")
