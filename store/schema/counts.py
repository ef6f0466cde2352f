"""What is counted: the ends of runs by the hour, and what a tenant has used in a month."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table

from store.schema.columns import identifier, metadata, moment

run_statistics = Table(
    "run_statistics",
    metadata,
    identifier("tenant"),
    Column("bucket", BigInteger, primary_key=True, autoincrement=False),
    identifier("automation_id"),
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
    identifier("tenant"),
    moment("counted_until", required=True),
)

usage_counts = Table(
    "usage_counts",
    metadata,
    identifier("tenant"),
    identifier("month"),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("events", BigInteger, nullable=False),
    Column("runs", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

quota_crossings = Table(
    "quota_crossings",
    metadata,
    identifier("tenant"),
    identifier("month"),
    identifier("counted"),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("percent", Integer, primary_key=True, autoincrement=False),
    Column("used", BigInteger, nullable=False),
    moment("crossed_at", required=True),
    sqlite_with_rowid=False,
)
