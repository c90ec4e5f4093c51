"""The worklist's question to the catalog: which encounters, newest start first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, false, func, literal, or_, select, true

from hub import text
from hub.errors import InvalidRequest
from hub.store.ports import WorklistPage, WorklistQuery

from . import encounters
from .rows import cursor_place, cursor_text
from .tables import Instant, encounter, patient, patient_alias

_SOON = timedelta(hours=12)
_LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
_MOST = 200

# An encounter whose start nobody told comes last, and pages still need a place for it.
_STARTED = func.coalesce(encounter.c.started, _LONG_AGO, type_=Instant)


def page(connection: Connection, query: WorklistQuery, now: datetime) -> WorklistPage:
    """Return one page of encounters. Raises InvalidRequest for a status or cursor not known."""
    limit = max(1, min(query.limit, _MOST))
    asked = (
        encounters.with_patient()
        .where(_status(query.status, query.at or now), _department(query.department))
        .where(_words_or_id(query.q), _after(query.cursor))
        .order_by(_STARTED.desc(), encounter.c.encounter_key)
        .limit(limit + 1)
    )
    found = encounters.load(connection, asked)
    items, more = tuple(found[:limit]), len(found) > limit
    last = items[-1] if more else None
    return WorklistPage(items, cursor_text(_place(last.started), last.key) if last else "")


def _place(started: datetime | None) -> str:
    return (started or _LONG_AGO).isoformat()


def _status(status: str, now: datetime) -> ColumnElement[bool]:
    started, ended = encounter.c.started, encounter.c.ended
    if status == "open":
        begun = or_(started.is_(None), started <= now + _SOON)
        return and_(begun, or_(ended.is_(None), ended > now))
    if status == "closed":
        return ended <= now
    if status == "all":
        return true()
    raise InvalidRequest("status is open, closed or all.")


def _department(asked: str) -> ColumnElement[bool]:
    """Match a code (with or without its scheme) or a name in any case."""
    if not asked.strip():
        return true()
    code = encounter.c.department_value
    folded = text.fold(asked.strip())
    return or_(
        code == asked,
        encounter.c.department_scheme + ":" + code == asked,
        encounter.c.department_folded == folded,
        func.lower(encounter.c.department_meaning) == folded,
    )


def _words_or_id(q: str) -> ColumnElement[bool]:
    """Match the start of a word of the name for every word of `q`, or a whole identifier."""
    asked = q.strip()
    if not asked:
        return true()
    whole = asked.lower()
    other = patient_alias.alias()
    known_as = select(other.c.patient_id).where(
        other.c.patient_key == patient.c.patient_key, func.lower(other.c.patient_id) == whole
    )
    identifier = or_(func.lower(encounter.c.encounter_id) == whole, known_as.exists())
    named = [_name_has(word) for word in asked.replace("^", " ").split()]
    return or_(identifier, and_(*named))


def _name_has(asked: str) -> ColumnElement[bool]:
    """Match one word in either spelling of its umlauts; Smith-Jones is two words here."""
    spellings = {tuple(text.words(asked)), tuple(text.words(text.fold_umlauts(asked)))}
    names = patient.c.name_words
    starts = [[names.contains(f" {w}", autoescape=True) for w in s] for s in spellings if s]
    return or_(false(), *(and_(*words) for words in starts))


def _after(cursor: str) -> ColumnElement[bool]:
    if not cursor:
        return true()
    try:
        started, key = cursor_place(cursor)
        at = datetime.fromisoformat(started)
    except ValueError as exc:
        raise InvalidRequest("The cursor is not one of this list.") from exc
    if at.tzinfo is None:
        raise InvalidRequest("The cursor is not one of this list.")
    started_at = literal(at, Instant)
    same_start = and_(started_at == _STARTED, encounter.c.encounter_key > key)
    return or_(started_at > _STARTED, same_start)
