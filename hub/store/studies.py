"""Studies, series and instances as the catalog tells them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, select, update

from hub.model import Instance, ReviewFlag, Series, Study

from . import feed, patients
from .rows import AnyRow, batches, code_of, department_of, laterality_of
from .tables import (
    instance,
    patient,
    patient_alias,
    review_flag,
    series,
    stored_object,
    study,
)


def load(connection: Connection, study_instance_uids: Iterable[str]) -> Sequence[Study]:
    """Return the studies that exist, in the order asked for, with series and instances."""
    asked = list(dict.fromkeys(study_instance_uids))
    found: dict[str, Study] = {}
    for some in batches(asked):
        rows = connection.execute(_with_patient().where(study.c.study_instance_uid.in_(some))).all()
        below = _series(connection, some)
        found |= {r.study_instance_uid: _study(r, below[r.study_instance_uid]) for r in rows}
    return [found[uid] for uid in asked if uid in found]


def of_patient(connection: Connection, patient_key: str) -> Sequence[Study]:
    """Return all studies of a patient, under any identity, newest first."""
    newest = (study.c.study_date.desc().nulls_last(), study.c.study_time.desc())
    query = (
        select(study.c.study_instance_uid)
        .join(patient_alias, patients.alias_of(study))
        .where(patient_alias.c.patient_key == patient_key)
        .order_by(*newest, study.c.study_instance_uid)
    )
    return load(connection, connection.execute(query).scalars().all())


def with_accession(connection: Connection, accession_number: str) -> Sequence[str]:
    """Return the UIDs of the studies with this accession number, newest first."""
    query = (
        select(study.c.study_instance_uid)
        .where(study.c.accession_number == accession_number)
        .order_by(study.c.study_date.desc().nulls_last(), study.c.study_instance_uid)
    )
    return connection.execute(query).scalars().all()


def uids_after(connection: Connection, last: str, limit: int = 1000) -> Sequence[str]:
    """Return the next Study Instance UIDs after `last`, in their order."""
    uid = study.c.study_instance_uid
    query = select(uid).where(uid > last).order_by(uid).limit(limit)
    return connection.execute(query).scalars().all()


def objects_after(connection: Connection, last: str, limit: int = 1000) -> Sequence[str]:
    """Return the next digests of stored objects after `last`, in their order."""
    sha256 = stored_object.c.sha256
    query = select(sha256).where(sha256 > last).order_by(sha256).limit(limit)
    return connection.execute(query).scalars().all()


def load_instance(connection: Connection, sop_instance_uid: str) -> Instance | None:
    """Return one instance, or None."""
    query = _instances().where(instance.c.sop_instance_uid == sop_instance_uid)
    row = connection.execute(query).first()
    return _instance(row) if row else None


def load_flags(
    connection: Connection, study_instance_uid: str
) -> dict[str, tuple[ReviewFlag, ...]]:
    """Return the review flags of a study's instances, by SOP Instance UID."""
    query = (
        select(review_flag)
        .join(instance, instance.c.sop_instance_uid == review_flag.c.sop_instance_uid)
        .join(series, series.c.series_instance_uid == instance.c.series_instance_uid)
        .where(series.c.study_instance_uid == study_instance_uid)
        .order_by(review_flag.c.flag)
    )
    found: dict[str, tuple[ReviewFlag, ...]] = defaultdict(tuple)
    for row in connection.execute(query):
        found[row.sop_instance_uid] += (ReviewFlag(row.flag, row.detail),)
    return dict(found)


def mark_changed(connection: Connection, patient_key: str, at: datetime) -> None:
    """Count a change of every study of a patient and tell the feed."""
    for row in connection.execute(
        select(study.c.study_instance_uid)
        .join(patient_alias, patients.alias_of(study))
        .where(patient_alias.c.patient_key == patient_key)
    ).all():
        count_change(connection, row.study_instance_uid, at)
        feed.append(connection, "study-changed", row.study_instance_uid, at)


