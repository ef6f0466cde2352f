"""Where due runs crowd: each tenant gets its share, and what a caller waits for goes first."""

from __future__ import annotations

from collections import Counter

import pytest

from core.model import Run
from core.states import RunStatus
from store import SqlStore
from tests.support.builders import make_event, make_run

DUE = (RunStatus.QUEUED, RunStatus.WAITING)
NOW = 10_000


LATE = 5_000
"""After everything that is due for longer."""


def queue(store: SqlStore, tenant: str, count: int, since: int = 0, **changes: object) -> list[Run]:
    """Runs of a tenant that are due one after another, the first `since` this moment."""
    event = make_event(tenant=tenant, id=f"{tenant}-{since}-{changes}")
    runs = [
        make_run(event, id=f"{tenant}-{due_at}-{changes}", due_at=due_at, **changes)
        for due_at in range(since, since + count)
    ]
    store.commit([store.events.insert(event), *(store.runs.insert(run) for run in runs)])
    return runs


def claim(store: SqlStore, limit: int, executor: str = "one") -> Counter[str]:
    claimed = store.runs.claim(DUE, RunStatus.RUNNING, executor, NOW, limit)
    return Counter(run.tenant for run in claimed)


def test_a_tenant_with_many_due_runs_delays_no_other(store: SqlStore) -> None:
    queue(store, "busy", 300)
    claim(store, 20)
    queue(store, "calm", 1, LATE)

    assert claim(store, 20) == {"busy": 19, "calm": 1}
    assert claim(store, 20) == {"busy": 20}


def test_tenants_that_crowd_get_equal_shares(store: SqlStore) -> None:
    for tenant in ("a", "b", "c"):
        queue(store, tenant, 40)
    claim(store, 2)

    assert sorted(claim(store, 12).values()) == [4, 4, 4]


def test_one_free_place_goes_round(store: SqlStore) -> None:
    for tenant in ("a", "b", "c"):
        queue(store, tenant, 9)
    claim(store, 1)

    taken = [next(iter(claim(store, 1))) for _ in range(6)]

    assert Counter(taken) == {"a": 2, "b": 2, "c": 2}
    assert len(set(taken[:3])) == 3


def test_after_the_last_tenant_comes_the_first_again_whose_runs_are_due_for_longer(
    store: SqlStore,
) -> None:
    queue(store, "a", 50)
    for tenant in ("b", "c"):
        queue(store, tenant, 9, LATE)
    claim(store, 1)

    assert sum((claim(store, 1) for _ in range(9)), Counter()) == {"a": 3, "b": 3, "c": 3}


def test_what_a_caller_waits_for_goes_before_a_crowd(store: SqlStore) -> None:
    queue(store, "busy", 50)
    claim(store, 5)
    waited_for = queue(store, "busy", 2, LATE, awaited=True, status=RunStatus.WAITING)

    claimed = store.runs.claim(DUE, RunStatus.RUNNING, "one", NOW, 5)

    assert {run.id for run in waited_for} <= {run.id for run in claimed}
    assert len(claimed) == 5


@pytest.mark.parametrize("places", [20, 2, 1])
def test_a_crowd_that_callers_wait_for_delays_no_other_tenant(store: SqlStore, places: int) -> None:
    """They may have been answered, or have given up, long ago: their runs go on all the same."""
    queue(store, "busy", 100, awaited=True)
    claim(store, places)
    queue(store, "calm", 1, LATE)

    taken = sum((claim(store, places) for _ in range(4)), Counter())

    assert taken == {"busy": 4 * places - 1, "calm": 1}


def test_everything_is_claimed_once_and_to_the_last(store: SqlStore) -> None:
    wanted = {run.id for tenant in ("a", "b") for run in queue(store, tenant, 25)}
    claimed: list[str] = []
    while part := store.runs.claim(DUE, RunStatus.RUNNING, "one", NOW, 7):
        assert len(part) <= 7
        claimed += [run.id for run in part]

    assert sorted(claimed) == sorted(wanted)
