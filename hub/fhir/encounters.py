"""FHIR Encounter and ServiceRequest to the model's Encounter and Order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.errors import InvalidRequest
from hub.fhir.identifiers import Json, best_code, code_of, codings, issuer_of, pick, words_of
from hub.model import Department, Encounter, EncounterClass, Laterality, Order, Patient
from hub.terminology import departments

Resolve = Callable[[Json | None], Json | None]
"""A FHIR Reference to the resource it means, when the bundle has it."""

_OVER = {"finished", "cancelled", "entered-in-error"}
_ONGOING = {"arrived", "triaged", "in-progress", "onleave"}
_CLASSES = {
    **dict.fromkeys(("IMP", "ACUTE", "NONAC"), EncounterClass.INPATIENT),
    **dict.fromkeys(("AMB", "SS", "VR", "HH"), EncounterClass.OUTPATIENT),
    "EMER": EncounterClass.EMERGENCY,
}
_SIDES = {
    "7771000": Laterality.LEFT,
    "24028007": Laterality.RIGHT,
    "51440002": Laterality.BOTH,
}


def encounter_from(
    resource: Json, patient: Patient, number: tuple[str, str], zone: ZoneInfo, resolve: Resolve
) -> Encounter:
    """Return a FHIR Encounter; `number` is its (visit number, issuer)."""
    started, ended = _period(resource, zone)
    return Encounter(
        encounter_id=number[0],
        issuer=number[1],
        patient=patient,
        class_=_CLASSES.get(resource["class"].get("code", ""), EncounterClass.OTHER),
        department=_department(resource, resolve),
        started=started,
        ended=ended,
        reason=_reason(resource),
    )


def visit_number(resource: Json, full_url: str, default_issuer: str) -> tuple[str, str]:
    """Return (visit number, issuer): an identifier, else the id the source server gave.

    That id is unique on its server only, so the server's URL is its issuer.
    """
    identifier = pick(resource.get("identifier", ()), "VN", "")
    if identifier is not None:
        return identifier["value"], issuer_of(identifier.get("system", "")) or default_issuer
    place, _, last = full_url.rpartition("/")
    number = resource.get("id") or last.removeprefix("urn:uuid:")
    if not number:
        raise InvalidRequest("An Encounter has neither an identifier nor an id.")
    return number, place or default_issuer


def order_from(resource: Json, default_issuer: str, zone: ZoneInfo) -> Order:
    """Return a FHIR ServiceRequest; without an accession number the filler's number is one."""
    identifiers = resource.get("identifier", ())
    accession = pick(identifiers, "ACSN", "FILL") or {}
    placer = pick(identifiers, "PLAC", "") or {}
    procedure = best_code(resource.get("code"))
    sites = [code_of(c) for site in resource.get("bodySite", ()) for c in codings(site)]
    issuer = issuer_of(accession.get("system", "")) or default_issuer
    return Order(
        accession_number=str(accession.get("value", "")),
        accession_issuer=issuer if accession else "",
        placer_order_number=str(placer.get("value") or resource.get("id", "")),
        procedure=procedure,
        anatomic_region=next((s for s in sites if s.value not in _SIDES), None),
        laterality=next((_SIDES[s.value] for s in sites if s.value in _SIDES), None),
        status=resource["status"],
        requested_at=instant(resource.get("authoredOn"), zone),
        reason=_reason(resource) or ("" if procedure else words_of(resource.get("code"))),
    )


def instant(text: str | None, zone: ZoneInfo) -> datetime | None:
    """Return a FHIR dateTime as aware datetime; a bare date, month or year begins in `zone`."""
    if not text:
        return None
    if len(text) < len("YYYY-MM-DD"):
        text += "-01-01"[len(text) - len("YYYY-MM-DD") :]
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _period(resource: Json, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    # An end written into an ongoing encounter is the planned discharge. One that is over
    # without saying since when ended no earlier than it started.
    period = resource.get("period", {})
    started = instant(period.get("start"), zone)
    ended = instant(period.get("end"), zone)
    if resource["status"] in _ONGOING:
        return started, None
    return started, (ended or started) if resource["status"] in _OVER else ended


def _department(resource: Json, resolve: Resolve) -> Department:
    # The first text that is a known department wins, else the first text at all.
    known = [departments().resolve(text) for text in _places(resource, resolve)]
    coded = (d for d in known if d.code is not None)
    return next(coded, known[0] if known else Department(""))


def _places(resource: Json, resolve: Resolve) -> Iterator[str]:
    service = resource.get("serviceType")
    yield from (str(c["code"]) for c in codings(service) if code_of(c).scheme == "SCT")
    references = [where.get("location") for where in resource.get("location", ())]
    references.append(resource.get("serviceProvider"))
    names = [words_of(service)]
    for reference in references:
        names.append((reference or {}).get("display", ""))
        names.append((resolve(reference) or {}).get("name", ""))
    yield from filter(None, names)


def _reason(resource: Json) -> str:
    return "; ".join(filter(None, map(words_of, resource.get("reasonCode", ()))))
