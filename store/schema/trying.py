"""What a draft is tried out with: samples, pinned results, and who listens for an event."""

from __future__ import annotations

from sqlalchemy import Index, Table

from store.schema.columns import identifier, json, metadata, moment, text

samples = Table(
    "samples",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("automation_id", required=True),
    text("name", required=True),
    text("source", required=True),
    json("event", required=True),
    moment("created_at", required=True),
    Index("samples_by_automation", "tenant", "automation_id", "id"),
)

pins = Table(
    "pins",
    metadata,
    identifier("tenant"),
    identifier("automation_id"),
    identifier("step_id"),
    json("result", required=True),
    moment("created_at", required=True),
)

listenings = Table(
    "listenings",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("automation_id", required=True),
    text("holder", required=True),
    json("trigger", required=True),
    moment("until", required=True),
    Index("listenings_by_end", "until"),
)

heard = Table(
    "heard",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("listening_id", required=True),
    text("name", required=True),
    json("data", required=True),
    moment("kept_until", required=True),
    Index("heard_by_listening", "listening_id", "id"),
    Index("heard_by_end", "kept_until"),
)
