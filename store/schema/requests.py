"""The request log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table

from store.schema.columns import identifier, json, metadata, moment, partial_index, text

requests = Table(
    "requests",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("direction", required=True),
    text("method", required=True),
    text("url", required=True),
    moment("started_at", required=True),
    Column("duration", BigInteger),
    json("request_headers", required=True),
    Column("request_body", LargeBinary),
    Column("status", Integer),
    json("response_headers"),
    Column("response_body", LargeBinary),
    text("error"),
    text("automation_id"),
    text("event_id"),
    text("run_id"),
    text("step_id"),
    Column("attempt", Integer),
    text("remote_address"),
    text("delivery_id"),
    Index("requests_by_tenant", "tenant", "id"),
    partial_index("requests_by_run", "tenant", "run_id", "id", where="run_id IS NOT NULL"),
    partial_index("requests_refused", "tenant", "id", where="status >= 400"),
    partial_index(
        "requests_unanswered",
        "tenant",
        "id",
        where="status IS NULL AND direction = 'out'",
    ),
)
