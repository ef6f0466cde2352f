"""Subscriptions, their deliveries, and which delivery a request belongs to."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_NOT_DELIVERED = sa.text("status <> 'delivered'")
_WAITING = sa.text("due_at IS NOT NULL")
_HELD = sa.text("executor IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary()),
        sa.Column("headers", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("previous_secret", sa.LargeBinary()),
        sa.Column("previous_secret_until", sa.BigInteger()),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_because", sa.Text()),
        sa.Column("failing_since", sa.BigInteger()),
        sa.Column("last_success_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("subscriptions_by_tenant", "subscriptions", ["tenant", "id"])
    _create_deliveries()
    op.add_column("requests", sa.Column("delivery_id", sa.Text()))


def _create_deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("automation_id", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("executor", sa.Text()),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("attempts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_with_rowid=False,
    )
    op.create_index("deliveries_by_tenant", "deliveries", ["tenant", "id"])
    op.create_index("deliveries_by_subscription", "deliveries", ["tenant", "subscription_id", "id"])
    _create_part("deliveries_not_delivered", ["tenant", "status", "id"], _NOT_DELIVERED)
    _create_part(
        "deliveries_of_subscription_not_delivered",
        ["tenant", "subscription_id", "status", "id"],
        _NOT_DELIVERED,
    )
    _create_part("deliveries_waiting", ["subscription_id", "due_at"], _WAITING)
    _create_part("deliveries_held", ["executor"], _HELD)


def _create_part(name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, "deliveries", columns, sqlite_where=where, postgresql_where=where)
