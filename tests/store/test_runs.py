"""Runs: their moves hold only for whom they belong to, and due ones are claimed once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import GuardMissed
from core.model import Run
from core.run_store import RunFilter
from core.states import RunStatus, StepStatus
from core.writes import ListQuery
from store import SqlStore
from tests.support.builders import NOW, make_run, make_step_run

DUE = [RunStatus.QUEUED, RunStatus.WAITING]


def claim(store: SqlStore, executor: str = "one", now: int = NOW, limit: int = 10) -> list[Run]:
    return list(store.runs.claim(DUE, RunStatus.RUNNING, executor, now, limit))


def test_a_due_run_is_claimed_with_a_new_token(store: SqlStore) -> None:
    run = make_run()
    store.commit([store.runs.insert(run)])

    [claimed] = claim(store)

    assert (claimed.status, claimed.executor, claimed.token) == (RunStatus.RUNNING, "one", 1)
    assert claimed.started_at == NOW
    assert store.runs.get("acme", run.id) == claimed
    assert claim(store, "two") == []


def test_what_is_not_due_stays(store: SqlStore) -> None:
    later = make_run(due_at=NOW + 1)
    store.commit([store.runs.insert(later)])

    assert claim(store) == []
    assert store.runs.next_due(DUE) == NOW + 1
    assert [run.id for run in claim(store, now=NOW + 1)] == [later.id]
    assert store.runs.next_due(DUE) is None


def test_the_longest_due_are_claimed_first(store: SqlStore) -> None:
    runs = [make_run(due_at=NOW - age) for age in (1, 3, 2)]
    for run in runs:
        store.commit([store.runs.insert(run)])

    assert {run.id for run in claim(store, limit=2)} == {runs[1].id, runs[2].id}


def test_executors_that_claim_at_once_share_no_run(store: SqlStore) -> None:
    for _ in range(40):
        store.commit([store.runs.insert(make_run())])

    with ThreadPoolExecutor(8) as threads:
        claims = list(threads.map(lambda name: claim(store, str(name), limit=7), range(8)))

    ids = [run.id for claimed in claims for run in claimed]
    assert len(ids) == len(set(ids)) == 40


def test_a_write_with_an_older_token_is_refused(store: SqlStore) -> None:
    store.commit([store.runs.insert(make_run())])
    [mine] = claim(store)
    store.runs.rescue(RunStatus.RUNNING, RunStatus.QUEUED, NOW)
    [theirs] = claim(store, "two")

    with pytest.raises(GuardMissed):
        store.commit([store.runs.move(mine, [RunStatus.RUNNING], RunStatus.SUCCEEDED, {})])

    store.commit([store.runs.move(theirs, [RunStatus.RUNNING], RunStatus.SUCCEEDED, {})])
    assert store.runs.get("acme", mine.id).status is RunStatus.SUCCEEDED


def test_who_lost_a_run_cannot_lay_it_aside_while_another_executes_it(store: SqlStore) -> None:
    store.commit([store.runs.insert(make_run())])
    [mine] = claim(store)
    store.runs.rescue(RunStatus.RUNNING, RunStatus.QUEUED, NOW)
    [theirs] = claim(store, "two")
    to_rest = (RunStatus.RUNNING, RunStatus.WAITING, NOW + 5, NOW)

    with pytest.raises(GuardMissed):
        store.commit([store.runs.park(mine, *to_rest)])

    assert store.runs.get("acme", mine.id) == theirs
    store.commit([store.runs.park(theirs, *to_rest)])
    assert store.runs.next_due(DUE) == NOW + 5


def test_a_cancel_needs_no_token_and_fences_the_executor_off(store: SqlStore) -> None:
    store.commit([store.runs.insert(make_run())])
    [held] = claim(store)
    stale = make_run(id=held.id)

    cancel = store.runs.move(stale, [RunStatus.RUNNING], RunStatus.CANCELLED, {}, any_token=True)
    store.commit([cancel])

    with pytest.raises(GuardMissed):
        store.commit([store.runs.move(held, [RunStatus.RUNNING], RunStatus.RUNNING, {})])


def test_only_runs_of_executors_that_are_gone_are_rescued(store: SqlStore) -> None:
    for _ in range(2):
        store.commit([store.runs.insert(make_run())])
    [lost] = claim(store, "gone", limit=1)
    [kept] = claim(store, "alive", limit=1)
    store.commit([store.executors.renew("gone", NOW), store.executors.renew("alive", NOW + 1)])

    assert store.runs.rescue(RunStatus.RUNNING, RunStatus.QUEUED, NOW) == 1

    rescued = store.runs.get("acme", lost.id)
    assert (rescued.status, rescued.executor, rescued.due_at) == (RunStatus.QUEUED, None, NOW)
    assert rescued.token > lost.token
    assert store.runs.get("acme", kept.id) == kept


def test_a_step_that_has_ended_never_changes(store: SqlStore) -> None:
    run = make_run()
    waiting = make_step_run(status=StepStatus.WAITING, port=None, due_at=NOW + 5)
    store.commit([store.runs.insert(run), store.runs.keep_step(run, waiting)])
    store.commit([store.runs.keep_step(run, make_step_run())])

    with pytest.raises(GuardMissed):
        store.commit([store.runs.keep_step(run, make_step_run(output="another"))])

    assert store.runs.journal("acme", run.id) == [make_step_run()]


def test_runs_are_listed_in_pages_newest_first(store: SqlStore) -> None:
    runs = [make_run(automation_id=name) for name in ("a", "b", "a", "b", "a")]
    for run in runs:
        store.commit([store.runs.insert(run)])
    store.commit([store.runs.insert(make_run(tenant="other"))])

    first = store.runs.list("acme", RunFilter(), ListQuery(limit=3))
    rest = store.runs.list("acme", RunFilter(), ListQuery(cursor=first.next, limit=3))

    assert [run.id for run in (*first.items, *rest.items)] == [run.id for run in reversed(runs)]
    assert rest.next is None
    only = store.runs.list("acme", RunFilter(automation_id="b"), ListQuery())
    assert [run.id for run in only.items] == [runs[3].id, runs[1].id]


def test_another_tenant_sees_nothing(store: SqlStore) -> None:
    run = make_run()
    store.commit([store.runs.insert(run), store.runs.keep_step(run, make_step_run())])

    assert store.runs.get("other", run.id) is None
    assert store.runs.journal("other", run.id) == []
    assert store.runs.list("other", RunFilter(), ListQuery()).items == ()
    foreign = make_run(id=run.id, tenant="other")
    with pytest.raises(GuardMissed):
        store.commit([store.runs.move(foreign, DUE, RunStatus.CANCELLED, {}, any_token=True)])
