"""What waits for each subscription: found by hopping from one to the next along an index.

However many deliveries wait for one endpoint, a step over them costs one look-up, so that a long
queue delays no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, union_all
from sqlalchemy.sql.expression import Select

from core.clock import Milliseconds
from core.subscriptions import DeliveryQueue
from store.database import Database
from store.schema.subscriptions import deliveries as table
from store.schema.subscriptions import subscriptions

_WAITS = table.c.due_at.is_not(None)


def queues(database: Database) -> Sequence[DeliveryQueue]:
    """Every subscription for which deliveries wait, with when the first of them is due."""
    hop = select(_next_subscription().label("id")).cte("hop", recursive=True)
    hop = hop.union_all(select(_next_subscription(hop.c.id)).where(hop.c.id.is_not(None)))
    first = (
        select(func.min(table.c.due_at))
        .where(table.c.subscription_id == hop.c.id, _WAITS)
        .scalar_subquery()
    )
    statement = (
        select(hop.c.id, first.label("due_at"), subscriptions.c.failing_since)
        .select_from(hop.outerjoin(subscriptions, subscriptions.c.id == hop.c.id))
        .where(hop.c.id.is_not(None))
    )
    return [
        DeliveryQueue(row.id, row.due_at, failing=row.failing_since is not None)
        for row in database.rows(statement)
        if row.due_at is not None
    ]


def due_in_shares(
    database: Database, now: Milliseconds, shares: Mapping[str, int]
) -> Sequence[str]:
    """The ids of due deliveries, the longest due first, of each subscription so many."""
    parts = [_due(now, one, share).subquery() for one, share in shares.items() if share > 0]
    if not parts:
        return []
    return [row.id for row in database.rows(union_all(*(select(part) for part in parts)))]


def _next_subscription(after: ColumnElement[Any] | None = None) -> ColumnElement[Any]:
    following = select(func.min(table.c.subscription_id)).where(_WAITS)
    if after is not None:
        following = following.where(table.c.subscription_id > after)
    return following.scalar_subquery()


def _due(now: Milliseconds, subscription_id: str, most: int) -> Select[Any]:
    return (
        select(table.c.id)
        .where(table.c.subscription_id == subscription_id, _WAITS, table.c.due_at <= now)
        .order_by(table.c.due_at)
        .limit(most)
    )
