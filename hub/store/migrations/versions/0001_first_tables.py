"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("audit_log", "change_feed")

_REFUSE_ON_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""

_REFUSAL_ON_POSTGRESQL = """
CREATE FUNCTION refuse_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
"""

_REFUSE_ON_POSTGRESQL = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_append_only()
"""


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("practitioner_issuer", sa.Text(), server_default="", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("user_name", name=op.f("pk_account")),
    )
    op.create_table(
        "audit_head",
        sa.Column("head", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rows_written", sa.BigInteger(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.CheckConstraint("head = 1", name=op.f("ck_audit_head_one_row")),
        sa.PrimaryKeyConstraint("head", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_log",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("by_user", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("patient_key", sa.Text(), server_default="", nullable=False),
        sa.Column("study_instance_uid", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_log")),
    )
    op.create_table(
        "care_event",
        sa.Column("care_event_key", sa.Text(), nullable=False),
        sa.Column("study_instance_uid", sa.Text(), nullable=False),
        sa.Column("started", sa.Text(), nullable=False),
        sa.Column("accession_number", sa.Text(), server_default="", nullable=False),
        sa.Column("accession_issuer", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("care_event_key", name=op.f("pk_care_event")),
        sa.UniqueConstraint("study_instance_uid", name=op.f("uq_care_event_study_instance_uid")),
    )
    op.create_table(
        "change_feed",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("study_instance_uid", sa.Text(), nullable=False),
        sa.Column("sop_instance_uid", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change_feed")),
    )
    op.create_table(
        "feed_cursor",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("consumer", name=op.f("pk_feed_cursor")),
    )
    op.create_table(
        "patient",
        sa.Column("patient_key", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_words", sa.Text(), server_default="", nullable=False),
        sa.Column("birth_date", sa.Text(), server_default="", nullable=False),
        sa.Column("sex", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("patient_key", name=op.f("pk_patient")),
    )
    op.create_table(
        "practitioner",
        sa.Column("practitioner_id", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("practitioner_id", "issuer", name=op.f("pk_practitioner")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("user_digest", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_digest", name=op.f("pk_sign_in_attempts")),
    )
    op.create_table(
        "stored_object",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_object")),
    )
    op.create_table(
        "bearer_token",
        sa.Column("token_digest", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_name"], ["account.user_name"], name=op.f("fk_bearer_token_user_name")
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_bearer_token")),
    )
    op.create_index(op.f("ix_bearer_token_user_name"), "bearer_token", ["user_name"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("session_digest", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_name"], ["account.user_name"], name=op.f("fk_login_session_user_name")
        ),
        sa.PrimaryKeyConstraint("session_digest", name=op.f("pk_login_session")),
    )
    op.create_index(
        op.f("ix_login_session_user_name"), "login_session", ["user_name"], unique=False
    )
    op.create_table(
        "patient_alias",
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("patient_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_key"], ["patient.patient_key"], name=op.f("fk_patient_alias_patient_key")
        ),
        sa.PrimaryKeyConstraint("patient_id", "issuer", name=op.f("pk_patient_alias")),
    )
    op.create_index(
        op.f("ix_patient_alias_patient_key"), "patient_alias", ["patient_key"], unique=False
    )
    op.create_table(
        "encounter",
        sa.Column("encounter_key", sa.Text(), nullable=False),
        sa.Column("encounter_id", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), server_default="", nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("patient_issuer", sa.Text(), server_default="", nullable=False),
        sa.Column("class_", sa.Text(), server_default="", nullable=False),
        sa.Column("department_name", sa.Text(), server_default="", nullable=False),
        sa.Column("department_folded", sa.Text(), server_default="", nullable=False),
        sa.Column("department_scheme", sa.Text(), server_default="", nullable=False),
        sa.Column("department_value", sa.Text(), server_default="", nullable=False),
        sa.Column("department_meaning", sa.Text(), server_default="", nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "patient_issuer"],
            ["patient_alias.patient_id", "patient_alias.issuer"],
            name="fk_encounter_patient",
        ),
        sa.PrimaryKeyConstraint("encounter_key", name=op.f("pk_encounter")),
        sa.UniqueConstraint(
            "encounter_id", "issuer", name=op.f("uq_encounter_encounter_id_issuer")
        ),
    )
    op.create_index(
        op.f("ix_encounter_patient_id_patient_issuer"),
        "encounter",
        ["patient_id", "patient_issuer"],
        unique=False,
    )
    op.create_index(op.f("ix_encounter_started"), "encounter", ["started"], unique=False)
    op.create_table(
        "study",
        sa.Column("study_instance_uid", sa.Text(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("patient_issuer", sa.Text(), server_default="", nullable=False),
        sa.Column("study_date", sa.Date(), nullable=True),
        sa.Column("study_time", sa.Text(), server_default="", nullable=False),
        sa.Column("timezone_offset", sa.Text(), server_default="", nullable=False),
        sa.Column("accession_number", sa.Text(), server_default="", nullable=False),
        sa.Column("accession_issuer", sa.Text(), server_default="", nullable=False),
        sa.Column("study_id", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("referring_physician_name", sa.Text(), server_default="", nullable=False),
        sa.Column("department_name", sa.Text(), server_default="", nullable=False),
        sa.Column("department_scheme", sa.Text(), server_default="", nullable=False),
        sa.Column("department_value", sa.Text(), server_default="", nullable=False),
        sa.Column("department_meaning", sa.Text(), server_default="", nullable=False),
        sa.Column("encounter_id", sa.Text(), server_default="", nullable=False),
        sa.Column("encounter_issuer", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("procedure_scheme", sa.Text(), server_default="", nullable=False),
        sa.Column("procedure_value", sa.Text(), server_default="", nullable=False),
        sa.Column("procedure_meaning", sa.Text(), server_default="", nullable=False),
        sa.Column("encounter_based", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["patient_id", "patient_issuer"],
            ["patient_alias.patient_id", "patient_alias.issuer"],
            name="fk_study_patient",
        ),
        sa.PrimaryKeyConstraint("study_instance_uid", name=op.f("pk_study")),
    )
    op.create_index(
        op.f("ix_study_patient_id_patient_issuer"),
        "study",
        ["patient_id", "patient_issuer"],
        unique=False,
    )
    op.create_table(
        "imaging_order",
        sa.Column("order_key", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Text(), nullable=False),
        sa.Column("patient_issuer", sa.Text(), server_default="", nullable=False),
        sa.Column("encounter_key", sa.Text(), nullable=True),
        sa.Column("accession_number", sa.Text(), server_default="", nullable=False),
        sa.Column("accession_issuer", sa.Text(), server_default="", nullable=False),
        sa.Column("placer_order_number", sa.Text(), server_default="", nullable=False),
        sa.Column("procedure_scheme", sa.Text(), server_default="", nullable=False),
        sa.Column("procedure_value", sa.Text(), server_default="", nullable=False),
        sa.Column("procedure_meaning", sa.Text(), server_default="", nullable=False),
        sa.Column("region_scheme", sa.Text(), server_default="", nullable=False),
        sa.Column("region_value", sa.Text(), server_default="", nullable=False),
        sa.Column("region_meaning", sa.Text(), server_default="", nullable=False),
        sa.Column("laterality", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["encounter_key"],
            ["encounter.encounter_key"],
            name=op.f("fk_imaging_order_encounter_key"),
        ),
        sa.ForeignKeyConstraint(
            ["patient_id", "patient_issuer"],
            ["patient_alias.patient_id", "patient_alias.issuer"],
            name="fk_imaging_order_patient",
        ),
        sa.PrimaryKeyConstraint("order_key", name=op.f("pk_imaging_order")),
    )
    op.create_index(
        op.f("ix_imaging_order_encounter_key"), "imaging_order", ["encounter_key"], unique=False
    )
    op.create_index(
        op.f("ix_imaging_order_patient_id_patient_issuer"),
        "imaging_order",
        ["patient_id", "patient_issuer"],
        unique=False,
    )
    op.create_table(
        "series",
        sa.Column("series_instance_uid", sa.Text(), nullable=False),
        sa.Column("study_instance_uid", sa.Text(), nullable=False),
        sa.Column("modality", sa.Text(), server_default="", nullable=False),
        sa.Column("series_number", sa.BigInteger(), nullable=True),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("region_scheme", sa.Text(), server_default="", nullable=False),
        sa.Column("region_value", sa.Text(), server_default="", nullable=False),
        sa.Column("region_meaning", sa.Text(), server_default="", nullable=False),
        sa.Column("body_part_examined", sa.Text(), server_default="", nullable=False),
        sa.Column("laterality", sa.Text(), server_default="", nullable=False),
        sa.Column("station_name", sa.Text(), server_default="", nullable=False),
        sa.Column("operator_name", sa.Text(), server_default="", nullable=False),
        sa.Column("manufacturer", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["study.study_instance_uid"],
            name=op.f("fk_series_study_instance_uid"),
        ),
        sa.PrimaryKeyConstraint("series_instance_uid", name=op.f("pk_series")),
    )
    op.create_index(
        op.f("ix_series_study_instance_uid"), "series", ["study_instance_uid"], unique=False
    )
    op.create_table(
        "instance",
        sa.Column("sop_instance_uid", sa.Text(), nullable=False),
        sa.Column("sop_class_uid", sa.Text(), nullable=False),
        sa.Column("series_instance_uid", sa.Text(), nullable=False),
        sa.Column("transfer_syntax_uid", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("instance_number", sa.BigInteger(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("columns", sa.Integer(), nullable=True),
        sa.Column("number_of_frames", sa.Integer(), nullable=False),
        sa.Column("acquired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("region_scheme", sa.Text(), server_default="", nullable=False),
        sa.Column("region_value", sa.Text(), server_default="", nullable=False),
        sa.Column("region_meaning", sa.Text(), server_default="", nullable=False),
        sa.Column("body_part_examined", sa.Text(), server_default="", nullable=False),
        sa.Column("laterality", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capture_id", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["series_instance_uid"],
            ["series.series_instance_uid"],
            name=op.f("fk_instance_series_instance_uid"),
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_object.sha256"], name=op.f("fk_instance_sha256")
        ),
        sa.PrimaryKeyConstraint("sop_instance_uid", name=op.f("pk_instance")),
    )
    op.create_index(
        op.f("ix_instance_series_instance_uid"), "instance", ["series_instance_uid"], unique=False
    )
    op.create_index(op.f("ix_instance_sha256"), "instance", ["sha256"], unique=False)
    op.create_table(
        "capture",
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.Column("sop_instance_uid", sa.Text(), nullable=False),
        sa.Column("source_sha256", sa.Text(), nullable=False),
        sa.Column("source_size", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("by_user", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sop_instance_uid"],
            ["instance.sop_instance_uid"],
            name=op.f("fk_capture_sop_instance_uid"),
        ),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_capture")),
        sa.UniqueConstraint("sop_instance_uid", name=op.f("uq_capture_sop_instance_uid")),
    )
    op.create_table(
        "review_flag",
        sa.Column("sop_instance_uid", sa.Text(), nullable=False),
        sa.Column("flag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sop_instance_uid"],
            ["instance.sop_instance_uid"],
            name=op.f("fk_review_flag_sop_instance_uid"),
        ),
        sa.PrimaryKeyConstraint("sop_instance_uid", "flag", name=op.f("pk_review_flag")),
    )
    head = sa.table(
        "audit_head", sa.column("head"), sa.column("rows_written"), sa.column("row_hash")
    )
    op.execute(head.insert().values(head=1, rows_written=0, row_hash="0" * 64))
    _make_append_only()


def _make_append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_REFUSAL_ON_POSTGRESQL)
        for table in _APPEND_ONLY:
            op.execute(_REFUSE_ON_POSTGRESQL.format(table=table))
    else:
        for table in _APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                op.execute(_REFUSE_ON_SQLITE.format(table=table, verb=verb))


def downgrade() -> None:
    raise NotImplementedError("The first tables are the record; there is nothing before them.")
