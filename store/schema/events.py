"""Events, the keys that tell a repetition, and what happens inside: the outbox."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from store.schema.columns import identifier, json, metadata, moment, partial_index, text

events = Table(
    "events",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("automation_id", required=True),
    text("type", required=True),
    moment("received_at", required=True),
    text("method", required=True),
    text("path", required=True),
    json("query", required=True),
    json("headers", required=True),
    json("params", required=True),
    json("raw", required=True),
    json("body"),
    text("replaces"),
    partial_index("events_edited", "replaces", where="replaces IS NOT NULL"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    identifier("tenant"),
    identifier("automation_id"),
    identifier("key"),
    text("event_id", required=True),
    text("body_hash", required=True),
    moment("expires_at", required=True),
    Index("idempotency_keys_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

platform_events = Table(
    "platform_events",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("type", required=True),
    Column("version", Integer, nullable=False),
    moment("occurred_at", required=True),
    json("data", required=True),
    text("automation_id"),
    Column("depth", Integer, nullable=False),
    moment("handed_on_at"),
    partial_index("platform_events_waiting", "id", where="handed_on_at IS NULL"),
    Index("platform_events_by_age", "handed_on_at"),
    sqlite_with_rowid=False,
)
