"""The tables, as SQLAlchemy Core sees them; a test holds them to the migrations.

Moments are BIGINT milliseconds, ids UUIDv7 texts that sort by time, JSON is UTF-8 bytes. Hot
tables carry no foreign keys: their rows are written together in one transaction.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
    text,
)

metadata = MetaData()

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


def _id(name: str, *, primary: bool = True) -> Column[str]:
    return Column(name, Text, primary_key=primary, nullable=False)


def _text(name: str, *, required: bool = False) -> Column[str]:
    return Column(name, Text, nullable=not required)


def _moment(name: str, *, required: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=not required)


def _json(name: str, *, required: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=not required)


tenants = Table(
    "tenants",
    metadata,
    _id("id"),
    _text("name", required=True),
    _json("settings", required=True),
    _moment("created_at", required=True),
)

automations = Table(
    "automations",
    metadata,
    _id("tenant"),
    _id("id"),
    _text("name", required=True),
    Column("enabled", Boolean, nullable=False),
    _json("draft"),
    Column("revision", BigInteger, nullable=False),
    Column("published", Integer),
    _moment("created_at", required=True),
    _moment("updated_at", required=True),
    Column("tags", Text, nullable=False, server_default=""),
)

automation_versions = Table(
    "automation_versions",
    metadata,
    _id("tenant"),
    _id("automation_id"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _json("document", required=True),
    _moment("published_at", required=True),
)

events = Table(
    "events",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("automation_id", required=True),
    _text("type", required=True),
    _moment("received_at", required=True),
    _text("method", required=True),
    _text("path", required=True),
    _json("query", required=True),
    _json("headers", required=True),
    _json("params", required=True),
    _json("raw", required=True),
    _json("body"),
    _text("replaces"),
    Index(
        "events_edited",
        "replaces",
        sqlite_where=text("replaces IS NOT NULL"),
        postgresql_where=text("replaces IS NOT NULL"),
    ),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _id("tenant"),
    _id("automation_id"),
    _id("key"),
    _text("event_id", required=True),
    _text("body_hash", required=True),
    _moment("expires_at", required=True),
    Index("idempotency_keys_expiry", "expires_at"),
    sqlite_with_rowid=False,
)

runs = Table(
    "runs",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("automation_id", required=True),
    Column("version", Integer, nullable=False),
    _text("event_id", required=True),
    _text("status", required=True),
    Column("token", BigInteger, nullable=False),
    _text("executor"),
    _moment("due_at"),
    _moment("created_at", required=True),
    _moment("deadline", required=True),
    _moment("started_at"),
    _moment("finished_at"),
    _json("output"),
    _text("error"),
    _text("replay_of"),
    Column("awaited", Boolean, nullable=False),
    Column("depth", Integer, nullable=False, server_default="0"),
    Column("signals", Integer, nullable=False, server_default="0"),
    _text("parent_run_id"),
    _text("parent_step"),
    _text("order_key"),
    _text("quarantine_key"),
    Column("position", BigInteger),
    Index("runs_by_tenant", "tenant", "id"),
    Index("runs_by_automation", "tenant", "automation_id", "id"),
    Index(
        "runs_due",
        "due_at",
        sqlite_where=text("status IN ('queued', 'waiting')"),
        postgresql_where=text("status IN ('queued', 'waiting')"),
    ),
    Index(
        "runs_due_by_tenant",
        "tenant",
        "due_at",
        sqlite_where=text("status IN ('queued', 'waiting')"),
        postgresql_where=text("status IN ('queued', 'waiting')"),
    ),
    Index(
        "runs_due_awaited",
        "due_at",
        sqlite_where=text("status IN ('queued', 'waiting') AND awaited = 1"),
        postgresql_where=text("status IN ('queued', 'waiting') AND awaited"),
    ),
    Index(
        "runs_executed",
        "executor",
        sqlite_where=text("status = 'running'"),
        postgresql_where=text("status = 'running'"),
    ),
    Index(
        "runs_not_succeeded",
        "tenant",
        "status",
        "id",
        sqlite_where=text("status <> 'succeeded'"),
        postgresql_where=text("status <> 'succeeded'"),
    ),
    Index(
        "runs_gone_wrong",
        "tenant",
        "id",
        sqlite_where=text("status IN ('failed', 'halted')"),
        postgresql_where=text("status IN ('failed', 'halted')"),
    ),
    Index(
        "runs_failures",
        "tenant",
        "automation_id",
        "finished_at",
        "status",
        sqlite_where=text("status IN ('failed', 'halted')"),
        postgresql_where=text("status IN ('failed', 'halted')"),
    ),
    Index(
        "runs_ended",
        "tenant",
        "finished_at",
        "status",
        "automation_id",
        "created_at",
        sqlite_where=text("finished_at IS NOT NULL"),
        postgresql_where=text("finished_at IS NOT NULL"),
    ),
    Index(
        "runs_replays",
        "event_id",
        sqlite_where=text("replay_of IS NOT NULL"),
        postgresql_where=text("replay_of IS NOT NULL"),
    ),
    Index(
        "runs_children",
        "parent_run_id",
        sqlite_where=text("parent_run_id IS NOT NULL AND finished_at IS NULL"),
        postgresql_where=text("parent_run_id IS NOT NULL AND finished_at IS NULL"),
    ),
    Index(
        "runs_lined_up",
        "tenant",
        "automation_id",
        "order_key",
        "position",
        sqlite_where=text(LINED_UP),
        postgresql_where=text(LINED_UP),
    ),
    Index(
        "runs_in_turn",
        "tenant",
        "automation_id",
        "order_key",
        unique=True,
        sqlite_where=text(IN_TURN),
        postgresql_where=text(IN_TURN),
    ),
    Index(
        "runs_suspect",
        "tenant",
        "automation_id",
        "quarantine_key",
        "status",
        "position",
        sqlite_where=text(SUSPECT),
        postgresql_where=text(SUSPECT),
    ),
    Index(
        "runs_by_position",
        "position",
        sqlite_where=text("position IS NOT NULL"),
        postgresql_where=text("position IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

quarantine_keys = Table(
    "quarantine_keys",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("automation_id", required=True),
    _text("key", required=True),
    Column("failures", Integer, nullable=False),
    _moment("failing_since", required=True),
    _moment("failed_at", required=True),
    _text("run_id", required=True),
    _text("error"),
    _moment("held_at"),
    _text("held_by"),
    Index("quarantine_by_key", "tenant", "automation_id", "key", unique=True),
    Index(
        "quarantine_held",
        "tenant",
        "id",
        sqlite_where=text("held_at IS NOT NULL"),
        postgresql_where=text("held_at IS NOT NULL"),
    ),
)

run_statistics = Table(
    "run_statistics",
    metadata,
    _id("tenant"),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    _id("automation_id"),
    Column("succeeded", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("halted", Integer, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("total_duration", BigInteger, nullable=False),
    Column("longest", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

run_statistics_marks = Table(
    "run_statistics_marks",
    metadata,
    _id("tenant"),
    _moment("counted_until", required=True),
)

step_runs = Table(
    "step_runs",
    metadata,
    _id("run_id"),
    _id("step_id"),
    _text("tenant", required=True),
    _text("status", required=True),
    _text("port"),
    _json("output"),
    _text("error"),
    _moment("due_at"),
    _moment("started_at"),
    _moment("finished_at"),
    _json("attempts", required=True),
    sqlite_with_rowid=False,
)

platform_events = Table(
    "platform_events",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("type", required=True),
    Column("version", Integer, nullable=False),
    _moment("occurred_at", required=True),
    _json("data", required=True),
    _text("automation_id"),
    Column("depth", Integer, nullable=False),
    _moment("handed_on_at"),
    Index(
        "platform_events_waiting",
        "id",
        sqlite_where=text("handed_on_at IS NULL"),
        postgresql_where=text("handed_on_at IS NULL"),
    ),
    Index("platform_events_by_age", "handed_on_at"),
    sqlite_with_rowid=False,
)

signals = Table(
    "signals",
    metadata,
    _id("run_id"),
    _id("id"),
    _text("tenant", required=True),
    _text("step_id", required=True),
    _moment("sent_at", required=True),
    _json("payload", required=True),
    sqlite_with_rowid=False,
)

inbox_items = Table(
    "inbox_items",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("user_id", required=True),
    _text("kind", required=True),
    _text("title", required=True),
    _text("text", required=True),
    _text("link", required=True),
    _moment("created_at", required=True),
    _moment("read_at"),
    Index("inbox_by_user", "tenant", "user_id", "id"),
    Index(
        "inbox_unread",
        "tenant",
        "user_id",
        sqlite_where=text("read_at IS NULL"),
        postgresql_where=text("read_at IS NULL"),
    ),
    Index("inbox_by_tenant", "tenant", "id"),
)

approvals = Table(
    "approvals",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("automation_id", required=True),
    _text("run_id", required=True),
    _text("step_id", required=True),
    _text("title", required=True),
    _text("message", required=True),
    _json("form", required=True),
    _json("asked", required=True),
    _text("state", required=True),
    _moment("requested_at", required=True),
    _moment("expires_at", required=True),
    _moment("escalated_at"),
    _moment("decided_at"),
    _text("decided_by"),
    _text("comment", required=True),
    _json("answers"),
    Index("approvals_by_tenant", "tenant", "id"),
    Index("approvals_by_state", "tenant", "state", "id"),
    Index("approvals_by_run", "run_id"),
)

schedules = Table(
    "schedules",
    metadata,
    _id("tenant"),
    _id("automation_id"),
    Column("version", Integer, nullable=False),
    _moment("anchor", required=True),
    _moment("next_at"),
    _moment("left_out_last"),
    Column("left_out_count", Integer, nullable=False),
    _text("left_out_why"),
    Index("schedules_due", "next_at", "tenant", "automation_id"),
    sqlite_with_rowid=False,
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("name", required=True),
    _text("url", required=True),
    _json("events", required=True),
    _json("scope", required=True),
    _json("payload"),
    _json("headers", required=True),
    Column("secret", LargeBinary, nullable=False),
    Column("previous_secret", LargeBinary),
    _moment("previous_secret_until"),
    Column("enabled", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    _json("owner", required=True),
    _moment("created_at", required=True),
    _moment("updated_at", required=True),
    _text("disabled_because"),
    _moment("failing_since"),
    _moment("last_success_at"),
    Index("subscriptions_by_tenant", "tenant", "id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("subscription_id", required=True),
    _text("event_id", required=True),
    _text("event_type", required=True),
    Column("version", Integer, nullable=False),
    _moment("occurred_at", required=True),
    _json("data", required=True),
    _text("automation_id"),
    _text("status", required=True),
    Column("token", BigInteger, nullable=False),
    _text("executor"),
    _moment("due_at"),
    _moment("created_at", required=True),
    _moment("finished_at"),
    Column("tries", Integer, nullable=False),
    _text("error"),
    _json("attempts", required=True),
    Index("deliveries_by_tenant", "tenant", "id"),
    Index("deliveries_by_subscription", "tenant", "subscription_id", "id"),
    Index(
        "deliveries_not_delivered",
        "tenant",
        "status",
        "id",
        sqlite_where=text("status <> 'delivered'"),
        postgresql_where=text("status <> 'delivered'"),
    ),
    Index(
        "deliveries_of_subscription_not_delivered",
        "tenant",
        "subscription_id",
        "status",
        "id",
        sqlite_where=text("status <> 'delivered'"),
        postgresql_where=text("status <> 'delivered'"),
    ),
    Index(
        "deliveries_waiting",
        "subscription_id",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index(
        "deliveries_held",
        "executor",
        sqlite_where=text("executor IS NOT NULL"),
        postgresql_where=text("executor IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

alerts = Table(
    "alerts",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("automation_id", required=True),
    _text("automation_name", required=True),
    _text("rule", required=True),
    _text("seen", required=True),
    _moment("raised_at", required=True),
    _moment("resolved_at"),
    _text("ended"),
    Index("alerts_by_tenant", "tenant", "id"),
    Index("alerts_by_automation", "tenant", "automation_id", "id"),
    Index(
        "alerts_raised",
        "tenant",
        "automation_id",
        "rule",
        unique=True,
        sqlite_where=text("resolved_at IS NULL"),
        postgresql_where=text("resolved_at IS NULL"),
    ),
)

alert_notices = Table(
    "alert_notices",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("alert_id", required=True),
    _text("secret", required=True),
    _text("about", required=True),
    _text("title", required=True),
    _text("text", required=True),
    _moment("due_at", required=True),
    _text("state", required=True),
    Column("attempts", Integer, nullable=False),
    _text("error"),
    Index("alert_notices_by_alert", "tenant", "alert_id", "id"),
    Index(
        "alert_notices_due",
        "due_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)

alert_watches = Table(
    "alert_watches",
    metadata,
    _id("tenant"),
    _id("automation_id"),
    _moment("since", required=True),
    sqlite_with_rowid=False,
)

up_spans = Table(
    "up_spans",
    metadata,
    _id("id"),
    _moment("begin_at", required=True),
    _moment("end_at", required=True),
)

executors = Table(
    "executors",
    metadata,
    _id("id"),
    _moment("lease_until", required=True),
)

requests = Table(
    "requests",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("direction", required=True),
    _text("method", required=True),
    _text("url", required=True),
    _moment("started_at", required=True),
    Column("duration", BigInteger),
    _json("request_headers", required=True),
    Column("request_body", LargeBinary),
    Column("status", Integer),
    _json("response_headers"),
    Column("response_body", LargeBinary),
    _text("error"),
    _text("automation_id"),
    _text("event_id"),
    _text("run_id"),
    _text("step_id"),
    Column("attempt", Integer),
    _text("remote_address"),
    _text("delivery_id"),
    Index("requests_by_tenant", "tenant", "id"),
    Index(
        "requests_by_run",
        "tenant",
        "run_id",
        "id",
        sqlite_where=text("run_id IS NOT NULL"),
        postgresql_where=text("run_id IS NOT NULL"),
    ),
    Index(
        "requests_refused",
        "tenant",
        "id",
        sqlite_where=text("status >= 400"),
        postgresql_where=text("status >= 400"),
    ),
    Index(
        "requests_unanswered",
        "tenant",
        "id",
        sqlite_where=text("status IS NULL AND direction = 'out'"),
        postgresql_where=text("status IS NULL AND direction = 'out'"),
    ),
)

secrets = Table(
    "secrets",
    metadata,
    _id("tenant"),
    _id("name"),
    Column("ciphertext", LargeBinary, nullable=False),
    _moment("created_at", required=True),
    _moment("updated_at", required=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("name", required=True),
    _text("prefix", required=True),
    _text("value_hash", required=True),
    _text("scopes", required=True),
    _moment("created_at", required=True),
    _text("rate"),
    Index("api_keys_by_hash", "value_hash", unique=True),
    Index("api_keys_by_tenant", "tenant"),
)

users = Table(
    "users",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("email", required=True),
    _text("name", required=True),
    _text("role", required=True),
    _text("password_hash", required=True),
    Column("disabled", Boolean, nullable=False),
    _moment("created_at", required=True),
    _moment("signed_in_at"),
    Index("users_by_email", "email", unique=True),
    Index("users_by_tenant", "tenant", "email"),
)

sessions = Table(
    "sessions",
    metadata,
    _id("id"),
    _text("user_id", required=True),
    _text("token_hash", required=True),
    _moment("created_at", required=True),
    _moment("seen_at", required=True),
    Index("sessions_by_hash", "token_hash", unique=True),
    Index("sessions_by_user", "user_id"),
)

invitations = Table(
    "invitations",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("purpose", required=True),
    _text("email", required=True),
    _text("role", required=True),
    _text("user_id"),
    _text("token_hash", required=True),
    _moment("created_at", required=True),
    _moment("expires_at"),
    Index("invitations_by_hash", "token_hash", unique=True),
    Index("invitations_by_tenant", "tenant", "id"),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _moment("at", required=True),
    _text("actor_kind", required=True),
    _text("actor_id", required=True),
    _text("actor_name", required=True),
    _text("verb", required=True),
    _text("subject_kind", required=True),
    _text("subject_id", required=True),
    _text("subject_name", required=True),
    _json("detail", required=True),
    Index("audit_by_tenant", "tenant", "id"),
    Index("audit_by_kind", "tenant", "subject_kind", "id"),
    Index("audit_by_subject", "tenant", "subject_kind", "subject_id", "id"),
    Index("audit_by_actor", "tenant", "actor_id", "id"),
)

samples = Table(
    "samples",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("automation_id", required=True),
    _text("name", required=True),
    _text("source", required=True),
    _json("event", required=True),
    _moment("created_at", required=True),
    Index("samples_by_automation", "tenant", "automation_id", "id"),
)

pins = Table(
    "pins",
    metadata,
    _id("tenant"),
    _id("automation_id"),
    _id("step_id"),
    _json("result", required=True),
    _moment("created_at", required=True),
)

collections = Table(
    "collections",
    metadata,
    _id("tenant"),
    _id("name"),
    _json("schema", required=True),
    Column("revision", BigInteger, nullable=False),
    Column("records", Integer, nullable=False),
    _moment("created_at", required=True),
    _moment("updated_at", required=True),
)

records = Table(
    "records",
    metadata,
    _id("tenant"),
    _id("collection"),
    _id("id"),
    # JSON as text, not bytes: people look for words in it.
    _text("content", required=True),
    Column("version", BigInteger, nullable=False),
    _moment("created_at", required=True),
    _moment("updated_at", required=True),
)

record_fields = Table(
    "record_fields",
    metadata,
    _id("tenant"),
    _id("collection"),
    _id("name"),
    _id("value"),
    _id("record_id"),
    sqlite_with_rowid=False,
)

record_receipts = Table(
    "record_receipts",
    metadata,
    _id("tenant"),
    _id("key"),
    _json("result", required=True),
    _moment("made_at", required=True),
    Index("record_receipts_by_age", "made_at"),
    sqlite_with_rowid=False,
)

usage_counts = Table(
    "usage_counts",
    metadata,
    _id("tenant"),
    _id("month"),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("events", BigInteger, nullable=False),
    Column("runs", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

quota_crossings = Table(
    "quota_crossings",
    metadata,
    _id("tenant"),
    _id("month"),
    _id("counted"),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("percent", Integer, primary_key=True, autoincrement=False),
    Column("used", BigInteger, nullable=False),
    _moment("crossed_at", required=True),
    sqlite_with_rowid=False,
)

answers = Table(
    "answers",
    metadata,
    _id("run_id"),
    _text("tenant", required=True),
    Column("ciphertext", LargeBinary, nullable=False),
    _moment("kept_until", required=True),
    Index("answers_by_end", "kept_until"),
)

listenings = Table(
    "listenings",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("automation_id", required=True),
    _text("holder", required=True),
    _json("trigger", required=True),
    _moment("until", required=True),
    Index("listenings_by_end", "until"),
)

heard = Table(
    "heard",
    metadata,
    _id("id"),
    _text("tenant", required=True),
    _text("listening_id", required=True),
    _text("name", required=True),
    _json("data", required=True),
    _moment("kept_until", required=True),
    Index("heard_by_listening", "listening_id", "id"),
    Index("heard_by_end", "kept_until"),
)
