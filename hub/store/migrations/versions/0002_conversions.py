"""Captures may have their receipt before their instance: videos that are coded again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FILL = """
UPDATE capture SET
  series_instance_uid = (
    SELECT i.series_instance_uid FROM instance i
    WHERE i.sop_instance_uid = capture.sop_instance_uid),
  study_instance_uid = (
    SELECT s.study_instance_uid FROM instance i
    JOIN series s ON s.series_instance_uid = i.series_instance_uid
    WHERE i.sop_instance_uid = capture.sop_instance_uid)
"""


def upgrade() -> None:
    with op.batch_alter_table("capture") as capture:
        for name in ("study_instance_uid", "series_instance_uid"):
            capture.add_column(sa.Column(name, sa.Text(), server_default="", nullable=False))
        capture.drop_constraint(op.f("fk_capture_sop_instance_uid"), type_="foreignkey")
    op.execute(_FILL)
    op.create_table(
        "conversion",
        sa.Column("capture_id", sa.Text(), nullable=False),
        sa.Column("study_instance_uid", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.Column("source_key", sa.Text(), server_default="", nullable=False),
        sa.Column("context", sa.Text(), server_default="", nullable=False),
        sa.Column("flags", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["capture.capture_id"], name=op.f("fk_conversion_capture_id")
        ),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_conversion")),
    )
    for name in ("study_instance_uid", "due_at"):
        op.create_index(op.f(f"ix_conversion_{name}"), "conversion", [name])


def downgrade() -> None:
    raise NotImplementedError("Captures without an instance have no place in the older tables.")
