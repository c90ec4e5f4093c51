"""Encounters and orders as the catalog tells them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, Select, or_, select

from hub.model import Encounter, EncounterClass, Order, Patient

from . import patients
from .rows import AnyRow, batches, code_of, department_of, laterality_of
from .tables import encounter, imaging_order, patient, patient_alias


def by_key_or_number(connection: Connection, asked: str, issuer: str = "") -> Sequence[Encounter]:
    """Return encounters by opaque key or visit number, of one issuer when it is given."""
    query = with_patient().where(
        or_(encounter.c.encounter_key == asked, encounter.c.encounter_id == asked)
    )
    if issuer:
        query = query.where(encounter.c.issuer == issuer)
    return load(connection, query)


def with_patient() -> Select[tuple[object, ...]]:
    """Return the query of encounters with their patients, to be narrowed."""
    return (
        select(encounter, patient.c.name, patient.c.birth_date, patient.c.sex)
        .join(patient_alias, patients.alias_of(encounter))
        .join(patient, patient.c.patient_key == patient_alias.c.patient_key)
    )


def load(connection: Connection, query: Select[tuple[object, ...]]) -> Sequence[Encounter]:
    """Return the encounters of a query made by `with_patient`, with their orders."""
    rows = connection.execute(query).all()
    orders = _orders(connection, [row.encounter_key for row in rows])
    return [_encounter(row, orders[row.encounter_key]) for row in rows]


def orders_of(connection: Connection, who: Patient) -> Sequence[Order]:
    """Return all orders of a patient, under any identity, newest first."""
    key = patients.find_key(connection, who)
    query = (
        select(imaging_order)
        .join(patient_alias, patients.alias_of(imaging_order))
        .where(patient_alias.c.patient_key == key)
    )
    return [order_of(row) for row in _newest_first(connection, query)]


def order_of(row: AnyRow) -> Order:
    """Return the order of a row."""
    return Order(
        accession_number=row.accession_number,
        accession_issuer=row.accession_issuer,
        placer_order_number=row.placer_order_number,
        procedure=code_of(row, "procedure"),
        anatomic_region=code_of(row, "region"),
        laterality=laterality_of(row),
        status=row.status,
        requested_at=row.requested_at,
        reason=row.reason,
    )


def _orders(connection: Connection, keys: Sequence[str]) -> dict[str, list[Order]]:
    found: dict[str, list[Order]] = defaultdict(list)
    for some in batches(keys):
        query = select(imaging_order).where(imaging_order.c.encounter_key.in_(some))
        for row in _newest_first(connection, query):
            found[row.encounter_key].append(order_of(row))
    return found


def _newest_first(connection: Connection, query: Select[tuple[object, ...]]) -> Sequence[AnyRow]:
    newest = imaging_order.c.requested_at.desc().nulls_last()
    return connection.execute(query.order_by(newest, imaging_order.c.order_key.desc())).all()


def _encounter(row: AnyRow, orders: Sequence[Order]) -> Encounter:
    return Encounter(
        encounter_id=row.encounter_id,
        issuer=row.issuer,
        patient=patients.patient_of(row, row.patient_id, row.patient_issuer),
        class_=EncounterClass(row.class_),
        department=department_of(row),
        started=row.started,
        ended=row.ended,
        orders=tuple(orders),
        key=row.encounter_key,
        reason=row.reason,
    )
