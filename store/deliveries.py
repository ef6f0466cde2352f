"""Deliveries: their rows, their moves, and how due ones are claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Update, bindparam, null, select, update

from core.clock import Milliseconds
from core.model import Page
from core.subscriptions import (
    Delivery,
    DeliveryCounts,
    DeliveryFilter,
    DeliveryQueue,
    DeliveryStatus,
)
from core.writes import ListQuery, Write
from store.committer import Committer
from store.database import Database
from store.delivery_lists import DeliveryLists
from store.delivery_queues import due_in_shares, queues
from store.delivery_rows import delivery_columns, delivery_of
from store.schema.runs import executors
from store.schema.subscriptions import deliveries as table

_MINE = (table.c.id == bindparam("which")) & (table.c.tenant == bindparam("which_tenant"))
_KEPT = ("status", "due_at", "finished_at", "tries", "error", "attempts")


class Deliveries:
    """The table `deliveries`. `due_at` is set while one waits, `executor` while one is held."""

    def __init__(self, database: Database, committer: Committer) -> None:
        self._database = database
        self._committer = committer
        self._lists = DeliveryLists(database)
        self._insert = database.prepare_addition(table)
        held = _MINE & (table.c.token == bindparam("held_token")) & table.c.executor.is_not(None)
        kept: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _KEPT}
        self._keep = database.prepare(
            update(table).where(held).values({"executor": null(), **kept})
        )
        again = {
            "status": DeliveryStatus.PENDING.value,
            "due_at": bindparam("now"),
            "finished_at": null(),
            "tries": 0,
            "token": table.c.token + 1,
        }
        free = _MINE & table.c.executor.is_(None)
        self._requeue = database.prepare(update(table).where(free).values(again))

    def get(self, tenant: str, delivery_id: str) -> Delivery | None:
        """One delivery, or None."""
        row = self._database.first(
            select(table).where(table.c.id == delivery_id, table.c.tenant == tenant)
        )
        return delivery_of(row) if row else None

    def list(self, tenant: str, which: DeliveryFilter, query: ListQuery) -> Page[Delivery]:
        """A tenant's deliveries, the newest first, without their data and attempts."""
        return self._lists.page(tenant, which, query)

    def counts(
        self, tenant: str, subscription_ids: Sequence[str], most: int
    ) -> Mapping[str, DeliveryCounts]:
        """How many are pending and dead, each counted up to `most`."""
        return self._lists.counts(tenant, subscription_ids, most)

    def insert(self, delivery: Delivery) -> Write:
        """Adds a delivery."""
        return Write(self._insert, delivery_columns(delivery))

    def keep(self, delivery: Delivery) -> Write:
        """Writes how a held delivery stands now, in nobody's hands; guarded by its token."""
        columns = delivery_columns(delivery)
        values = {f"new_{name}": columns[name] for name in _KEPT}
        which = {"which": delivery.id, "which_tenant": delivery.tenant}
        return Write(self._keep, {**values, **which, "held_token": delivery.token}, guarded=True)

    def requeue(self, delivery: Delivery, now: Milliseconds, *, guarded: bool) -> Write:
        """Makes a delivery that nobody holds pending and due, its tries counted anew."""
        values = {"which": delivery.id, "which_tenant": delivery.tenant, "now": now}
        return Write(self._requeue, values, guarded=guarded)

    def bury(
        self, tenant: str, subscription_id: str, reason: str, now: Milliseconds, limit: int
    ) -> int:
        """Gives up what waits for a subscription, at most `limit`; how many they were."""
        waiting = (
            select(table.c.id)
            .where(
                table.c.subscription_id == subscription_id,
                table.c.tenant == tenant,
                table.c.due_at.is_not(None),
            )
            .limit(limit)
        )
        if not self._database.is_sqlite:
            waiting = waiting.with_for_update(skip_locked=True)
        found = waiting.cte("waiting")
        statement = (
            update(table)
            .where(table.c.id.in_(select(found.c.id)), table.c.due_at.is_not(None))
            .values(
                status=DeliveryStatus.DEAD.value,
                due_at=None,
                finished_at=now,
                error=reason,
                token=table.c.token + 1,
            )
        )
        return self._change(statement)

    def queues(self) -> Sequence[DeliveryQueue]:
        """Every subscription, of any tenant, for which deliveries wait."""
        return queues(self._database)

    def due(self, now: Milliseconds, shares: Mapping[str, int]) -> Sequence[str]:
        """The ids of due deliveries, the longest due first, of each subscription so many."""
        return due_in_shares(self._database, now, shares)

    def claim(
        self, executor: str, delivery_ids: Sequence[str], now: Milliseconds
    ) -> Sequence[Delivery]:
        """Takes those over that are still due, each with a new token."""
        due = select(table.c.id).where(table.c.id.in_(delivery_ids), table.c.due_at <= now)
        if not self._database.is_sqlite:
            due = due.with_for_update(skip_locked=True)
        found = due.cte("due")
        statement = (
            update(table)
            .where(table.c.id.in_(select(found.c.id)), table.c.due_at <= now)
            .values(executor=executor, due_at=None, token=table.c.token + 1)
            .returning(*table.columns)
        )
        rows: Sequence[Row[Any]] = self._committer.transact(
            lambda connection: connection.execute(statement).all()
        )
        return [delivery_of(row) for row in rows]

    def rescue(self, now: Milliseconds) -> int:
        """Makes what an executor held whose lease is over due, with a new token; how many."""
        alive = select(executors.c.id).where(executors.c.lease_until > now)
        statement = (
            update(table)
            .where(table.c.executor.is_not(None), table.c.executor.not_in(alive))
            .values(executor=None, due_at=now, token=table.c.token + 1)
        )
        return self._change(statement)

    def _change(self, statement: Update) -> int:
        """Executes it in a transaction; how many rows it changed."""
        # Counted from what comes back: SQLite's driver counts no rows of a statement with a CTE.
        counted = statement.returning(table.c.id)

        def work(connection: Connection) -> int:
            return len(connection.execute(counted).all())

        return int(self._committer.transact(work))
