"""Jobs of videos that are coded again after their receipt, leased to one worker at a time.

A lease is a token and a time. A write asks for both in the transaction it is part of: a
worker that was stopped past its lease and goes on finds its token or its time gone, and
writes nothing, whether another has taken the job meanwhile or not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, insert, select, update

from hub.model import CaptureContext, Conversion, ConversionState, ReviewFlag
from hub.store.conversion_ports import Lease, PendingCapture
from hub.store.ports import NewInstance

from . import audit, captures, instances
from .engine import reading, writing
from .model_json import as_json, from_json
from .rows import AnyRow
from .tables import capture, conversion, instance

WAITING, RUNNING, DONE, FAILED = ConversionState

WORKER_LOST = "worker-lost"
"""The problem of a job whose workers ended without a word, e.g. killed for their memory."""


def _now() -> datetime:
    return datetime.now(UTC)


class SqlConversions:
    """See `hub.store.ports.Conversions`. Everything may raise StoreUnavailable."""

    def __init__(self, engine: Engine, *, now: Callable[[], datetime] = _now) -> None:
        self._engine = engine
        self._now = now

    def accept(self, new: PendingCapture) -> bool:
        """Add capture, care event, job and audit row; False when the capture is there."""
        receipt = new.capture.receipt
        with writing(self._engine) as connection:
            if _is_there(connection, receipt.capture_id, receipt.sop_instance_uid):
                return False
            captures.confirm_care_event(connection, new.context.care_event)
            captures.add(connection, new.capture)
            connection.execute(insert(conversion).values(_columns(new, self._now())))
            audit.append(connection, new.audit, self._now())
            return True

    def lease(self, seconds: float, most_attempts: int) -> Lease | None:
        """Take the oldest job that is due; park those that ended their workers too often."""
        with reading(self._engine) as connection:
            if connection.execute(_due(self._now())).first() is None:
                return None
        with writing(self._engine) as connection:
            now = self._now()
            for row in connection.execute(_due(now)).fetchall():
                if row.attempts < most_attempts:
                    return _leased(connection, row, now + timedelta(seconds=seconds))
                _change(connection, row.capture_id, state=FAILED, problem=WORKER_LOST)
        return None

    def renew(self, lease: Lease, seconds: float, percent: int) -> bool:
        """Keep the lease and say how far it is; False when it is lost."""
        return self._change_held(lease, percent=percent, due_at=self._in(seconds))

    def finish(self, lease: Lease, made: Sequence[NewInstance]) -> bool:
        """Add the instances and end the job; False, and nothing, when the lease is lost."""
        with writing(self._engine) as connection:
            if connection.execute(_held(lease, self._now())).first() is None:
                return False
            for new in made:
                instances.add(connection, new, self._now())
            done = {"state": DONE, "percent": 100, "problem": ""}
            _change(connection, lease.capture_id, **done, source_key="", context="", flags="")
            return True

    def give_back(self, lease: Lease, after_seconds: float = 0) -> None:
        """Let another worker try, as if this one had not."""
        before = conversion.c.attempts - 1
        due_at = self._in(after_seconds)
        self._change_held(lease, state=WAITING, percent=0, attempts=before, due_at=due_at)

    def fail(self, lease: Lease, problem: str, after_seconds: float, most_attempts: int) -> None:
        """Let it be tried again later, or park it after so many attempts."""
        with writing(self._engine) as connection:
            row = connection.execute(_held(lease, self._now())).first()
            if row is not None:
                state = FAILED if row.attempts >= most_attempts else WAITING
                due_at = self._in(after_seconds)
                values = {"state": state, "problem": problem, "percent": 0, "due_at": due_at}
                _change(connection, lease.capture_id, **values)

    def retry(self, capture_id: str) -> bool:
        """Begin anew with a parked job; False when there is none."""
        anew = {"state": WAITING, "attempts": 0, "percent": 0, "due_at": self._now()}
        parked = and_(conversion.c.capture_id == capture_id, conversion.c.state == FAILED)
        with writing(self._engine) as connection:
            changed = connection.execute(update(conversion).where(parked).values(anew))
            return changed.rowcount == 1

    def of_capture(self, capture_id: str) -> Conversion | None:
        """Return the conversion of a capture, or None."""
        return next(iter(self._all(conversion.c.capture_id == capture_id)), None)

    def of_study(self, study_instance_uid: str) -> Sequence[Conversion]:
        """Return the conversions of a study, oldest first."""
        return self._all(conversion.c.study_instance_uid == study_instance_uid)

    def unfinished(self) -> Sequence[Conversion]:
        """Return all that are not done, oldest first."""
        return self._all(conversion.c.state != DONE)

    def pending(self, capture_id: str) -> tuple[CaptureContext, str] | None:
        """Return context and source key of a conversion that is not done, or None."""
        found = and_(conversion.c.capture_id == capture_id, conversion.c.state != DONE)
        with reading(self._engine) as connection:
            row = connection.execute(select(conversion).where(found)).first()
        return (_context(row), row.source_key) if row else None

    def source_keys(self) -> frozenset[str]:
        """Return the sources of all that are not done."""
        query = select(conversion.c.source_key).where(conversion.c.source_key != "")
        with reading(self._engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def _all(self, which: ColumnElement[bool]) -> Sequence[Conversion]:
        query = select(conversion, capture.c.sop_instance_uid, capture.c.received_at).where(which)
        query = query.join(capture, capture.c.capture_id == conversion.c.capture_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(capture.c.received_at)).fetchall()
        return [_conversion(row) for row in rows]

    def _change_held(self, lease: Lease, **values: object) -> bool:
        with writing(self._engine) as connection:
            held = connection.execute(_held(lease, self._now())).first()
            if held is not None:
                _change(connection, lease.capture_id, **values)
            return held is not None

    def _in(self, seconds: float) -> datetime:
        return self._now() + timedelta(seconds=seconds)


def _is_there(connection: Connection, capture_id: str, sop_instance_uid: str) -> bool:
    if captures.load(connection, capture_id) is not None:
        return True
    found = select(instance.c.sop_instance_uid).filter_by(sop_instance_uid=sop_instance_uid)
    return connection.execute(found).first() is not None


def _due(now: datetime) -> Select[Any]:
    is_open = conversion.c.state.in_([WAITING, RUNNING])
    query = select(conversion, capture.c.by_user).join(capture).order_by(capture.c.received_at)
    return query.where(is_open, conversion.c.due_at <= now)


def _held(lease: Lease, now: datetime) -> Select[Any]:
    return select(conversion).where(
        conversion.c.capture_id == lease.capture_id,
        conversion.c.token == lease.token,
        conversion.c.state == RUNNING,
        conversion.c.due_at > now,
    )


def _change(connection: Connection, capture_id: str, **values: object) -> None:
    found = update(conversion).where(conversion.c.capture_id == capture_id)
    connection.execute(found.values(values))


def _leased(connection: Connection, row: AnyRow, until: datetime) -> Lease:
    token = row.token + 1
    values = {"token": token, "attempts": row.attempts + 1, "due_at": until, "percent": 0}
    _change(connection, row.capture_id, state=RUNNING, **values)
    return Lease(
        capture_id=row.capture_id,
        token=token,
        context=_context(row),
        source_key=row.source_key,
        by=row.by_user,
        flags=tuple(from_json(ReviewFlag, flag) for flag in json.loads(row.flags)),
    )


def _context(row: AnyRow) -> CaptureContext:
    return from_json(CaptureContext, json.loads(row.context))


def _columns(new: PendingCapture, now: datetime) -> dict[str, object]:
    receipt = new.capture.receipt
    return {
        "capture_id": receipt.capture_id,
        "study_instance_uid": receipt.study_instance_uid,
        "state": WAITING,
        "percent": 0,
        "attempts": 0,
        "token": 0,
        "due_at": now,
        "source_key": new.source_key,
        "context": json.dumps(as_json(new.context), separators=(",", ":")),
        "flags": json.dumps([as_json(flag) for flag in new.flags]),
    }


def _conversion(row: AnyRow) -> Conversion:
    return Conversion(
        capture_id=row.capture_id,
        study_instance_uid=row.study_instance_uid,
        sop_instance_uid=row.sop_instance_uid,
        state=ConversionState(row.state),
        percent=row.percent,
        attempts=row.attempts,
        problem=row.problem,
        received_at=row.received_at,
    )
