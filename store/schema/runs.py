"""Runs, the journal of their steps, what reaches them, and who executes them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Sequence, Table

from store.schema.columns import identifier, json, metadata, moment, partial_index, text

LINED_UP = "order_key IS NOT NULL AND status = 'queued' AND due_at IS NULL"
"""Runs that wait for those of their key which came before them."""
IN_TURN = (
    "order_key IS NOT NULL AND status IN ('queued', 'running', 'waiting') "
    "AND (status <> 'queued' OR due_at IS NOT NULL)"
)
"""Runs whose turn it is: of a key one at a time, which a unique index sees to."""
SUSPECT = "quarantine_key IS NOT NULL AND status <> 'succeeded'"
"""Runs of keys that may be held, but those that succeeded: nobody asks for these by their key."""

run_positions = Sequence("run_positions", metadata=metadata)
"""Places in the order of acceptance; PostgreSQL alone has it."""

runs = Table(
    "runs",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("automation_id", required=True),
    Column("version", Integer, nullable=False),
    text("event_id", required=True),
    text("status", required=True),
    Column("token", BigInteger, nullable=False),
    text("executor"),
    moment("due_at"),
    moment("created_at", required=True),
    moment("deadline", required=True),
    moment("started_at"),
    moment("finished_at"),
    json("output"),
    text("error"),
    text("replay_of"),
    Column("awaited", Boolean, nullable=False),
    Column("depth", Integer, nullable=False, server_default="0"),
    Column("signals", Integer, nullable=False, server_default="0"),
    text("parent_run_id"),
    text("parent_step"),
    text("order_key"),
    text("quarantine_key"),
    Column("position", BigInteger),
    Index("runs_by_tenant", "tenant", "id"),
    Index("runs_by_automation", "tenant", "automation_id", "id"),
    partial_index("runs_due", "due_at", where="status IN ('queued', 'waiting')"),
    partial_index(
        "runs_due_by_tenant",
        "tenant",
        "due_at",
        where="status IN ('queued', 'waiting')",
    ),
    partial_index(
        "runs_due_awaited",
        "due_at",
        where="status IN ('queued', 'waiting') AND awaited = 1",
        on_postgresql="status IN ('queued', 'waiting') AND awaited",
    ),
    partial_index("runs_executed", "executor", where="status = 'running'"),
    partial_index("runs_not_succeeded", "tenant", "status", "id", where="status <> 'succeeded'"),
    partial_index("runs_gone_wrong", "tenant", "id", where="status IN ('failed', 'halted')"),
    partial_index(
        "runs_failures",
        "tenant",
        "automation_id",
        "finished_at",
        "status",
        where="status IN ('failed', 'halted')",
    ),
    partial_index(
        "runs_ended",
        "tenant",
        "finished_at",
        "status",
        "automation_id",
        "created_at",
        where="finished_at IS NOT NULL",
    ),
    partial_index("runs_replays", "event_id", where="replay_of IS NOT NULL"),
    partial_index(
        "runs_children",
        "parent_run_id",
        where="parent_run_id IS NOT NULL AND finished_at IS NULL",
    ),
    partial_index(
        "runs_lined_up",
        "tenant",
        "automation_id",
        "order_key",
        "position",
        where=LINED_UP,
    ),
    partial_index(
        "runs_in_turn",
        "tenant",
        "automation_id",
        "order_key",
        unique=True,
        where=IN_TURN,
    ),
    partial_index(
        "runs_suspect",
        "tenant",
        "automation_id",
        "quarantine_key",
        "status",
        "position",
        where=SUSPECT,
    ),
    partial_index("runs_by_position", "position", where="position IS NOT NULL"),
    sqlite_with_rowid=False,
)

step_runs = Table(
    "step_runs",
    metadata,
    identifier("run_id"),
    identifier("step_id"),
    text("tenant", required=True),
    text("status", required=True),
    text("port"),
    json("output"),
    text("error"),
    moment("due_at"),
    moment("started_at"),
    moment("finished_at"),
    json("attempts", required=True),
    sqlite_with_rowid=False,
)

signals = Table(
    "signals",
    metadata,
    identifier("run_id"),
    identifier("id"),
    text("tenant", required=True),
    text("step_id", required=True),
    moment("sent_at", required=True),
    json("payload", required=True),
    sqlite_with_rowid=False,
)

answers = Table(
    "answers",
    metadata,
    identifier("run_id"),
    text("tenant", required=True),
    Column("ciphertext", LargeBinary, nullable=False),
    moment("kept_until", required=True),
    Index("answers_by_end", "kept_until"),
)

executors = Table(
    "executors",
    metadata,
    identifier("id"),
    moment("lease_until", required=True),
)
