"""Runs that a fault left in nobody's hands are taken up again; none that is executed is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.states import RunStatus
from engine.hands import ForgottenRuns, Hands
from engine.transitions import DUE
from tests.support.builders import make_event, make_run
from tests.support.workbench import Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path) as opened:
        yield opened


def claimed(bench: Workbench) -> str:
    """A run that the store says executor `one` executes."""
    event = make_event()
    bench.store.commit([bench.store.events.insert(event), bench.store.runs.insert(make_run(event))])
    [run] = bench.store.runs.claim(DUE, RunStatus.RUNNING, "one", bench.clock.now(), 1)
    return run.id


def status(bench: Workbench, run_id: str) -> RunStatus:
    run = bench.store.runs.get("acme", run_id)
    assert run is not None
    return run.status


def test_a_run_in_nobodys_hands_is_given_back_at_the_second_look(bench: Workbench) -> None:
    run_id = claimed(bench)
    forgotten = ForgottenRuns(bench.store, bench.transitions, Hands(), "one")

    assert forgotten.give_back(bench.clock.now()) == 0
    assert status(bench, run_id) is RunStatus.RUNNING
    assert forgotten.give_back(bench.clock.now()) == 1
    assert status(bench, run_id) is RunStatus.QUEUED


def test_a_run_in_hand_or_of_another_executor_is_left_alone(bench: Workbench) -> None:
    run_id, hands = claimed(bench), Hands()
    hands.take(run_id)
    mine = ForgottenRuns(bench.store, bench.transitions, hands, "one")
    others = ForgottenRuns(bench.store, bench.transitions, Hands(), "two")

    for _ in range(3):
        assert mine.give_back(bench.clock.now()) + others.give_back(bench.clock.now()) == 0

    assert status(bench, run_id) is RunStatus.RUNNING


def test_a_run_that_was_claimed_anew_between_two_looks_is_left_alone(bench: Workbench) -> None:
    run_id = claimed(bench)
    forgotten = ForgottenRuns(bench.store, bench.transitions, Hands(), "one")
    forgotten.give_back(bench.clock.now())
    bench.store.runs.rescue(RunStatus.RUNNING, RunStatus.QUEUED, bench.clock.now())
    bench.store.runs.claim(DUE, RunStatus.RUNNING, "one", bench.clock.now(), 1)

    assert forgotten.give_back(bench.clock.now()) == 0
    assert status(bench, run_id) is RunStatus.RUNNING
