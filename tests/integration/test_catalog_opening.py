"""A catalog opens only when what it commits will stay."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text

import hub.store.engine as engine_module
from factories import make_new_instance
from hub.errors import AuditUnavailable, MisconfiguredHub, StoreUnavailable
from hub.model import AuditEvent
from hub.store.catalog import SqlCatalog
from hub.store.engine import open_engine, reading, writing
from hub.store.tables import REVISION, metadata
from hub.store.upgrade import MIGRATIONS
from servers.postgresql import programs, running_postgresql

pytestmark = pytest.mark.integration


def test_the_migrations_make_the_tables_that_the_code_uses(catalog):
    with reading(catalog.engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == REVISION


def test_opening_again_is_quick(catalog, catalog_url):
    began = time.monotonic()
    SqlCatalog(catalog_url).close()

    assert time.monotonic() - began < 1


def test_a_catalog_of_a_newer_hub_is_not_opened(catalog, catalog_url):
    with writing(catalog.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(MisconfiguredHub, match="newer"):
        SqlCatalog(catalog_url)


def test_a_migration_that_fails_half_way_leaves_nothing(catalog_url, monkeypatch):
    real = Connection.execute

    def fail(self, statement, *args, **kwargs):
        # The triggers are the last thing that the first migration makes.
        if "CREATE TRIGGER" in str(statement):
            raise KeyboardInterrupt
        return real(self, statement, *args, **kwargs)

    with monkeypatch.context() as broken:
        broken.setattr(Connection, "execute", fail)
        with pytest.raises(KeyboardInterrupt):
            SqlCatalog(catalog_url)

    catalog = SqlCatalog(catalog_url)
    assert catalog.add_instance(make_new_instance()) is True
    catalog.close()


def test_captures_of_the_first_tables_keep_their_receipts(tmp_path, postgresql_url):
    new = make_new_instance()
    filled = SqlCatalog(f"sqlite:///{tmp_path / 'filled.sqlite3'}")
    filled.add_instance(new)
    for url in (f"sqlite:///{tmp_path / 'old.sqlite3'}", postgresql_url):
        old = open_engine(url)
        with writing(old) as connection, reading(filled.engine) as rows:
            _upgrade_to(connection, "0001")
            _copy(rows, connection, "patient", "patient_alias", "study", "series")
            _copy(rows, connection, "stored_object", "instance", "capture")
        old.dispose()

        upgraded = SqlCatalog(url)

        assert upgraded.capture(new.capture.receipt.capture_id) == new.capture
        assert upgraded.add_instance(new) is False
        with reading(upgraded.engine) as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        upgraded.close()
    filled.close()


def _upgrade_to(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _copy(rows: Connection, to: Connection, *tables: str) -> None:
    """Copy what the older tables have a column for."""
    for name in tables:
        known = {column["name"] for column in inspect(to).get_columns(name)}
        table = metadata.tables[name]
        kept = [column for column in table.columns if column.name in known]
        values = [dict(row._mapping) for row in rows.execute(select(*kept))]
        to.execute(insert(table), values)


@pytest.mark.parametrize("url", ["mysql://localhost/hub", "no url", "nonsense://x"])
def test_another_database_is_refused(url):
    with pytest.raises(MisconfiguredHub):
        SqlCatalog(url)


def test_sqlite_is_durable(tmp_path):
    catalog = SqlCatalog(f"sqlite:///{tmp_path / 'c.sqlite3'}")
    with reading(catalog.engine) as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    catalog.close()

    assert found == ["wal", 2, 1, 30000]


def test_sqlite_is_readable_by_its_owner_alone(tmp_path):
    catalog = SqlCatalog(f"sqlite:///{tmp_path / 'c.sqlite3'}")
    catalog.add_instance(make_new_instance())

    files = list(tmp_path.glob("c.sqlite3*"))
    assert len(files) > 1
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}
    catalog.close()


def test_sqlite_that_cannot_be_durable_is_refused():
    with pytest.raises(MisconfiguredHub, match="journal_mode"):
        SqlCatalog("sqlite://")


def test_a_setting_that_did_not_take_is_seen(tmp_path, monkeypatch):
    prepare = engine_module._prepare_sqlite

    def weaker(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous=NORMAL")

    monkeypatch.setattr(engine_module, "_prepare_sqlite", weaker)

    with pytest.raises(MisconfiguredHub, match="synchronous"):
        SqlCatalog(f"sqlite:///{tmp_path / 'c.sqlite3'}")


def test_a_folder_that_is_not_there_says_that_the_store_does_not_answer(tmp_path):
    with pytest.raises(StoreUnavailable):
        SqlCatalog(f"sqlite:///{tmp_path / 'missing' / 'c.sqlite3'}")


def test_a_file_that_is_no_database_says_that_the_store_does_not_answer(tmp_path):
    (tmp_path / "c.sqlite3").write_bytes(b"This is a letter, and no database at all." * 100)

    with pytest.raises(StoreUnavailable):
        SqlCatalog(f"sqlite:///{tmp_path / 'c.sqlite3'}")


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_postgresql_that_would_lose_commits_is_refused(setting):
    if programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    with (
        running_postgresql(f"{setting}=off") as server,
        pytest.raises(MisconfiguredHub, match=setting),
    ):
        SqlCatalog(server.new_database())


def test_a_postgresql_that_went_away_is_said_and_recovers():
    if programs() is None:
        pytest.skip("PostgreSQL is not installed (Debian package postgresql)")
    with running_postgresql() as server:
        url = server.new_database()
        catalog = SqlCatalog(url)
        catalog.add_instance(make_new_instance(1))
        with server.connect("postgres") as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
        # Connections that died are replaced without anyone noticing.
        assert catalog.add_instance(make_new_instance(2)) is True

    with pytest.raises(StoreUnavailable):
        catalog.add_instance(make_new_instance(3))
    with pytest.raises(AuditUnavailable):
        catalog.audit(AuditEvent("read", by="x"))
    catalog.close()


def test_what_was_acknowledged_is_there_after_a_kill(tmp_path: Path):
    """Kill a writer at any moment: every instance it said to have added is there."""
    url = f"sqlite:///{tmp_path / 'c.sqlite3'}"
    program = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from factories import make_new_instance; from hub.store.catalog import SqlCatalog\n"
        "catalog = SqlCatalog(sys.argv[1])\n"
        "first = 1 + len(catalog.feed_after(0, 100000))\n"
        "for n in range(first, 100000):\n"
        "    catalog.add_instance(make_new_instance(n)); print(n, flush=True)\n"
    )
    line = [sys.executable, "-c", program, url, str(Path(__file__).parent.parent)]
    acknowledged = 0
    for _ in range(3):
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as writer:
            for told in writer.stdout:
                acknowledged = int(told)
                if acknowledged % 20 == 0:
                    os.kill(writer.pid, signal.SIGKILL)

    catalog = SqlCatalog(url)
    feed = [e.seq for e in catalog.feed_after(0, 100000)]
    assert feed == list(range(1, len(feed) + 1))
    assert len(feed) >= acknowledged >= 20
    assert catalog.verify_audit() == (len(feed), None)
    assert len(catalog.study("2.25.1").instances) == len(feed)
    catalog.close()
