"""A tenant's own rows, how they are found, and the receipts of what steps did to them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from store.schema.columns import identifier, json, metadata, moment, text

collections = Table(
    "collections",
    metadata,
    identifier("tenant"),
    identifier("name"),
    json("schema", required=True),
    Column("revision", BigInteger, nullable=False),
    Column("records", Integer, nullable=False),
    moment("created_at", required=True),
    moment("updated_at", required=True),
)

records = Table(
    "records",
    metadata,
    identifier("tenant"),
    identifier("collection"),
    identifier("id"),
    # JSON as text, not bytes: people look for words in it.
    text("content", required=True),
    Column("version", BigInteger, nullable=False),
    moment("created_at", required=True),
    moment("updated_at", required=True),
)

record_fields = Table(
    "record_fields",
    metadata,
    identifier("tenant"),
    identifier("collection"),
    identifier("name"),
    identifier("value"),
    identifier("record_id"),
    sqlite_with_rowid=False,
)

record_receipts = Table(
    "record_receipts",
    metadata,
    identifier("tenant"),
    identifier("key"),
    json("result", required=True),
    moment("made_at", required=True),
    Index("record_receipts_by_age", "made_at"),
    sqlite_with_rowid=False,
)
