"""Review flags say how much or which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("review_flag", sa.Column("detail", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("review_flag", "detail")
