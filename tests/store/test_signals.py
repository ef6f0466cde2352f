"""A signal and a run that goes to rest at the same moment never miss one another."""

from __future__ import annotations

import threading

import pytest

from core.clock import SystemClock
from core.errors import GuardMissed
from core.ids import new_id
from core.model import Run
from core.signals import Signal
from core.states import RunStatus
from engine.transitions import Transitions
from store import SqlStore
from tests.support.builders import NOW, make_run

LATER = NOW + 60_000


def held_run(store: SqlStore) -> Run:
    run = make_run(status=RunStatus.RUNNING, token=1, executor="here", due_at=None)
    store.commit([store.runs.insert(run)])
    return run


def tell(store: SqlStore, run: Run) -> Signal:
    signal = Signal(new_id(), "acme", run.id, "hold", NOW, {"ok": True})
    wake = Transitions(store.runs).signal("acme", run.id, NOW)
    store.commit([store.signals.insert(signal), wake])
    return signal


def due_at(store: SqlStore, run: Run) -> int | None:
    stored = store.runs.get("acme", run.id)
    assert stored is not None
    return stored.due_at


def test_a_signal_makes_a_waiting_run_due(store: SqlStore) -> None:
    run = held_run(store)
    store.commit([Transitions(store.runs).park(run, LATER, NOW)])
    assert due_at(store, run) == LATER

    signal = tell(store, run)

    assert due_at(store, run) == NOW
    assert store.signals.of_run("acme", run.id) == [signal]
    assert store.signals.of_run("globex", run.id) == []


def test_a_run_that_was_told_something_before_it_rests_is_due_at_once(store: SqlStore) -> None:
    run = held_run(store)
    tell(store, run)

    store.commit([Transitions(store.runs).park(run, LATER, NOW)])

    assert due_at(store, run) == NOW


def test_in_a_race_the_run_is_due_whoever_comes_first(store: SqlStore) -> None:
    for _ in range(20):
        run, start = held_run(store), threading.Barrier(2)

        def rest(run: Run = run, start: threading.Barrier = start) -> None:
            start.wait()
            store.commit([Transitions(store.runs).park(run, LATER, NOW)])

        resting = threading.Thread(target=rest)
        resting.start()
        start.wait()
        tell(store, run)
        resting.join()
        assert due_at(store, run) == NOW


def test_a_run_that_has_ended_is_told_nothing(store: SqlStore) -> None:
    run = held_run(store)
    now = SystemClock().now()
    store.commit([Transitions(store.runs).finish(run, RunStatus.SUCCEEDED, None, None, now)])

    with pytest.raises(GuardMissed):
        tell(store, run)
    assert store.signals.of_run("acme", run.id) == []
