"""How many runs there are in a state, of all tenants together."""

from __future__ import annotations

import pytest

from core.model import Tenant
from core.states import RunStatus
from store import SqlStore
from tests.support.builders import NOW, make_event, make_run

DUE = (RunStatus.QUEUED, RunStatus.WAITING)


@pytest.fixture
def filled(store: SqlStore) -> SqlStore:
    """Of each tenant a due run and one that is due later, one that waits, and three ends."""
    for tenant in ("acme", "globex"):
        event = make_event(tenant=tenant)
        runs = [
            make_run(event, due_at=NOW),
            make_run(event, due_at=NOW + 1),
            make_run(event, status=RunStatus.WAITING, due_at=None),
            make_run(event, status=RunStatus.FAILED, due_at=None, finished_at=NOW),
            make_run(event, status=RunStatus.SUCCEEDED, due_at=None, finished_at=NOW),
            make_run(event, status=RunStatus.SUCCEEDED, due_at=None, finished_at=NOW),
        ]
        store.commit(
            [
                store.tenants.insert(Tenant(tenant, tenant.title(), {}, NOW)),
                store.events.insert(event),
                *(store.runs.insert(run) for run in runs),
            ]
        )
    return store


def test_runs_of_every_tenant_are_counted_by_their_state(filled: SqlStore) -> None:
    counted = {status: filled.runs.count(status, 100) for status in RunStatus}

    assert counted == {
        **dict.fromkeys(RunStatus, 0),
        RunStatus.QUEUED: 4,
        RunStatus.WAITING: 2,
        RunStatus.FAILED: 2,
    }


def test_what_is_due_is_counted_up_to_this_moment(filled: SqlStore) -> None:
    assert filled.runs.count_due(DUE, NOW - 1, 100) == 0
    assert filled.runs.count_due(DUE, NOW, 100) == 2
    assert filled.runs.count_due(DUE, NOW + 1, 100) == 4


def test_counting_stops_where_it_is_enough(filled: SqlStore) -> None:
    assert filled.runs.count(RunStatus.QUEUED, 3) == 3
    assert filled.runs.count_due(DUE, NOW + 1, 3) == 3
