"""The audit log: append-only rows, each with the hash of itself and of the row before.

`audit_head` keeps the number of rows and the last hash, so that rows cut off at the end are
missed. Whoever may write to the database could forge the whole chain: note the head that
`imaging-hub audit verify` prints somewhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from hub.errors import AuditUnavailable
from hub.model import AuditEvent, AuditRow

from .rows import AnyRow
from .tables import audit_head, audit_log

GENESIS = "0" * 64
"""What stands before the first row."""

_HASHED = tuple(c.name for c in audit_log.columns if c.name != "row_hash")


def append(connection: Connection, event: AuditEvent, at: datetime) -> None:
    """Write an event at the end of the chain, in the transaction it tells about."""
    head = connection.execute(select(audit_head)).first()
    if head is None:
        # Someone removed it; going on would begin a second chain that looks whole.
        raise AuditUnavailable
    seq = head.rows_written + 1
    columns = _columns(seq, at, event)
    row_hash = _row_hash(head.row_hash, columns)
    connection.execute(insert(audit_log).values(row_hash=row_hash, **columns))
    connection.execute(update(audit_head).values(rows_written=seq, row_hash=row_hash))


def rows(connection: Connection, after: int, limit: int) -> Sequence[AuditRow]:
    """Return rows after `after`, oldest first."""
    table = audit_log
    query = select(table).where(table.c.seq > after).order_by(table.c.seq).limit(limit)
    return [_audit_row(row) for row in connection.execute(query)]


def head(connection: Connection) -> tuple[int, str]:
    """Return the number of rows ever written and the last hash."""
    row = connection.execute(select(audit_head)).first()
    return (row.rows_written, row.row_hash) if row else (-1, "")


def verify(connection: Connection) -> tuple[int, int | None]:
    """Read the whole chain; return the rows read and the first seq that does not fit, or None.

    Finds rows that were changed, removed, added or put in another order, the end included.
    """
    read, previous = 0, GENESIS
    query = select(audit_log).order_by(audit_log.c.seq)
    with connection.execute(query, execution_options={"yield_per": 1000}) as rows:
        for row in rows:
            columns = {name: row._mapping[name] for name in _HASHED}
            if row.row_hash != _row_hash(previous, columns):
                return read, read + 1
            read, previous = read + 1, row.row_hash
    written, last = head(connection)
    if (written, last) != (read, previous):
        return read, max(1, min(read, written) + 1)
    return read, None


def _row_hash(previous: str, columns: Mapping[str, Any]) -> str:
    told = {**columns, "at": columns["at"].astimezone(UTC).isoformat()}
    return hashlib.sha256(f"{previous}\n{_canonical(told)}".encode()).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _columns(seq: int, at: datetime, event: AuditEvent) -> dict[str, Any]:
    return {
        "seq": seq,
        "at": at,
        "action": event.action,
        "by_user": event.by,
        "role": str(event.role),
        "outcome": event.outcome,
        "patient_key": event.patient_key,
        "study_instance_uid": event.study_instance_uid,
        "detail": _canonical(dict(event.detail)),
    }


def _audit_row(row: AnyRow) -> AuditRow:
    event = AuditEvent(
        action=row.action,
        by=row.by_user,
        role=row.role,
        outcome=row.outcome,
        patient_key=row.patient_key,
        study_instance_uid=row.study_instance_uid,
        detail=_detail(row.detail),
    )
    return AuditRow(row.seq, row.at, event, row.row_hash)


def _detail(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    # Not JSON only when someone changed it: shown as it is, and no link of the chain.
    return found if isinstance(found, dict) else {"unreadable": text}