def count_change(connection: Connection, study_instance_uid: str, at: datetime) -> None:
    """Raise the study's version; the index keeps the newest."""
    connection.execute(
        update(study)
        .where(study.c.study_instance_uid == study_instance_uid)
        .values(version=study.c.version + 1, changed_at=at)
    )


def _with_patient() -> Select[tuple[object, ...]]:
    facts = (patient.c.patient_key, patient.c.name, patient.c.birth_date, patient.c.sex)
    return (
        select(study, *facts)
        .join(patient_alias, patients.alias_of(study))
        .join(patient, patient.c.patient_key == patient_alias.c.patient_key)
    )


def _instances() -> Select[tuple[object, ...]]:
    return (
        select(instance, series.c.study_instance_uid, stored_object.c.size)
        .join(series, series.c.series_instance_uid == instance.c.series_instance_uid)
        .join(stored_object, stored_object.c.sha256 == instance.c.sha256)
    )


def _series(connection: Connection, study_uids: Sequence[str]) -> dict[str, list[Series]]:
    instances: dict[str, list[Instance]] = defaultdict(list)
    for row in connection.execute(
        _instances()
        .where(series.c.study_instance_uid.in_(study_uids))
        .order_by(
            instance.c.instance_number.nulls_last(),
            instance.c.acquired_at.nulls_last(),
            instance.c.stored_at,
            instance.c.sop_instance_uid,
        )
    ):
        instances[row.series_instance_uid].append(_instance(row))
    below: dict[str, list[Series]] = defaultdict(list)
    for row in connection.execute(
        select(series)
        .where(series.c.study_instance_uid.in_(study_uids))
        .order_by(series.c.series_number.nulls_last(), series.c.series_instance_uid)
    ):
        below[row.study_instance_uid].append(_one_series(row, instances[row.series_instance_uid]))
    return below


def _study(row: AnyRow, below: Iterable[Series]) -> Study:
    return Study(
        study_instance_uid=row.study_instance_uid,
        patient=patients.patient_of(row, row.patient_id, row.patient_issuer),
        study_date=row.study_date,
        study_time=row.study_time,
        timezone_offset=row.timezone_offset,
        accession_number=row.accession_number,
        accession_issuer=row.accession_issuer,
        study_id=row.study_id,
        description=row.description,
        referring_physician_name=row.referring_physician_name,
        department=department_of(row),
        encounter_id=row.encounter_id,
        encounter_issuer=row.encounter_issuer,
        reason=row.reason,
        procedure=code_of(row, "procedure"),
        encounter_based=row.encounter_based,
        version=row.version,
        patient_key=row.patient_key,
        series=tuple(below),
        changed_at=row.changed_at,
    )


def _one_series(row: AnyRow, instances: Iterable[Instance]) -> Series:
    return Series(
        series_instance_uid=row.series_instance_uid,
        study_instance_uid=row.study_instance_uid,
        modality=row.modality,
        series_number=row.series_number,
        description=row.description,
        anatomic_region=code_of(row, "region"),
        body_part_examined=row.body_part_examined,
        laterality=laterality_of(row),
        station_name=row.station_name,
        operator_name=row.operator_name,
        manufacturer=row.manufacturer,
        model=row.model,
        instances=tuple(instances),
    )


def _instance(row: AnyRow) -> Instance:
    return Instance(
        sop_instance_uid=row.sop_instance_uid,
        sop_class_uid=row.sop_class_uid,
        series_instance_uid=row.series_instance_uid,
        study_instance_uid=row.study_instance_uid,
        transfer_syntax_uid=row.transfer_syntax_uid,
        sha256=row.sha256,
        size=row.size,
        header=json.loads(row.header),
        instance_number=row.instance_number,
        rows=row.rows,
        columns=row.columns,
        number_of_frames=row.number_of_frames,
        acquired_at=row.acquired_at,
        anatomic_region=code_of(row, "region"),
        body_part_examined=row.body_part_examined,
        laterality=laterality_of(row),
        note=row.note,
        stored_at=row.stored_at,
        capture_id=row.capture_id,
    )
