"""FHIR R4 bundles to what `Registration` takes: patients, encounters, orders, practitioners."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from fhir.resources.R4B import get_fhir_model_class

from hub.errors import InvalidRequest
from hub.fhir.encounters import encounter_from, order_from, visit_number
from hub.fhir.identifiers import Json
from hub.fhir.people import patient_from, practitioner_from
from hub.model import Encounter, Order, Patient
from hub.store.ports import Registered

_TAKEN = ("Patient", "Encounter", "ServiceRequest", "Practitioner")
_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class BundleContent:
    """What a bundle held for the hub, and what was left aside."""

    records: Registered
    ignored: Mapping[str, int]
    """Resources of other types, by type: counted, not read."""
    without_patient: int = 0
    """Encounters and orders whose patient is not in the bundle."""


def read_bundle(content: bytes, *, name: str, default_issuer: str, zone: ZoneInfo) -> BundleContent:
    """Read a FHIR R4 Bundle of any type (PUT, POST and search results look alike here).

    Identifiers without a system get `default_issuer`; dates without a time begin in `zone`.
    Raises InvalidRequest with `name`, the file's, when any resource we take is not valid.
    """
    try:
        return _Reader(_entries(content), default_issuer, zone).content()
    except InvalidRequest as exc:
        raise InvalidRequest(f"{name}: {exc.message}") from exc


def _entries(content: bytes) -> list[tuple[str, Json]]:
    """Return (fullUrl, resource) of each entry that carries a resource."""
    try:
        bundle = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise InvalidRequest("This is not JSON.") from exc
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        raise InvalidRequest("This is not a FHIR Bundle.")
    entries = bundle.get("entry", [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise InvalidRequest("The entries of this Bundle cannot be read.")
    return [
        _checked(number, entry) for number, entry in enumerate(entries, 1) if "resource" in entry
    ]


def _checked(number: int, entry: Mapping[str, Any]) -> tuple[str, Json]:
    resource = entry["resource"]
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise InvalidRequest(f"Entry {number} is not a FHIR resource.")
    kind = resource["resourceType"]
    if kind in _TAKEN:
        try:
            get_fhir_model_class(kind).model_validate(resource)
        except (ValueError, RecursionError) as exc:
            # The exception's own text repeats values, which may name a patient.
            raise InvalidRequest(f"Entry {number} is not a valid FHIR R4 {kind}.") from exc
    return str(entry.get("fullUrl", "")), resource


class _Reader:
    """One bundle's entries, by their place in it, with references between them resolved."""

    def __init__(self, entries: list[tuple[str, Json]], issuer: str, zone: ZoneInfo) -> None:
        self._entries = entries
        self._issuer = issuer
        self._zone = zone
        self._places = dict(_addresses(entries))
        self._patients = {n: patient_from(r, issuer) for n, _, r in self._of("Patient")}
        self._without_patient = 0

    def content(self) -> BundleContent:
        encounters = self._encounters()
        loose: list[tuple[Patient, Order]] = []
        for _, _, resource in self._of("ServiceRequest"):
            self._add_order(resource, encounters, loose)
        people = (practitioner_from(r, self._issuer) for _, _, r in self._of("Practitioner"))
        records = Registered(
            patients=tuple(self._patients.values()),
            encounters=tuple(encounters.values()),
            orders=tuple(loose),
            practitioners=tuple(people),
        )
        kinds = Counter(r["resourceType"] for _, r in self._entries)
        ignored = {kind: n for kind, n in sorted(kinds.items()) if kind not in _TAKEN}
        return BundleContent(records, ignored, self._without_patient)

    def _encounters(self) -> dict[int, Encounter]:
        found: dict[int, Encounter] = {}
        for place, url, resource in self._of("Encounter"):
            patient = self._subject(resource)
            if patient is not None:
                number = visit_number(resource, url, self._issuer)
                found[place] = encounter_from(resource, patient, number, self._zone, self._resolve)
        return found

    def _add_order(
        self, resource: Json, encounters: dict[int, Encounter], loose: list[tuple[Patient, Order]]
    ) -> None:
        """Give an order to its encounter, or to its patient when that is another's."""
        order = order_from(resource, self._issuer, self._zone)
        patient = self._subject(resource)
        place = self._place(resource.get("encounter"))
        encounter = encounters.get(place)
        if patient is not None and encounter is not None and encounter.patient == patient:
            encounters[place] = replace(encounter, orders=(*encounter.orders, order))
        elif patient is not None:
            loose.append((patient, order))

    def _subject(self, resource: Json) -> Patient | None:
        patient = self._patients.get(self._place(resource.get("subject")))
        self._without_patient += patient is None
        return patient

    def _place(self, reference: Json | None) -> int:
        return self._places.get((reference or {}).get("reference", ""), _NOWHERE)

    def _resolve(self, reference: Json | None) -> Json | None:
        place = self._place(reference)
        return None if place == _NOWHERE else self._entries[place][1]

    def _of(self, kind: str) -> Iterator[tuple[int, str, Json]]:
        return (
            (n, url, r) for n, (url, r) in enumerate(self._entries) if r["resourceType"] == kind
        )


def _addresses(entries: list[tuple[str, Json]]) -> Iterator[tuple[str, int]]:
    """Yield every text by which another entry may refer to a resource."""
    for place, (full_url, resource) in enumerate(entries):
        if full_url:
            yield full_url, place
        if "id" in resource:
            yield f"{resource['resourceType']}/{resource['id']}", place
