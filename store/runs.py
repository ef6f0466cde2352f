"""Runs: their rows, their moves, and how due ones are claimed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Update, func, literal_column, select, update

from core.clock import Milliseconds
from core.event_keys import EventKey
from core.model import Page, Run, StepRun
from core.run_store import RunFilter
from core.states import RunStatus, StepStatus
from core.usage import Counted
from core.writes import ListQuery, Write
from store.claims import Claim, Claims, is_one_of
from store.committer import Committer
from store.database import Database
from store.lanes import Lanes
from store.run_lists import RunLists
from store.run_moves import RunMoves
from store.run_rows import run_columns, run_of
from store.schema.runs import executors
from store.schema.runs import runs as table
from store.schema.tenants import tenants
from store.step_runs import StepRuns
from store.usage import CountedInsert


class Runs:
    """The tables `runs` and `step_runs`."""

    def __init__(self, database: Database, committer: Committer) -> None:
        self._database = database
        self._committer = committer
        self._steps = StepRuns(database)
        self._lists = RunLists(database)
        self._claims = Claims(database, committer)
        self._lanes = Lanes(database)
        columns = [column.name for column in table.columns]
        inserting = database.insert(table)
        self._insert = CountedInsert(database, inserting, columns, Counted.RUNS, "created_at")
        self._moves = RunMoves(database)

    def get(self, tenant: str, run_id: str) -> Run | None:
        """One run, or None."""
        row = self._database.first(
            select(table).where(table.c.id == run_id, table.c.tenant == tenant)
        )
        return run_of(row) if row else None

    def list(self, tenant: str, which: RunFilter, query: ListQuery) -> Page[Run]:
        """A tenant's runs, the newest first, without their outputs: those may be large."""
        return self._lists.page(tenant, which, query)

    def newest_of(
        self, tenant: str, automation_ids: Sequence[str], each: int
    ) -> Mapping[str, Sequence[Run]]:
        """The last runs of several automations, the newest first, without their outputs."""
        return self._lists.newest_of(tenant, automation_ids, each)

    def held_by(self, executor: str) -> Sequence[Run]:
        """What an executor executes, as far as the store knows."""
        running = is_one_of([RunStatus.RUNNING])
        rows = self._database.rows(select(table).where(running, table.c.executor == executor))
        return [run_of(row) for row in rows]

    def ended(self, run_ids: Sequence[str]) -> Sequence[Run]:
        """Those of these runs that have ended, of whichever tenant."""
        rows = self._database.rows(
            select(table).where(table.c.id.in_(run_ids), table.c.finished_at.is_not(None))
        )
        return [run_of(row) for row in rows]

    def journal(
        self, tenant: str, run_id: str, keys: Sequence[str] | None = None
    ) -> Sequence[StepRun]:
        """The steps of a run that have started, waited or ended; with `keys` only those."""
        return self._steps.journal(tenant, run_id, keys)

    def item_counts(self, tenant: str, run_id: str, loop: str) -> Mapping[StepStatus, int]:
        """How many items of a loop, given by its key, have ended how."""
        return self._steps.item_counts(tenant, run_id, loop)

    def failed_items(self, tenant: str, run_id: str, loop: str, limit: int) -> Sequence[StepRun]:
        """The ends of items of a loop that failed, some of them where there are more."""
        return self._steps.failed_items(tenant, run_id, loop, limit)

    def waiting_in_bodies(self, tenant: str, run_id: str, limit: int) -> Sequence[str]:
        """The keys of steps that wait in the bodies of loops, some where there are more."""
        return self._steps.waiting_in_bodies(tenant, run_id, limit)

    def keep_step(self, run: Run, step: StepRun) -> Write:
        """Inserts or replaces a journal entry; guarded: refused when the step has ended."""
        return self._steps.keep(run, step)

    def insert(self, run: Run) -> Write:
        """Adds a run. A queued one that has a key is held, or waits in line, as that key stands."""
        if run.has_key and run.status is RunStatus.QUEUED:
            return self._lanes.insert(run)
        return Write(self._insert, run_columns(run))

    def require(self, run: Run) -> Sequence[Write]:
        """Sees to it that a run, and so its event, is there to be replayed; guarded."""
        return self._moves.require(run)

    def pass_on(self, lane: EventKey, now: Milliseconds) -> Write:
        """The first in line becomes due, unless it is the turn of another of its key."""
        return self._lanes.pass_on(lane, now)

    def pass_on_around(self, key: EventKey, now: Milliseconds) -> Write:
        """The same in every line where there is a held or queued run of a quarantine's key."""
        return self._lanes.pass_on_around(key, now)

    def hold(self, key: EventKey) -> Write:
        """What is queued of a quarantine's key that is held by now is held, too."""
        return self._lanes.hold(key)

    def free(self, key: EventKey, version: int | None, now: Milliseconds) -> Write:
        """What is held of a key is queued again; what has not begun takes `version`, if given."""
        return self._lanes.free(key, version, now)

    def heal(self, now: Milliseconds, most: int) -> int:
        """Passes on in lines in which it is nobody's turn; how many they were."""
        idle = self._lanes.idle(most)
        if idle:
            self._committer.commit([self._lanes.pass_on(lane, now) for lane in idle])
        return len(idle)

    def first_in(self, lane: EventKey) -> str | None:
        """The id of the run whose turn it is, or None."""
        return self._lanes.first(lane)

    def give_event(self, run: Run, event_id: str) -> Write:
        """Gives a held run another event; guarded: refused when it is held no more, or has that."""
        return self._moves.give_event(run, event_id)

    def move(
        self,
        run: Run,
        old: Sequence[RunStatus],
        new: RunStatus,
        changes: Mapping[str, Any],
        any_token: bool = False,
    ) -> Write:
        """Moves a run; guarded by the old states and, unless `any_token`, by the run's token.

        `changes` are further columns. With `any_token` the run's token grows by one, so that an
        executor that still holds the run finds its own writes refused.
        """
        return self._moves.move(run, old, new, changes, any_token)

    def park(
        self,
        run: Run,
        old: RunStatus,
        new: RunStatus,
        due_at: Milliseconds | None,
        now: Milliseconds,
    ) -> Write:
        """Lets a run wait; due at once when a signal came that `run` does not count yet."""
        return self._moves.park(run, old, new, due_at, now)

    def signal(
        self,
        tenant: str,
        run_id: str,
        waiting: RunStatus,
        ends: Sequence[RunStatus],
        now: Milliseconds,
    ) -> Write:
        """Counts a signal and makes a waiting run due; guarded: refused when the run has ended.

        It touches the row in whatever state it is: whoever parks the run at this moment waits for
        it, or is waited for, and neither misses the other.
        """
        return self._moves.signal(tenant, run_id, waiting, ends, now)

    def claim(
        self,
        old: Sequence[RunStatus],
        new: RunStatus,
        executor: str,
        now: Milliseconds,
        limit: int,
    ) -> Sequence[Run]:
        """Takes due runs over for an executor, each with a new token."""
        return self._claims.take(Claim(old, new, executor, now), limit)

    def rescue(self, old: RunStatus, new: RunStatus, now: Milliseconds) -> int:
        """Puts back runs whose executor's lease is over, with a new token; how many they were."""
        alive = select(executors.c.id).where(executors.c.lease_until > now)
        statement = (
            update(table)
            .where(table.c.status == old, table.c.executor.not_in(alive))
            .values(status=new, executor=None, due_at=now, token=table.c.token + 1)
        )
        return int(self._committer.transact(lambda connection: _count(connection, statement)))

    def next_due(self, statuses: Sequence[RunStatus]) -> Milliseconds | None:
        """When the next run in one of these states is due, or None."""
        row = self._database.first(select(func.min(table.c.due_at)).where(is_one_of(statuses)))
        return row[0] if row else None

    def count(self, status: RunStatus, most: int) -> int:
        """How many runs are in a state other than succeeded; at most `most` are counted."""
        # By tenant, and with the condition in words: so it is looked up in `runs_not_succeeded`.
        rest = table.c.status != literal_column(f"'{RunStatus.SUCCEEDED}'")
        found = select(tenants.c.id).join(table, table.c.tenant == tenants.c.id)
        return self._count(found.where(table.c.status == status, rest), most)

    def count_due(self, statuses: Sequence[RunStatus], now: Milliseconds, most: int) -> int:
        """How many runs in one of these states are due; at most `most` are counted."""
        return self._count(
            select(table.c.due_at).where(is_one_of(statuses), table.c.due_at <= now), most
        )

    def _count(self, found: Select[Any], most: int) -> int:
        row = self._database.first(select(func.count()).select_from(found.limit(most).subquery()))
        return int(row[0]) if row else 0


def _count(connection: Connection, statement: Update) -> int:
    return connection.execute(statement).rowcount
