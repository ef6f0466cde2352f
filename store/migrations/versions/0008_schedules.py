"""The live schedules, each with its next tick."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("automation_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger()),
        sa.Column("left_out_last", sa.BigInteger()),
        sa.Column("left_out_count", sa.Integer(), nullable=False),
        sa.Column("left_out_why", sa.Text()),
        sa.PrimaryKeyConstraint("tenant", "automation_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("schedules_due", "schedules", ["next_at", "tenant", "automation_id"])
