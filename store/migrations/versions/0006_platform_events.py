"""The outbox of platform events; what led to a run, what it is told, and its place in an order."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_WAITING = sa.text("handed_on_at IS NULL")


def upgrade() -> None:
    _count("depth")
    _count("signals")
    for name in ("parent_run_id", "parent_step", "order_key"):
        op.add_column("runs", sa.Column(name, sa.Text()))
    op.create_table(
        "platform_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("automation_id", sa.Text()),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("handed_on_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "platform_events_waiting",
        "platform_events",
        ["id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_index("platform_events_by_age", "platform_events", ["handed_on_at"])

    op.create_table(
        "signals",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("step_id", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "id"),
        sqlite_with_rowid=False,
    )


def _count(name: str) -> None:
    op.add_column("runs", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
