"""Taking over what registration systems say: patients, encounters, orders, practitioners."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from hub import text
from hub.model import Department, Encounter, Order, Patient
from hub.store.ports import Registered

from . import patients, studies
from .rows import AnyRow, code_columns, given, new_key
from .tables import encounter, imaging_order, practitioner


def register(connection: Connection, records: Registered, at: datetime) -> Mapping[str, int]:
    """Upsert all records; return how many of each kind there were.

    A patient whose name or birth date changed puts their studies into the change feed.
    """
    encounter_orders = [(e, o) for e in records.encounters for o in e.orders]
    seen = (
        *records.patients,
        *(e.patient for e in records.encounters),
        *(p for p, _ in records.orders),
    )
    for who in seen:
        key, changed = patients.upsert(connection, who)
        if changed:
            studies.mark_changed(connection, key, at)
    keys = {id(e): _upsert_encounter(connection, e) for e in records.encounters}
    for e, order in encounter_orders:
        _upsert_order(connection, e.patient, order, keys[id(e)])
    for who, order in records.orders:
        _upsert_order(connection, who, order, None)
    for identifier, issuer, name in records.practitioners:
        _upsert_practitioner(connection, identifier, issuer, name)
    return {
        "patients": len({(p.patient_id, p.issuer) for p in seen}),
        "encounters": len(records.encounters),
        "orders": len(encounter_orders) + len(records.orders),
        "practitioners": len(records.practitioners),
    }


def _upsert_encounter(connection: Connection, new: Encounter) -> str:
    identity = {"encounter_id": new.encounter_id, "issuer": new.issuer}
    facts = {**given(_encounter_facts(new)), **_department(new.department)}
    # An end that is not told any more was a mistake: the encounter is open again.
    facts["ended"] = new.ended
    query = select(encounter.c.encounter_key).filter_by(**identity)
    key: str | None = connection.execute(query).scalar()
    if key is None:
        key = new_key()
        connection.execute(insert(encounter).values(encounter_key=key, **identity, **facts))
    else:
        found = encounter.c.encounter_key == key
        connection.execute(update(encounter).where(found).values(facts))
    return key


def _encounter_facts(new: Encounter) -> dict[str, Any]:
    return {
        "patient_id": new.patient.patient_id,
        "patient_issuer": new.patient.issuer,
        "class_": new.class_.value,
        "started": new.started,
        "reason": new.reason,
    }


def _department(told: Department) -> dict[str, str]:
    """Return the columns of a department: name and code change together, or neither."""
    if not told.name:
        return {}
    return {
        "department_name": told.name,
        "department_folded": text.fold(told.name),
        **code_columns("department", told.code),
    }


def _upsert_order(
    connection: Connection, who: Patient, new: Order, encounter_key: str | None
) -> None:
    identity = {"patient_id": who.patient_id, "patient_issuer": who.issuer}
    facts = {"encounter_key": encounter_key, **_order_facts(new)}
    rows = connection.execute(select(imaging_order).filter_by(**identity)).all()
    known = next((row.order_key for row in rows if _is_same_order(row, new)), None)
    if known is None:
        connection.execute(insert(imaging_order).values({**identity, **facts}))
        return
    table = imaging_order
    connection.execute(update(table).where(table.c.order_key == known).values(given(facts)))


def _is_same_order(row: AnyRow, new: Order) -> bool:
    """Whether one number is shared and the other is not against it.

    Several orders may share an accession number (one request, several procedures).
    """
    accession = (row.accession_number, row.accession_issuer)
    by_accession = _agree(accession, (new.accession_number, new.accession_issuer))
    by_placer = _agree((row.placer_order_number,), (new.placer_order_number,))
    return False not in (by_accession, by_placer) and True in (by_accession, by_placer)


def _agree(known: tuple[str, ...], told: tuple[str, ...]) -> bool | None:
    """Compare two numbers; None where one of them is not told."""
    return known == told if known[0] and told[0] else None


def _order_facts(new: Order) -> dict[str, Any]:
    return {
        "accession_number": new.accession_number,
        "accession_issuer": new.accession_issuer,
        "placer_order_number": new.placer_order_number,
        **code_columns("procedure", new.procedure),
        **code_columns("region", new.anatomic_region),
        "laterality": new.laterality.value if new.laterality else "",
        "status": new.status,
        "requested_at": new.requested_at,
        "reason": new.reason,
    }


def _upsert_practitioner(connection: Connection, identifier: str, issuer: str, name: str) -> None:
    identity = {"practitioner_id": identifier, "issuer": issuer}
    if connection.execute(select(practitioner).filter_by(**identity)).first() is None:
        connection.execute(insert(practitioner).values(name=name, **identity))
    elif name:
        connection.execute(update(practitioner).filter_by(**identity).values(name=name))
