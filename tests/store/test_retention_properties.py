"""Whatever happens in whichever order: nothing that goes on is deleted, no tenant's rule touches
another tenant, everything else that is too old or too much goes, and the counts stay."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, delete

from core.clock import Milliseconds
from core.model import Run, Tenant
from core.states import RUN_ENDS, RunStatus
from engine.retention.service import RetentionService
from engine.statistics import LATE, StatisticsService
from store import SqlStore
from store.database import Database
from store.schema import metadata
from tests.support.builders import NOW, make_automation, make_event, make_request_entry, make_run
from tests.support.retention import DAY, orphans, whole
from tests.support.workbench import TurnedClock

TENANTS = ("acme", "globex")
LIVE, GONE = "live", "gone"
"""An automation that is published, and one that was deleted."""
OPEN = [status for status in RunStatus if status not in RUN_ENDS]
EVER = 2_000
APART = 100
"""Days between the beginnings of two examples, more than time passes in one: stores remember what
they added up until a moment, and nobody else empties their tables."""


class Sequence(RuleBasedStateMachine):
    """Runs begin, end and are replayed, rules change, time passes, and old rows are deleted."""

    def __init__(self, store: SqlStore, database: Database, beginning: Milliseconds) -> None:
        super().__init__()
        self.store, self.database = store, database
        self.clock = TurnedClock(beginning)
        self.retention = RetentionService(store, self.clock)
        self.statistics = StatisticsService(store, self.clock)
        self.runs: dict[str, Run] = {}
        self.requests: dict[str, str] = {}
        self.ended: dict[str, int] = dict.fromkeys(TENANTS, 0)
        self.rules: dict[str, tuple[int, int]] = dict.fromkeys(TENANTS, (30, 1_000_000))

    runs_begun = Bundle("runs_begun")

    @initialize()
    def begin(self) -> None:
        self.database.transact(_empty)
        tenants = [self.store.tenants.insert(Tenant(one, one, {}, NOW)) for one in TENANTS]
        live = [make_automation(tenant=one, id=LIVE, published=1) for one in TENANTS]
        self.store.commit([*tenants, *(self.store.automations.insert(one) for one in live)])

    @rule(
        target=runs_begun,
        tenant=st.sampled_from(TENANTS),
        automation_id=st.sampled_from([LIVE, GONE]),
        status=st.sampled_from(OPEN),
    )
    def start(self, tenant: str, automation_id: str, status: RunStatus) -> str:
        now = self.clock.now()
        event = make_event(tenant=tenant, automation_id=automation_id, received_at=now)
        return self._insert(make_run(event, status=status, created_at=now))

    @rule(target=runs_begun, parent_id=runs_begun, status=st.sampled_from(OPEN))
    def start_child(self, parent_id: str, status: RunStatus) -> Any:
        parent, now = self.runs[parent_id], self.clock.now()
        if parent.finished_at is not None:
            return multiple()
        event = make_event(tenant=parent.tenant, automation_id=GONE, received_at=now)
        of = {"parent_run_id": parent.id, "parent_step": "start"}
        return self._insert(make_run(event, status=status, created_at=now, **of))

    @rule(target=runs_begun, run_id=runs_begun)
    def replay(self, run_id: str) -> Any:
        run, now = self.runs[run_id], self.clock.now()
        if run.finished_at is None or self.store.runs.get(run.tenant, run.id) is None:
            return multiple()
        event = self.store.events.get(run.tenant, run.event_id)
        again = make_run(event, status=RunStatus.QUEUED, created_at=now, replay_of=run.id)
        return self._insert(again)

    @rule(target=runs_begun, run_id=consumes(runs_begun), status=st.sampled_from(sorted(RUN_ENDS)))
    def end(self, run_id: str, status: RunStatus) -> str:
        run = self.runs[run_id]
        if run.finished_at is None:
            now = self.clock.now()
            changes = {"finished_at": now, "due_at": None}
            self.store.commit([self.store.runs.move(run, [run.status], status, changes)])
            self.runs[run_id] = replace(run, status=status, **changes)
            self.ended[run.tenant] += 1
        return run_id

    @rule(minutes=st.sampled_from([5, 20, 60, 600, 6_000]))
    def pass_time(self, minutes: int) -> None:
        self.clock.turn(minutes * 60_000)

    @rule(
        tenant=st.sampled_from(TENANTS),
        days=st.sampled_from([0, 1, 5]),
        most=st.sampled_from([0, 1, 3]),
    )
    def change_rules(self, tenant: str, days: int, most: int) -> None:
        given = {kind: {"days": days, "most": most} for kind in ("runs", "requests")}
        self.store.commit([self.store.tenants.change_settings(tenant, {"retention": given})])
        self.rules[tenant] = (days, most)

    @rule()
    def delete_old(self) -> None:
        self.statistics.roll_up()
        expected = self._expected()
        for _ in range(5):
            for _step in self.retention.steps():
                pass
        kept = {one for one in self.runs if self._is_there(self.runs[one])}
        assert kept == expected
        for tenant in TENANTS:
            counted = self.statistics.history(tenant, EVER * DAY, DAY).total.runs
            assert counted == self.ended[tenant]

    @invariant()
    def what_goes_on_is_whole(self) -> None:
        assert orphans(self.database) == []
        for run in self.runs.values():
            if run.finished_at is None:
                assert self.store.runs.get(run.tenant, run.id) == run
                assert len(self.store.runs.journal(run.tenant, run.id)) == 2
                assert self.store.requests.get(run.tenant, self.requests[run.id]) is not None

    def _insert(self, run: Run) -> str:
        of = {"tenant": run.tenant, "started_at": run.created_at, "run_id": run.id}
        entry = make_request_entry(**of)
        self.requests[run.id] = entry.id
        self.store.commit([*whole(self.store, run), self.store.requests.insert(entry)])
        self.runs[run.id] = run
        return run.id

    def _is_there(self, run: Run) -> bool:
        return self.store.runs.get(run.tenant, run.id) is not None

    def _expected(self) -> set[str]:
        """What is left when all has gone that may."""
        left = {one: run for one, run in self.runs.items() if self._is_there(run)}
        before = {tenant: self._before(tenant, left) for tenant in TENANTS}
        while gone := {
            one
            for one, run in left.items()
            if run.finished_at is not None
            and run.finished_at < before[run.tenant]
            and not _is_needed(run, left)
        }:
            left = {one: run for one, run in left.items() if one not in gone}
        return set(left)

    def _before(self, tenant: str, left: dict[str, Run]) -> Milliseconds:
        days, most = self.rules[tenant]
        ends = sorted(
            run.finished_at
            for run in left.values()
            if run.tenant == tenant and run.finished_at is not None
        )
        by_age = self.clock.now() - days * DAY if days else 0
        by_count = ends[-most] if 0 < most <= len(ends) else 0
        mark = self.store.statistics.counted_until(tenant)
        return 0 if mark is None else min(max(by_age, by_count), mark - LATE)


def _is_needed(run: Run, left: dict[str, Run]) -> bool:
    others = [one for one in left.values() if one.id != run.id and one.tenant == run.tenant]
    if any(one.parent_run_id == run.id and one.finished_at is None for one in others):
        return True
    parent = left.get(run.parent_run_id or "")
    if parent is not None and parent.finished_at is None:
        return True
    if run.replay_of is not None:
        return False
    if any(one.event_id == run.event_id for one in others):
        return True
    later = [one for one in others if one.id > run.id and one.replay_of is None]
    return run.automation_id == LIVE and not any(one.automation_id == LIVE for one in later)


def _empty(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        connection.execute(delete(table))


def test_any_sequence(store: SqlStore, database_url: str) -> None:
    beginnings = count(NOW, APART * DAY)
    with closing(Database(database_url)) as database:
        run_state_machine_as_test(
            lambda: Sequence(store, database, next(beginnings)),
            settings=settings(
                max_examples=20,
                stateful_step_count=20,
                suppress_health_check=[HealthCheck.too_slow],
            ),
        )
