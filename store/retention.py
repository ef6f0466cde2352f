"""What can be deleted, table by table (`core.retention.Retention`)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Table, exists, select

from core.retention import Expired, Kept, Lapsed, Lapsing
from store.committer import Committer
from store.database import Database
from store.expired_rows import ExpiredRows
from store.expired_runs import ExpiredRuns
from store.lapsed_rows import LapsedRows
from store.schema.events import idempotency_keys, platform_events
from store.schema.people import audit_entries, inbox_items
from store.schema.records import record_receipts
from store.schema.requests import requests
from store.schema.runs import answers, runs
from store.schema.subscriptions import deliveries
from store.schema.trying import heard, listenings
from store.space import Space


class SqlRetention:
    """Every kind of rows that grows old, and the room they leave."""

    def __init__(self, database: Database, committer: Committer) -> None:
        self._space = Space(database, committer)
        self.expired: Mapping[Kept, Expired] = {
            Kept.RUNS: ExpiredRuns(database),
            Kept.REQUESTS: _requests(database),
            Kept.DELIVERIES: _deliveries(database),
            Kept.AUDIT: ExpiredRows(database, audit_entries, audit_entries.c.at),
            Kept.INBOX: ExpiredRows(database, inbox_items, inbox_items.c.created_at),
        }
        moments = {
            Lapsing.PLATFORM_EVENTS: (platform_events, platform_events.c.handed_on_at),
            Lapsing.RECEIPTS: (record_receipts, record_receipts.c.made_at),
            Lapsing.IDEMPOTENCY_KEYS: (idempotency_keys, idempotency_keys.c.expires_at),
            Lapsing.ANSWERS: (answers, answers.c.kept_until),
            Lapsing.LISTENINGS: (listenings, listenings.c.until),
            Lapsing.HEARD: (heard, heard.c.kept_until),
        }
        self.lapsed: Mapping[Lapsing, Lapsed] = {
            kind: LapsedRows(database, *where) for kind, where in moments.items()
        }

    def give_back(self) -> bool:
        """Gives a little room back to the disk; whether there was any to give."""
        return self._space.give_back()


def _requests(database: Database) -> ExpiredRows:
    """Of a run that goes on all are shown, and of a delivery that waits, too."""
    columns = requests.c
    return ExpiredRows(
        database,
        requests,
        columns.started_at,
        bodies=(columns.request_body, columns.response_body),
        unneeded=~_goes_on(runs, columns.run_id) & ~_goes_on(deliveries, columns.delivery_id),
    )


def _deliveries(database: Database) -> ExpiredRows:
    columns = deliveries.c
    return ExpiredRows(
        database,
        deliveries,
        columns.created_at,
        bodies=(columns.data, columns.attempts),
        ended_at=columns.finished_at,
    )


def _goes_on(table: Table, reference: ColumnElement[str]) -> ColumnElement[bool]:
    return reference.is_not(None) & exists(
        select(1).where(table.c.id == reference, table.c.finished_at.is_(None)).correlate(requests)
    )
