"""Users, their sessions and inboxes, the links that invite them, and the audit log."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Table

from store.schema.columns import identifier, json, metadata, moment, partial_index, text

users = Table(
    "users",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("email", required=True),
    text("name", required=True),
    text("role", required=True),
    text("password_hash", required=True),
    Column("disabled", Boolean, nullable=False),
    moment("created_at", required=True),
    moment("signed_in_at"),
    Index("users_by_email", "email", unique=True),
    Index("users_by_tenant", "tenant", "email"),
)

sessions = Table(
    "sessions",
    metadata,
    identifier("id"),
    text("user_id", required=True),
    text("token_hash", required=True),
    moment("created_at", required=True),
    moment("seen_at", required=True),
    Index("sessions_by_hash", "token_hash", unique=True),
    Index("sessions_by_user", "user_id"),
)

invitations = Table(
    "invitations",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("purpose", required=True),
    text("email", required=True),
    text("role", required=True),
    text("user_id"),
    text("token_hash", required=True),
    moment("created_at", required=True),
    moment("expires_at"),
    Index("invitations_by_hash", "token_hash", unique=True),
    Index("invitations_by_tenant", "tenant", "id"),
)

inbox_items = Table(
    "inbox_items",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("user_id", required=True),
    text("kind", required=True),
    text("title", required=True),
    text("text", required=True),
    text("link", required=True),
    moment("created_at", required=True),
    moment("read_at"),
    Index("inbox_by_user", "tenant", "user_id", "id"),
    partial_index("inbox_unread", "tenant", "user_id", where="read_at IS NULL"),
    Index("inbox_by_tenant", "tenant", "id"),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    moment("at", required=True),
    text("actor_kind", required=True),
    text("actor_id", required=True),
    text("actor_name", required=True),
    text("verb", required=True),
    text("subject_kind", required=True),
    text("subject_id", required=True),
    text("subject_name", required=True),
    json("detail", required=True),
    Index("audit_by_tenant", "tenant", "id"),
    Index("audit_by_kind", "tenant", "subject_kind", "id"),
    Index("audit_by_subject", "tenant", "subject_kind", "subject_id", "id"),
    Index("audit_by_actor", "tenant", "actor_id", "id"),
)
