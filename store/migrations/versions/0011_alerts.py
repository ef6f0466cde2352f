"""Alerts with their notices, what is watched since when, and the failures of an automation."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_RAISED = sa.text("resolved_at IS NULL")
_PENDING = sa.text("state = 'pending'")
_GONE_WRONG = sa.text("status IN ('failed', 'halted')")


def upgrade() -> None:
    op.create_table(
        "alerts",
        _text("id"),
        _text("tenant"),
        _text("automation_id"),
        _text("automation_name"),
        _text("rule"),
        _text("seen"),
        _moment("raised_at"),
        sa.Column("resolved_at", sa.BigInteger()),
        sa.Column("ended", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alerts_by_tenant", "alerts", ["tenant", "id"])
    op.create_index("alerts_by_automation", "alerts", ["tenant", "automation_id", "id"])
    op.create_index(
        "alerts_raised",
        "alerts",
        ["tenant", "automation_id", "rule"],
        unique=True,
        sqlite_where=_RAISED,
        postgresql_where=_RAISED,
    )
    _create_notices()
    op.create_table(
        "alert_watches",
        _text("tenant"),
        _text("automation_id"),
        _moment("since"),
        sa.PrimaryKeyConstraint("tenant", "automation_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "up_spans",
        _text("id"),
        _moment("begin_at"),
        _moment("end_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "runs_failures",
        "runs",
        ["tenant", "automation_id", "finished_at", "status"],
        sqlite_where=_GONE_WRONG,
        postgresql_where=_GONE_WRONG,
    )


def _create_notices() -> None:
    op.create_table(
        "alert_notices",
        _text("id"),
        _text("tenant"),
        _text("alert_id"),
        _text("secret"),
        _text("about"),
        _text("title"),
        _text("text"),
        _moment("due_at"),
        _text("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("alert_notices_by_alert", "alert_notices", ["tenant", "alert_id", "id"])
    op.create_index(
        "alert_notices_due",
        "alert_notices",
        ["due_at"],
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)
