"""The tables of the catalog: one schema for SQLite and PostgreSQL.

A change here needs a migration in `migrations/versions` and a new `REVISION`; a test compares
the two. Patients are joined through `patient_alias`: what an encounter, order or study says of
its patient (id and issuer) is never rewritten, so that a merge moves one alias and can be undone.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import BigInteger, TypeDecorator

REVISION = "0003"
"""The Alembic revision that makes these tables."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A point in time: aware on both sides, UTC in between. SQLite keeps no offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time, which could be any instant of a day."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without offset is no instant")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _code(prefix: str) -> tuple[Column[str], Column[str], Column[str]]:
    return _text(f"{prefix}_scheme"), _text(f"{prefix}_value"), _text(f"{prefix}_meaning")


def _patient_of(table: str) -> ForeignKeyConstraint:
    there = ["patient_alias.patient_id", "patient_alias.issuer"]
    return ForeignKeyConstraint(["patient_id", "patient_issuer"], there, name=f"fk_{table}_patient")


# --- who and when ------------------------------------------------------------

patient = Table(
    "patient",
    metadata,
    Column("patient_key", Text, primary_key=True),
    Column("patient_id", Text, nullable=False),
    _text("issuer"),
    _text("name"),
    _text("name_words"),
    _text("birth_date"),
    _text("sex"),
)

patient_alias = Table(
    "patient_alias",
    metadata,
    Column("patient_id", Text, primary_key=True),
    Column("issuer", Text, primary_key=True),
    Column("patient_key", ForeignKey("patient.patient_key"), nullable=False, index=True),
)

practitioner = Table(
    "practitioner",
    metadata,
    Column("practitioner_id", Text, primary_key=True),
    Column("issuer", Text, primary_key=True),
    _text("name"),
)

encounter = Table(
    "encounter",
    metadata,
    Column("encounter_key", Text, primary_key=True),
    Column("encounter_id", Text, nullable=False),
    _text("issuer"),
    Column("patient_id", Text, nullable=False),
    _text("patient_issuer"),
    _text("class_"),
    _text("department_name"),
    _text("department_folded"),
    *_code("department"),
    Column("started", Instant),
    Column("ended", Instant),
    _text("reason"),
    _patient_of("encounter"),
    UniqueConstraint("encounter_id", "issuer"),
    Index(None, "patient_id", "patient_issuer"),
    Index(None, "started"),
)

imaging_order = Table(
    "imaging_order",
    metadata,
    Column("order_key", Integer, primary_key=True),
    Column("patient_id", Text, nullable=False),
    _text("patient_issuer"),
    Column("encounter_key", ForeignKey("encounter.encounter_key"), index=True),
    _text("accession_number"),
    _text("accession_issuer"),
    _text("placer_order_number"),
    *_code("procedure"),
    *_code("region"),
    _text("laterality"),
    _text("status"),
    Column("requested_at", Instant),
    _text("reason"),
    _patient_of("imaging_order"),
    Index(None, "patient_id", "patient_issuer"),
)

# --- what is kept ------------------------------------------------------------

stored_object = Table(
    "stored_object",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", Instant, nullable=False),
)

