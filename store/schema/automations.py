"""Automations with their drafts, what was published, and when the clock starts it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from store.schema.columns import identifier, json, metadata, moment, text

automations = Table(
    "automations",
    metadata,
    identifier("tenant"),
    identifier("id"),
    text("name", required=True),
    Column("enabled", Boolean, nullable=False),
    json("draft"),
    Column("revision", BigInteger, nullable=False),
    Column("published", Integer),
    moment("created_at", required=True),
    moment("updated_at", required=True),
    Column("tags", Text, nullable=False, server_default=""),
)

automation_versions = Table(
    "automation_versions",
    metadata,
    identifier("tenant"),
    identifier("automation_id"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    json("document", required=True),
    moment("published_at", required=True),
)

schedules = Table(
    "schedules",
    metadata,
    identifier("tenant"),
    identifier("automation_id"),
    Column("version", Integer, nullable=False),
    moment("anchor", required=True),
    moment("next_at"),
    moment("left_out_last"),
    Column("left_out_count", Integer, nullable=False),
    text("left_out_why"),
    Index("schedules_due", "next_at", "tenant", "automation_id"),
    sqlite_with_rowid=False,
)
