"""What is used in a month, the quotas that were reached, and how much a key may ask for."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "usage_counts",
        _text("tenant"),
        _text("month"),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("runs", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "month", "slot"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quota_crossings",
        _text("tenant"),
        _text("month"),
        _text("counted"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("crossed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "month", "counted", "size", "percent"),
        sqlite_with_rowid=False,
    )
    op.add_column("api_keys", sa.Column("rate", sa.Text()))
    _count_this_month()


def _count_this_month() -> None:
    """What was used before there were counts, as far as it is of this month."""
    begin = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    statement = sa.text(
        """
        INSERT INTO usage_counts (tenant, month, slot, events, runs)
        SELECT tenant, :month, 0, sum(events), sum(runs)
        FROM (
            SELECT tenant, count(*) AS events, 0 AS runs
            FROM events WHERE received_at >= :begin AND method <> '' GROUP BY tenant
            UNION ALL
            SELECT tenant, 0 AS events, count(*) AS runs
            FROM runs WHERE created_at >= :begin GROUP BY tenant
        ) AS counted
        GROUP BY tenant
        """
    )
    values = {"month": f"{begin:%Y-%m}", "begin": int(begin.timestamp()) * 1000}
    op.get_bind().execute(statement, values)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
