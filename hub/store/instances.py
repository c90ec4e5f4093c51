"""Adding an instance: all that one transaction writes (D4, D14)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Table, insert, select, update

from hub.errors import NotStorable, StudyOfAnotherPatient
from hub.model import Instance, Patient, Series, Study
from hub.store.ports import NewInstance

from . import audit, captures, feed, patients, studies
from .rows import code_columns
from .tables import capture, instance, review_flag, series, stored_object, study

_SHARED = (
    ("region_scheme", "region_value", "region_meaning"),
    ("body_part_examined",),
    ("laterality",),
    ("operator_name",),
)
"""What a series tells of its instances, for as long as all of them agree."""


def add(connection: Connection, new: NewInstance, at: datetime) -> bool:
    """Add an instance and all that goes with it; False when it is there already.

    Raises StudyOfAnotherPatient, NotStorable for a series of another study.
    """
    if _is_there(connection, new):
        return False
    key = patients.ensure(connection, new.study.patient)
    _join_study(connection, new.study, at)
    _join_series(connection, new.series)
    _add_object_and_instance(connection, new.instance, at)
    if new.care_event is not None:
        captures.confirm_care_event(connection, new.care_event)
    if new.capture is not None:
        captures.add(connection, new.capture)
    uid, sop = new.study.study_instance_uid, new.instance.sop_instance_uid
    for flag in {flag.code: flag for flag in new.flags}.values():
        told = {"sop_instance_uid": sop, "flag": flag.code, "detail": flag.detail}
        connection.execute(insert(review_flag).values(told))
    feed.append(connection, "instance-stored", uid, at, sop_instance_uid=sop)
    event = replace(new.audit, patient_key=key, study_instance_uid=uid)
    audit.append(connection, event, at)
    return True


def _is_there(connection: Connection, new: NewInstance) -> bool:
    sop = new.instance.sop_instance_uid
    if _find(connection, instance, sop_instance_uid=sop):
        return True
    repeated = new.capture and new.capture.receipt.capture_id
    return bool(repeated and _find(connection, capture, capture_id=repeated))


def _find(connection: Connection, table: Table, **key: str) -> bool:
    return connection.execute(select(*table.primary_key).filter_by(**key)).first() is not None


def _join_study(connection: Connection, new: Study, at: datetime) -> None:
    """Add the study or count a change of it; what it says of itself stays as it was first."""
    query = select(study.c.patient_id, study.c.patient_issuer)
    row = connection.execute(query.filter_by(study_instance_uid=new.study_instance_uid)).first()
    if row is None:
        connection.execute(insert(study).values(version=1, changed_at=at, **_study_columns(new)))
        return
    if not patients.same(connection, Patient(row.patient_id, row.patient_issuer), new.patient):
        raise StudyOfAnotherPatient
    studies.count_change(connection, new.study_instance_uid, at)


def _join_series(connection: Connection, new: Series) -> None:
    """Add the series, or blank what its instances do not share any more."""
    found = series.c.series_instance_uid == new.series_instance_uid
    row = connection.execute(select(series).where(found)).first()
    told = _series_columns(new)
    if row is None:
        connection.execute(insert(series).values(told))
        return
    if row.study_instance_uid != new.study_instance_uid:
        raise NotStorable("This series belongs to another study.")
    differing = [group for group in _SHARED if any(row._mapping[c] != told[c] for c in group)]
    blank = {column: "" for group in differing for column in group}
    if blank:
        connection.execute(update(series).where(found).values(blank))


def _add_object_and_instance(connection: Connection, new: Instance, at: datetime) -> None:
    if not _find(connection, stored_object, sha256=new.sha256):
        values = {"sha256": new.sha256, "size": new.size, "stored_at": at}
        connection.execute(insert(stored_object).values(values))
    connection.execute(insert(instance).values(stored_at=at, **_instance_columns(new)))


def _study_columns(new: Study) -> dict[str, object]:
    return {
        "study_instance_uid": new.study_instance_uid,
        "patient_id": new.patient.patient_id,
        "patient_issuer": new.patient.issuer,
        "study_date": new.study_date,
        "study_time": new.study_time,
        "timezone_offset": new.timezone_offset,
        "accession_number": new.accession_number,
        "accession_issuer": new.accession_issuer,
        "study_id": new.study_id,
        "description": new.description,
        "referring_physician_name": new.referring_physician_name,
        "department_name": new.department.name,
        **code_columns("department", new.department.code),
        "encounter_id": new.encounter_id,
        "encounter_issuer": new.encounter_issuer,
        "reason": new.reason,
        **code_columns("procedure", new.procedure),
        "encounter_based": new.encounter_based,
    }


def _series_columns(new: Series) -> dict[str, object]:
    return {
        "series_instance_uid": new.series_instance_uid,
        "study_instance_uid": new.study_instance_uid,
        "modality": new.modality,
        "series_number": new.series_number,
        "description": new.description,
        **code_columns("region", new.anatomic_region),
        "body_part_examined": new.body_part_examined,
        "laterality": new.laterality.value if new.laterality else "",
        "station_name": new.station_name,
        "operator_name": new.operator_name,
        "manufacturer": new.manufacturer,
        "model": new.model,
    }


def _instance_columns(new: Instance) -> dict[str, object]:
    return {
        "sop_instance_uid": new.sop_instance_uid,
        "sop_class_uid": new.sop_class_uid,
        "series_instance_uid": new.series_instance_uid,
        "transfer_syntax_uid": new.transfer_syntax_uid,
        "sha256": new.sha256,
        "header": json.dumps(new.header, separators=(",", ":")),
        "instance_number": new.instance_number,
        "rows": new.rows,
        "columns": new.columns,
        "number_of_frames": new.number_of_frames,
        "acquired_at": new.acquired_at,
        **code_columns("region", new.anatomic_region),
        "body_part_examined": new.body_part_examined,
        "laterality": new.laterality.value if new.laterality else "",
        "note": new.note,
        "capture_id": new.capture_id,
    }