study = Table(
    "study",
    metadata,
    Column("study_instance_uid", Text, primary_key=True),
    Column("patient_id", Text, nullable=False),
    _text("patient_issuer"),
    Column("study_date", Date),
    _text("study_time"),
    _text("timezone_offset"),
    _text("accession_number"),
    _text("accession_issuer"),
    _text("study_id"),
    _text("description"),
    _text("referring_physician_name"),
    _text("department_name"),
    *_code("department"),
    _text("encounter_id"),
    _text("encounter_issuer"),
    _text("reason"),
    *_code("procedure"),
    Column("encounter_based", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    _patient_of("study"),
    Index(None, "patient_id", "patient_issuer"),
)

series = Table(
    "series",
    metadata,
    Column("series_instance_uid", Text, primary_key=True),
    Column(
        "study_instance_uid", ForeignKey("study.study_instance_uid"), nullable=False, index=True
    ),
    _text("modality"),
    Column("series_number", BigInteger),
    _text("description"),
    *_code("region"),
    _text("body_part_examined"),
    _text("laterality"),
    _text("station_name"),
    _text("operator_name"),
    _text("manufacturer"),
    _text("model"),
)

instance = Table(
    "instance",
    metadata,
    Column("sop_instance_uid", Text, primary_key=True),
    Column("sop_class_uid", Text, nullable=False),
    Column(
        "series_instance_uid", ForeignKey("series.series_instance_uid"), nullable=False, index=True
    ),
    _text("transfer_syntax_uid"),
    Column("sha256", ForeignKey("stored_object.sha256"), nullable=False, index=True),
    Column("header", Text, nullable=False),
    Column("instance_number", BigInteger),
    Column("rows", Integer),
    Column("columns", Integer),
    Column("number_of_frames", Integer, nullable=False),
    Column("acquired_at", Instant),
    *_code("region"),
    _text("body_part_examined"),
    _text("laterality"),
    _text("note"),
    Column("stored_at", Instant, nullable=False),
    _text("capture_id"),
)

capture = Table(
    "capture",
    metadata,
    Column("capture_id", Text, primary_key=True),
    # No foreign keys: a video that is coded again has its receipt before its instance.
    _text("study_instance_uid"),
    _text("series_instance_uid"),
    Column("sop_instance_uid", Text, nullable=False, unique=True),
    Column("source_sha256", Text, nullable=False),
    Column("source_size", BigInteger, nullable=False),
    Column("received_at", Instant, nullable=False),
    _text("sealed_sha256"),
    Column("by_user", Text, nullable=False),
)

conversion = Table(
    "conversion",
    metadata,
    Column("capture_id", ForeignKey("capture.capture_id"), primary_key=True),
    Column("study_instance_uid", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("percent", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("token", Integer, nullable=False),
    # When it may be leased: for one that runs, the end of its lease.
    Column("due_at", Instant, nullable=False, index=True),
    _text("problem"),
    # Empty once it is done.
    _text("source_key"),
    _text("context"),
    _text("flags"),
)

review_flag = Table(
    "review_flag",
    metadata,
    Column("sop_instance_uid", ForeignKey("instance.sop_instance_uid"), primary_key=True),
    Column("flag", Text, primary_key=True),
    _text("detail"),
)

care_event = Table(
    "care_event",
    metadata,
    Column("care_event_key", Text, primary_key=True),
    Column("study_instance_uid", Text, nullable=False, unique=True),
    # Text, because the offset becomes Timezone Offset From UTC.
    Column("started", Text, nullable=False),
    _text("accession_number"),
    _text("accession_issuer"),
    _text("description"),
)

# --- what happened -----------------------------------------------------------

change_feed = Table(
    "change_feed",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("study_instance_uid", Text, nullable=False),
    _text("sop_instance_uid"),
    Column("at", Instant, nullable=False),
)

feed_cursor = Table(
    "feed_cursor",
    metadata,
    Column("consumer", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("action", Text, nullable=False),
    Column("by_user", Text, nullable=False),
    _text("role"),
    _text("outcome"),
    _text("patient_key"),
    _text("study_instance_uid"),
    Column("detail", Text, nullable=False),
    Column("row_hash", Text, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("head", Integer, primary_key=True, autoincrement=False),
    Column("rows_written", BigInteger, nullable=False),
    Column("row_hash", Text, nullable=False),
    CheckConstraint("head = 1", name="one_row"),
)

# --- who signs in ------------------------------------------------------------

account = Table(
    "account",
    metadata,
    Column("user_name", Text, primary_key=True),
    _text("name"),
    Column("role", Text, nullable=False),
    Column("machine", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    _text("practitioner_issuer"),
    Column("password_hash", Text),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("user_digest", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
)

login_session = Table(
    "login_session",
    metadata,
    Column("session_digest", Text, primary_key=True),
    Column("user_name", ForeignKey("account.user_name"), nullable=False, index=True),
    Column("opened_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("data", Text, nullable=False),
)

bearer_token = Table(
    "bearer_token",
    metadata,
    Column("token_digest", Text, primary_key=True),
    Column("user_name", ForeignKey("account.user_name"), nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
)
