"""The audit log cannot be changed unseen, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, insert, select, text, update

from factories import make_new_instance
from hub.errors import AuditUnavailable, StoreUnavailable
from hub.model import AuditEvent, Role
from hub.store.catalog import SqlCatalog
from hub.store.engine import reading, writing
from hub.store.tables import audit_head, audit_log, change_feed

pytestmark = pytest.mark.integration

ROWS = 7


@pytest.fixture
def catalog(catalog):
    """A catalog with a log of seven rows."""
    for number in range(1, ROWS + 1):
        detail = {"via": "page", "number": number, "words": ["left", "hand"], "ü": {"a": None}}
        catalog.audit(
            AuditEvent("read", f"user-{number}", Role.CLINICIAN, "success", "key", "2.25.1", detail)
        )
    return catalog


def tamper(catalog: SqlCatalog, *statements: object) -> None:
    """Change the log as someone would who owns the database."""
    with writing(catalog.engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER ALL"))
        else:
            for verb in ("UPDATE", "DELETE"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS audit_log_no_{verb}"))
        for statement in statements:
            connection.execute(statement)


def row(catalog: SqlCatalog, seq: int) -> dict:
    with reading(catalog.engine) as connection:
        found = connection.execute(select(audit_log).where(audit_log.c.seq == seq)).one()
        return dict(found._mapping)


def at(seq: int):
    return audit_log.c.seq == seq


def test_an_untouched_log_verifies_and_is_read_back_as_written(catalog):
    assert catalog.verify_audit() == (ROWS, None)

    rows = catalog.audit_rows(after=2, limit=3)
    assert [r.seq for r in rows] == [3, 4, 5]
    assert rows[0].event.by == "user-3"
    assert rows[0].event.role == "clinician"
    assert rows[0].event.detail["words"] == ["left", "hand"]
    assert catalog.audit_head() == (ROWS, catalog.audit_rows()[-1].row_hash)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("by_user", "somebody-else"),
        ("action", "print"),
        ("role", "admin"),
        ("outcome", "refused"),
        ("patient_key", ""),
        ("study_instance_uid", "2.25.2"),
        ("detail", '{"via":"page"}'),
        ("detail", "not json"),
        ("row_hash", "f" * 64),
    ],
)
@pytest.mark.parametrize("seq", [1, 4, ROWS])
def test_a_changed_row_is_found(catalog, column, value, seq):
    tamper(catalog, update(audit_log).where(at(seq)).values({column: value}))

    _, broken_at = catalog.verify_audit()

    assert broken_at == seq


def test_a_changed_time_is_found(catalog):
    earlier = row(catalog, 3)["at"].replace(microsecond=0, year=2020)
    tamper(catalog, update(audit_log).where(at(4)).values(at=earlier))

    assert catalog.verify_audit()[1] == 4


@pytest.mark.parametrize("seq", [1, 4])
def test_a_removed_row_is_found(catalog, seq):
    tamper(catalog, delete(audit_log).where(at(seq)))

    assert catalog.verify_audit()[1] == seq


def test_a_removed_row_with_the_gap_closed_is_found(catalog):
    close = [update(audit_log).where(at(n)).values(seq=n - 1) for n in range(5, ROWS + 1)]
    tamper(catalog, delete(audit_log).where(at(4)), *close)

    assert catalog.verify_audit()[1] == 4


@pytest.mark.parametrize("left", [ROWS - 1, 3, 0])
def test_rows_cut_off_at_the_end_are_found(catalog, left):
    tamper(catalog, delete(audit_log).where(audit_log.c.seq > left))

    assert catalog.verify_audit() == (left, left + 1)


def test_two_rows_exchanged_are_found(catalog):
    tamper(
        catalog,
        update(audit_log).where(at(3)).values(seq=-1),
        update(audit_log).where(at(5)).values(seq=3),
        update(audit_log).where(at(-1)).values(seq=5),
    )

    assert catalog.verify_audit()[1] == 3


@pytest.mark.parametrize("seq", [0, ROWS + 1])
def test_an_inserted_row_is_found(catalog, seq):
    forged = {**row(catalog, 2), "seq": seq}
    tamper(catalog, insert(audit_log).values(forged))

    assert catalog.verify_audit()[1] is not None


def test_a_row_inserted_between_others_is_found(catalog):
    forged = {**row(catalog, 2), "seq": 4, "by_user": "nobody"}
    move = [update(audit_log).where(at(n)).values(seq=n + 1) for n in range(ROWS, 3, -1)]
    tamper(catalog, *move, insert(audit_log).values(forged))

    assert catalog.verify_audit()[1] == 4


def test_a_missing_head_is_found_and_nothing_more_is_written(catalog):
    tamper(catalog, delete(audit_head))

    assert catalog.verify_audit()[1] is not None
    with pytest.raises(AuditUnavailable):
        catalog.audit(AuditEvent("read", by="x"))
    with pytest.raises(AuditUnavailable):
        catalog.add_instance(make_new_instance())
    assert catalog.study("2.25.1") is None


@pytest.mark.parametrize("table", [audit_log, change_feed], ids=lambda t: t.name)
@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_itself_refuses_changes(catalog, table, change):
    catalog.add_instance(make_new_instance())
    statement = delete(table) if change == "delete" else update(table).values(seq=table.c.seq + 50)

    with pytest.raises(StoreUnavailable), writing(catalog.engine) as connection:
        connection.execute(statement)

    assert catalog.verify_audit() == (ROWS + 1, None)
    assert [e.seq for e in catalog.feed_after(0)] == [1]
