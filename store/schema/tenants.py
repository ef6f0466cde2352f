"""Tenants, and the secrets and API keys that are theirs."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, Table

from store.schema.columns import identifier, json, metadata, moment, text

tenants = Table(
    "tenants",
    metadata,
    identifier("id"),
    text("name", required=True),
    json("settings", required=True),
    moment("created_at", required=True),
)

secrets = Table(
    "secrets",
    metadata,
    identifier("tenant"),
    identifier("name"),
    Column("ciphertext", LargeBinary, nullable=False),
    moment("created_at", required=True),
    moment("updated_at", required=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    identifier("id"),
    text("tenant", required=True),
    text("name", required=True),
    text("prefix", required=True),
    text("value_hash", required=True),
    text("scopes", required=True),
    moment("created_at", required=True),
    text("rate"),
    Index("api_keys_by_hash", "value_hash", unique=True),
    Index("api_keys_by_tenant", "tenant"),
)
