"""How due runs are claimed: the longest due first, and where they crowd, in turn by tenant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    Update,
    bindparam,
    func,
    select,
    true,
    update,
)

from core.clock import Milliseconds
from core.model import Run
from core.states import RunStatus
from store.committer import Committer
from store.database import Database
from store.run_rows import run_of
from store.schema.runs import runs as table

Rows = list[Row[Any]]


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose runs in which states are wanted, and what becomes of them."""

    old: Sequence[RunStatus]
    new: RunStatus
    executor: str
    now: Milliseconds


class Claims:
    """Takes due runs over for executors.

    As long as all that is due can be taken there is nothing to be fair about, and one statement
    does it. Once a claim was filled, the next ones take what a caller waits for into half of the
    places first, and then of each tenant its share: one with a hundred thousand due runs holds up
    no other, also where a caller waited for each of them, who may have left long ago.
    """

    def __init__(self, database: Database, committer: Committer) -> None:
        self._locks = not database.is_sqlite
        self._committer = committer
        self._crowded = False
        self._last_tenant = ""
        self._left_over = 1

    def take(self, claim: Claim, limit: int) -> Sequence[Run]:
        """At most `limit` due runs, each with a new token. Raises StorageUnavailable."""
        take = self._take_shares if self._crowded else self._take_oldest
        rows: Rows = self._committer.transact(lambda connection: take(connection, claim, limit))
        self._crowded = len(rows) == limit
        return [run_of(row) for row in rows]

    def _take_oldest(self, connection: Connection, claim: Claim, limit: int) -> Rows:
        return self._take(connection, claim, limit, true())

    def _take_shares(self, connection: Connection, claim: Claim, limit: int) -> Rows:
        rows = self._take(connection, claim, self._half_of(limit), awaited_by_somebody())
        tenants = self._tenants_in_turn(connection, claim, limit - len(rows))
        for place, tenant in enumerate(tenants):
            share = -(-(limit - len(rows)) // (len(tenants) - place))
            rows += self._take(connection, claim, share, is_of(tenant))
            self._last_tenant = tenant
        return rows + self._take(connection, claim, limit - len(rows), true())

    def _half_of(self, limit: int) -> int:
        """Half of the places; of an odd number one more each second time."""
        half, self._left_over = divmod(limit + self._left_over, 2)
        return half

    def _take(
        self, connection: Connection, claim: Claim, limit: int, which: ColumnElement[bool]
    ) -> Rows:
        if limit == 0:
            return []
        return list(connection.execute(claim_statement(claim, limit, which, locks=self._locks)))

    def _tenants_in_turn(self, connection: Connection, claim: Claim, limit: int) -> Sequence[str]:
        """Tenants with runs in these states, those first that come after the last one served."""
        if limit == 0:
            return ()
        following = tenants_from(claim.old, self._last_tenant).limit(limit)
        names = [row.tenant for row in connection.execute(following)]
        if len(names) < limit:
            from_the_first = tenants_from(claim.old, "").limit(limit)
            names += [row.tenant for row in connection.execute(from_the_first)]
        return tuple(dict.fromkeys(names))[:limit]


def claim_statement(claim: Claim, limit: int, which: ColumnElement[bool], *, locks: bool) -> Update:
    """Moves the longest due of some runs; with `locks`, past those that others claim just now."""
    due = (
        select(table.c.id)
        .where(is_one_of(claim.old), which, table.c.due_at <= claim.now)
        .order_by(table.c.due_at)
        .limit(limit)
    )
    if locks:
        due = due.with_for_update(skip_locked=True)
    # Found once: PostgreSQL may run a subquery again, and so claim more than `limit`.
    found = due.cte("due")
    return (
        update(table)
        .where(table.c.id.in_(select(found.c.id)), is_one_of(claim.old))
        .values(
            status=claim.new,
            executor=claim.executor,
            due_at=None,
            token=table.c.token + 1,
            started_at=func.coalesce(table.c.started_at, claim.now),
        )
        .returning(*table.columns)
    )


def tenants_from(statuses: Sequence[RunStatus], after: str) -> Select[tuple[str]]:
    """Their names in order, each by one look into the index, however many runs each has."""
    first = select(func.min(table.c.tenant).label("tenant")).where(
        is_one_of(statuses), table.c.tenant > after
    )
    names = first.cte("names", recursive=True)
    following = (
        select(func.min(table.c.tenant))
        .where(is_one_of(statuses), table.c.tenant > names.c.tenant)
        .scalar_subquery()
    )
    names = names.union_all(select(following).where(names.c.tenant.is_not(None)))
    return select(names.c.tenant).where(names.c.tenant.is_not(None))


def is_of(tenant: str) -> ColumnElement[bool]:
    """The run is a tenant's."""
    return table.c.tenant == tenant


def awaited_by_somebody() -> ColumnElement[bool]:
    """A caller waits for the run. Written so that the index of such runs is found."""
    return table.c.awaited


def is_one_of(statuses: Sequence[RunStatus]) -> ColumnElement[bool]:
    """The run is in one of these states."""
    # Written out, not bound: SQLite takes a partial index only where its condition stands in words.
    return table.c.status.in_(
        bindparam("statuses", statuses, type_=Text, expanding=True, literal_execute=True)
    )
