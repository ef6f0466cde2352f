"""The tables, as SQLAlchemy Core sees them, a module a subject. A test holds them to migrations.

Moments are BIGINT milliseconds, ids UUIDv7 texts that sort by time, JSON is UTF-8 bytes. Hot
tables carry no foreign keys: their rows are written together in one transaction.
"""

from store.schema import (
    alerts,
    approvals,
    automations,
    counts,
    events,
    people,
    quarantine,
    records,
    requests,
    runs,
    subscriptions,
    tenants,
    trying,
)
from store.schema.columns import metadata

__all__ = [
    "alerts",
    "approvals",
    "automations",
    "counts",
    "events",
    "metadata",
    "people",
    "quarantine",
    "records",
    "requests",
    "runs",
    "subscriptions",
    "tenants",
    "trying",
]
