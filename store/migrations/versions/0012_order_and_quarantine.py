"""Runs in line behind one another, keys that keep failing, and events whose body was edited."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_LINED_UP = sa.text("order_key IS NOT NULL AND status = 'queued' AND due_at IS NULL")
_IN_TURN = sa.text(
    "order_key IS NOT NULL AND status IN ('queued', 'running', 'waiting') "
    "AND (status <> 'queued' OR due_at IS NOT NULL)"
)
_SUSPECT = sa.text("quarantine_key IS NOT NULL AND status <> 'succeeded'")
_PLACED = sa.text("position IS NOT NULL")
_HELD = sa.text("held_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("events", sa.Column("replaces", sa.Text()))
    op.add_column("runs", sa.Column("quarantine_key", sa.Text()))
    op.add_column("runs", sa.Column("position", sa.BigInteger()))
    lane = ["tenant", "automation_id", "order_key"]
    _index("runs_lined_up", "runs", [*lane, "position"], _LINED_UP)
    _index("runs_in_turn", "runs", lane, _IN_TURN, unique=True)
    suspect = ["tenant", "automation_id", "quarantine_key", "status", "position"]
    _index("runs_suspect", "runs", suspect, _SUSPECT)
    _index("runs_by_position", "runs", ["position"], _PLACED)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(sa.schema.CreateSequence(sa.Sequence("run_positions")))

    op.create_table(
        "quarantine_keys",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("automation_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("held_at", sa.BigInteger()),
        sa.Column("held_by", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "quarantine_by_key", "quarantine_keys", ["tenant", "automation_id", "key"], unique=True
    )
    _index("quarantine_held", "quarantine_keys", ["tenant", "id"], _HELD)


def _index(
    name: str, table: str, columns: list[str], where: sa.TextClause, *, unique: bool = False
) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
