"""Deliveries in lists and numbers: what people look for, without what may be long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, Text, bindparam, func, literal, null, select, union_all

from core.clock import Milliseconds
from core.ids import first_id_at
from core.model import Page
from core.subscriptions import Delivery, DeliveryCounts, DeliveryFilter, DeliveryStatus
from core.writes import LOOKED_AT, ListQuery
from store.database import Database
from store.delivery_rows import delivery_of
from store.paging import Scope, search
from store.schema.subscriptions import deliveries as table

SLACK: Milliseconds = 60_000
"""How far the time in a delivery's id may be from the moment that it says it was created at."""

_LONG = ("data", "attempts")
_LISTED = [null().label(one.name) if one.name in _LONG else one for one in table.columns]

# Written out, not bound: SQLite takes a partial index only where its condition stands in words.
_NOT_DELIVERED = table.c.status != bindparam(
    "delivered", DeliveryStatus.DELIVERED.value, type_=Text, literal_execute=True
)
_COUNTED = (DeliveryStatus.PENDING, DeliveryStatus.DEAD)


class DeliveryLists:
    """Lists of the table `deliveries`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, tenant: str, which: DeliveryFilter, query: ListQuery) -> Page[Delivery]:
        """A tenant's deliveries that fit, the newest first."""
        scope = _scope(tenant, which)
        statement = select(*_LISTED)
        return search(self._database, statement, table.c.id, scope, query, delivery_of, LOOKED_AT)

    def counts(
        self, tenant: str, subscription_ids: Sequence[str], most: int
    ) -> Mapping[str, DeliveryCounts]:
        """How many are pending and dead, each counted up to `most`: one statement for all."""
        if not subscription_ids:
            return {}
        parts = [
            _counted(tenant, one, status, most) for one in subscription_ids for status in _COUNTED
        ]
        found: dict[str, dict[str, int]] = {one: {} for one in subscription_ids}
        for row in self._database.rows(union_all(*parts)):
            found[row.subscription_id][row.status] = row.number
        return {one: DeliveryCounts(**numbers) for one, numbers in found.items()}


def _counted(tenant: str, subscription_id: str, status: DeliveryStatus, most: int) -> Select[Any]:
    found = (
        select(table.c.id)
        .where(
            table.c.tenant == tenant,
            table.c.subscription_id == subscription_id,
            table.c.status == status,
            _NOT_DELIVERED,
        )
        .limit(most)
        .subquery()
    )
    columns: list[Any] = [
        literal(subscription_id, Text).label("subscription_id"),
        literal(status.value, Text).label("status"),
        func.count().label("number"),
    ]
    return select(*columns).select_from(found)


def _scope(tenant: str, which: DeliveryFilter) -> Scope:
    scope = Scope([table.c.tenant == tenant])
    if which.subscription_id is not None:
        scope.indexed.append(table.c.subscription_id == which.subscription_id)
    if which.status is DeliveryStatus.DELIVERED:
        scope.searched.append(table.c.status == which.status)
    elif which.status is not None:
        scope.indexed += [table.c.status == which.status, _NOT_DELIVERED]
    if which.event_type is not None:
        scope.searched.append(table.c.event_type == which.event_type)
    if which.since is not None:
        scope.indexed.append(table.c.id >= first_id_at(which.since - SLACK))
        scope.checked.append(table.c.created_at >= which.since)
    if which.until is not None:
        scope.indexed.append(table.c.id < first_id_at(which.until + SLACK))
        scope.checked.append(table.c.created_at < which.until)
    return scope
