"""Subscriptions and their deliveries."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table

from store.schema.columns import identifier, json, metadata, moment, partial_index, text

subscriptions = Table(
    "subscriptions",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("name", required=True),
    text("url", required=True),
    json("events", required=True),
    json("scope", required=True),
    json("payload"),
    json("headers", required=True),
    Column("secret", LargeBinary, nullable=False),
    Column("previous_secret", LargeBinary),
    moment("previous_secret_until"),
    Column("enabled", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    json("owner", required=True),
    moment("created_at", required=True),
    moment("updated_at", required=True),
    text("disabled_because"),
    moment("failing_since"),
    moment("last_success_at"),
    Index("subscriptions_by_tenant", "tenant", "id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("subscription_id", required=True),
    text("event_id", required=True),
    text("event_type", required=True),
    Column("version", Integer, nullable=False),
    moment("occurred_at", required=True),
    json("data", required=True),
    text("automation_id"),
    text("status", required=True),
    Column("token", BigInteger, nullable=False),
    text("executor"),
    moment("due_at"),
    moment("created_at", required=True),
    moment("finished_at"),
    Column("tries", Integer, nullable=False),
    text("error"),
    json("attempts", required=True),
    Index("deliveries_by_tenant", "tenant", "id"),
    Index("deliveries_by_subscription", "tenant", "subscription_id", "id"),
    partial_index(
        "deliveries_not_delivered",
        "tenant",
        "status",
        "id",
        where="status <> 'delivered'",
    ),
    partial_index(
        "deliveries_of_subscription_not_delivered",
        "tenant",
        "subscription_id",
        "status",
        "id",
        where="status <> 'delivered'",
    ),
    partial_index("deliveries_waiting", "subscription_id", "due_at", where="due_at IS NOT NULL"),
    partial_index("deliveries_held", "executor", where="executor IS NOT NULL"),
    sqlite_with_rowid=False,
)
