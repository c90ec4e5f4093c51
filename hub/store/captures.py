"""Captures and care events as the catalog tells them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from hub.errors import StoreUnavailable
from hub.model import CareEvent, Receipt
from hub.store.ports import StoredCapture

from .rows import AnyRow
from .tables import capture, care_event


def load(connection: Connection, capture_id: str) -> StoredCapture | None:
    """Return the stored capture with the receipt that was given for it, or None."""
    row = connection.execute(select(capture).where(capture.c.capture_id == capture_id)).first()
    return StoredCapture(_receipt(row), row.sealed_sha256, row.by_user) if row else None


def add(connection: Connection, new: StoredCapture) -> None:
    """Add a capture with its receipt."""
    receipt = new.receipt
    connection.execute(
        insert(capture).values(
            capture_id=receipt.capture_id,
            study_instance_uid=receipt.study_instance_uid,
            series_instance_uid=receipt.series_instance_uid,
            sop_instance_uid=receipt.sop_instance_uid,
            source_sha256=receipt.sha256,
            source_size=receipt.size,
            received_at=receipt.received_at,
            sealed_sha256=new.sealed_sha256,
            by_user=new.by,
        )
    )


def load_care_event(connection: Connection, key: str) -> CareEvent | None:
    """Return the care event decided under this key, or None."""
    row = connection.execute(select(care_event).where(care_event.c.care_event_key == key)).first()
    return _care_event(row) if row else None


def decide_care_event(connection: Connection, event: CareEvent) -> CareEvent:
    """Store the care event unless its key is there already; return the stored one."""
    stored = load_care_event(connection, event.key)
    if stored is not None:
        return stored
    connection.execute(
        insert(care_event).values(
            care_event_key=event.key,
            study_instance_uid=event.study_instance_uid,
            started=event.started.isoformat(),
            accession_number=event.accession_number,
            accession_issuer=event.accession_issuer,
            description=event.description,
        )
    )
    return event


def confirm_care_event(connection: Connection, event: CareEvent) -> None:
    """Refuse what was made for a care event which another capture decided first."""
    decided = decide_care_event(connection, event)
    if (decided.study_instance_uid, decided.started) != (event.study_instance_uid, event.started):
        raise StoreUnavailable


def _receipt(row: AnyRow) -> Receipt:
    return Receipt(
        capture_id=row.capture_id,
        study_instance_uid=row.study_instance_uid,
        series_instance_uid=row.series_instance_uid,
        sop_instance_uid=row.sop_instance_uid,
        sha256=row.source_sha256,
        size=row.source_size,
        received_at=row.received_at,
    )


def _care_event(row: AnyRow) -> CareEvent:
    return CareEvent(
        study_instance_uid=row.study_instance_uid,
        started=datetime.fromisoformat(row.started),
        accession_number=row.accession_number,
        accession_issuer=row.accession_issuer,
        description=row.description,
        key=row.care_event_key,
    )
