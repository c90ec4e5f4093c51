"""Patients of the catalog: identity is (id, issuer), the key is what URLs carry.

`patient_alias` says which patient an identity is now. Nothing else is joined on, least of
all names or birth dates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update
from sqlalchemy.sql import ColumnElement, FromClause

from hub import text
from hub.model import Patient

from .rows import AnyRow, given, new_key
from .tables import patient, patient_alias


def alias_of(table: FromClause) -> ColumnElement[bool]:
    """Return the join of a table that names its patient by id and issuer."""
    return and_(
        patient_alias.c.patient_id == table.c.patient_id,
        patient_alias.c.issuer == table.c.patient_issuer,
    )


def find_key(connection: Connection, who: Patient) -> str | None:
    """Return the key of an identity, or None when the hub has not met it."""
    query = select(patient_alias.c.patient_key).where(
        patient_alias.c.patient_id == who.patient_id, patient_alias.c.issuer == who.issuer
    )
    key: str | None = connection.execute(query).scalar()
    return key


def same(connection: Connection, a: Patient, b: Patient) -> bool:
    """Whether two identities are one patient; an identity not met is only itself."""
    if (a.patient_id, a.issuer) == (b.patient_id, b.issuer):
        return True
    key = find_key(connection, a)
    return key is not None and key == find_key(connection, b)


def keys_of_id(connection: Connection, patient_id: str, issuer: str) -> Sequence[str]:
    """Return the keys of the patients with this id, of one issuer when it is given."""
    key = patient_alias.c.patient_key
    query = select(key).distinct().where(patient_alias.c.patient_id == patient_id)
    if issuer:
        query = query.where(patient_alias.c.issuer == issuer)
    return connection.execute(query.order_by(key)).scalars().all()


def ensure(connection: Connection, who: Patient) -> str:
    """Return the key of an identity; an unknown one is added as it is given.

    A known patient's name and birth date stay: they are changed by registration only.
    """
    key = find_key(connection, who)
    if key is None:
        key = new_key()
        connection.execute(insert(patient).values(patient_key=key, **_identity(who), **_facts(who)))
        connection.execute(insert(patient_alias).values(patient_key=key, **_identity(who)))
    return key


def upsert(connection: Connection, who: Patient) -> tuple[str, bool]:
    """Take over what the registration says; return the key and whether that changed anything."""
    key = ensure(connection, who)
    facts = given(_facts(who))
    row = connection.execute(select(patient).where(patient.c.patient_key == key)).one()
    if all(row._mapping[name] == value for name, value in facts.items()):
        return key, False
    connection.execute(update(patient).where(patient.c.patient_key == key).values(facts))
    return key, True


def load(connection: Connection, key: str) -> Patient | None:
    """Return a patient by key, or None."""
    row = connection.execute(select(patient).where(patient.c.patient_key == key)).first()
    return patient_of(row, row.patient_id, row.issuer) if row else None


def patient_of(row: AnyRow, patient_id: str, issuer: str) -> Patient:
    """Return the patient of a row, under the identity that was asked for or asserted."""
    return Patient(patient_id, issuer, row.name, row.birth_date, row.sex)


def name_words(name: str) -> str:
    """Return every spelling of a name's words, each after a space, for the start of a word."""
    return "".join(f" {word}" for word in text.forms(name))


def _identity(who: Patient) -> dict[str, str]:
    return {"patient_id": who.patient_id, "issuer": who.issuer}


def _facts(who: Patient) -> dict[str, Any]:
    return {
        "name": who.name,
        "name_words": name_words(who.name),
        "birth_date": who.birth_date,
        "sex": who.sex,
    }
