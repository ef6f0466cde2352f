"""Decisions of people that runs wait for."""

from __future__ import annotations

from sqlalchemy import Index, Table

from store.schema.columns import identifier, json, metadata, moment, text

approvals = Table(
    "approvals",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("automation_id", required=True),
    text("run_id", required=True),
    text("step_id", required=True),
    text("title", required=True),
    text("message", required=True),
    json("form", required=True),
    json("asked", required=True),
    text("state", required=True),
    moment("requested_at", required=True),
    moment("expires_at", required=True),
    moment("escalated_at"),
    moment("decided_at"),
    text("decided_by"),
    text("comment", required=True),
    json("answers"),
    Index("approvals_by_tenant", "tenant", "id"),
    Index("approvals_by_state", "tenant", "state", "id"),
    Index("approvals_by_run", "run_id"),
)
