"""Alerts, who is notified of them, and since when what is watched."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table

from store.schema.columns import identifier, metadata, moment, partial_index, text

alerts = Table(
    "alerts",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("automation_id", required=True),
    text("automation_name", required=True),
    text("rule", required=True),
    text("seen", required=True),
    moment("raised_at", required=True),
    moment("resolved_at"),
    text("ended"),
    Index("alerts_by_tenant", "tenant", "id"),
    Index("alerts_by_automation", "tenant", "automation_id", "id"),
    partial_index(
        "alerts_raised",
        "tenant",
        "automation_id",
        "rule",
        unique=True,
        where="resolved_at IS NULL",
    ),
)

alert_notices = Table(
    "alert_notices",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("alert_id", required=True),
    text("secret", required=True),
    text("about", required=True),
    text("title", required=True),
    text("text", required=True),
    moment("due_at", required=True),
    text("state", required=True),
    Column("attempts", Integer, nullable=False),
    text("error"),
    Index("alert_notices_by_alert", "tenant", "alert_id", "id"),
    partial_index("alert_notices_due", "due_at", where="state = 'pending'"),
)

alert_watches = Table(
    "alert_watches",
    metadata,
    identifier("tenant"),
    identifier("automation_id"),
    moment("since", required=True),
    sqlite_with_rowid=False,
)

up_spans = Table(
    "up_spans",
    metadata,
    identifier("id"),
    moment("begin_at", required=True),
    moment("end_at", required=True),
)
