"""Keys whose runs keep failing."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from store.schema.columns import identifier, metadata, moment, partial_index, text

quarantine_keys = Table(
    "quarantine_keys",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("automation_id", required=True),
    text("key", required=True),
    Column("failures", Integer, nullable=False),
    moment("failing_since", required=True),
    moment("failed_at", required=True),
    text("run_id", required=True),
    text("error"),
    moment("held_at"),
    text("held_by"),
    Index("quarantine_by_key", "tenant", "automation_id", "key", unique=True),
    partial_index("quarantine_held", "tenant", "id", where="held_at IS NOT NULL"),
)
