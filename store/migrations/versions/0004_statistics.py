"""Counts of ended runs, tags of automations, and indexes for what people look for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_NOT_SUCCEEDED = sa.text("status <> 'succeeded'")
_ENDED = sa.text("finished_at IS NOT NULL")
_REFUSED = sa.text("status >= 400")
_UNANSWERED = sa.text("status IS NULL AND direction = 'out'")


def upgrade() -> None:
    op.create_table(
        "run_statistics",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("bucket", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("automation_id", sa.Text(), nullable=False),
        sa.Column("succeeded", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("halted", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("total_duration", sa.BigInteger(), nullable=False),
        sa.Column("longest", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "bucket", "automation_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_statistics_marks",
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("counted_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant"),
    )
    op.add_column("automations", sa.Column("tags", sa.Text(), nullable=False, server_default=""))
    _index("runs_not_succeeded", "runs", ["tenant", "status", "id"], _NOT_SUCCEEDED)
    ended = ["tenant", "finished_at", "status", "automation_id", "created_at"]
    _index("runs_ended", "runs", ended, _ENDED)
    _index("requests_refused", "requests", ["tenant", "id"], _REFUSED)
    _index("requests_unanswered", "requests", ["tenant", "id"], _UNANSWERED)


def _index(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)
