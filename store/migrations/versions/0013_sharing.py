"""Answers on their way to callers elsewhere; runs that are due by tenant, and with a caller."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_DUE = sa.text("status IN ('queued', 'waiting')")
_AWAITED_SQLITE = sa.text("status IN ('queued', 'waiting') AND awaited = 1")
_AWAITED = sa.text("status IN ('queued', 'waiting') AND awaited")


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("kept_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_index("answers_by_end", "answers", ["kept_until"])
    op.create_index(
        "runs_due_by_tenant",
        "runs",
        ["tenant", "due_at"],
        sqlite_where=_DUE,
        postgresql_where=_DUE,
    )
    op.create_index(
        "runs_due_awaited",
        "runs",
        ["due_at"],
        sqlite_where=_AWAITED_SQLITE,
        postgresql_where=_AWAITED,
    )
