"""Runs with keys, and how they stand, for tests of the order and of the quarantine."""

from __future__ import annotations

from typing import Any

from core.event_keys import EventKey
from core.ids import new_id
from core.model import Run
from core.quarantine import KeyFailure, QuarantinedKey, QuarantineFilter
from core.states import RunStatus
from core.writes import ListQuery, Write
from engine.transitions import Transitions
from store import SqlStore
from tests.support.builders import NOW, make_run

KEY = EventKey("acme", "orders", "C-1")


def keyed(key: str | None = "C-1", **changes: Any) -> Run:
    """A new run of a key in the order, which is the quarantine's as well."""
    values: dict[str, Any] = {"order_key": key, "quarantine_key": key}
    return make_run(**{**values, **changes})


def as_stored(store: SqlStore, run: Run) -> Run:
    """A run as it stands."""
    stored = store.runs.get(run.tenant, run.id)
    assert stored is not None
    return stored


def stored(store: SqlStore, *runs: Run) -> list[Run]:
    """Stores runs, each in a commit of its own."""
    for run in runs:
        store.commit([store.runs.insert(run)])
    return [as_stored(store, run) for run in runs]


def standing(store: SqlStore, *runs: Run) -> list[str]:
    """How runs stand, in a word: `due`, `lined up` or their state."""
    words = []
    for run in (as_stored(store, one) for one in runs):
        queued = "lined up" if run.due_at is None else "due"
        words.append(queued if run.status is RunStatus.QUEUED else run.status.value)
    return words


def take(store: SqlStore, limit: int = 100) -> list[Run]:
    """Takes up what is due."""
    return list(Transitions(store.runs).claim_due("here", NOW + 60_000, limit))


def end_of(
    store: SqlStore, run: Run, status: RunStatus = RunStatus.SUCCEEDED, limit: int = 3
) -> list[Write]:
    """What is committed as a run that was taken up ends, in its parts."""
    transitions, quarantine = Transitions(store.runs), store.quarantine
    error = None if status is RunStatus.SUCCEEDED else "the partner answered 500"
    writes = [transitions.finish(run, status, None, error, NOW)]
    if run.quarantine_key is not None:
        key = EventKey(run.tenant, run.automation_id, run.quarantine_key)
        failure = KeyFailure(new_id(), key, run.id, error, NOW)
        if status is RunStatus.SUCCEEDED:
            writes.append(quarantine.succeeded(key))
        elif status is not RunStatus.CANCELLED:
            writes += [quarantine.failed(failure, limit), store.runs.hold(key)]
            writes.append(store.runs.pass_on_around(key, NOW))
    if run.order_key is not None:
        lane = EventKey(run.tenant, run.automation_id, run.order_key)
        writes.append(store.runs.pass_on(lane, NOW))
    return writes


def held_key(store: SqlStore, key: EventKey = KEY) -> QuarantinedKey:
    """The quarantine of a key."""
    which = QuarantineFilter(key.automation_id, key.key)
    [found] = store.quarantine.list(key.tenant, which, ListQuery()).items
    return found


def release(store: SqlStore, key: EventKey = KEY, version: int | None = None) -> list[Write]:
    """What is committed as a key is released."""
    runs = store.runs
    removal = store.quarantine.remove(held_key(store, key))
    return [removal, runs.free(key, version, NOW), runs.pass_on_around(key, NOW)]
