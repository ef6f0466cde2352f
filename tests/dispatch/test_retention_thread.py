"""The thread that deletes old rows: at leisure, one process at a time, whatever goes wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.errors import StorageUnavailable
from dispatch.retention import REST, TURN_SECONDS, RetentionThread
from tests.support.retention import add_runs, ended_run, kept_runs
from tests.support.waiting import PATIENCE, eventually
from tests.support.workbench import Workbench, workbench

STEP = 0.5
"""Seconds that a step of these tests takes."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path) as opened:
        yield opened


class Steps:
    """Stands in for the service: has steps to take, and says when."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.taken = 0
        self.took_one = threading.Event()

    def steps(self) -> Iterator[None]:
        while self.count > 0:
            self.count -= 1
            self.taken += 1
            self.took_one.set()
            yield


class Shared:
    """Stands in for a store of which another process may be doing the work."""

    def __init__(self, alone: bool = True) -> None:
        self.alone = alone
        self.asked = threading.Event()

    @contextmanager
    def exclusively(self, _name: str) -> Iterator[bool]:
        yield self.alone
        self.asked.set()


def thread(store: Any, steps: Any, nap: float = PATIENCE) -> RetentionThread:
    return RetentionThread(store, steps, nap)


def test_a_stop_does_not_wait_for_what_is_left() -> None:
    steps = Steps(10**9)
    working = thread(Shared(), steps)
    working.start()
    assert steps.took_one.wait(PATIENCE)

    working.stop()

    assert steps.count > 0


def test_nothing_is_done_while_another_process_does_it() -> None:
    steps, shared = Steps(1), Shared(alone=False)
    working = thread(shared, steps, nap=0.01)
    working.start()
    assert shared.asked.wait(PATIENCE)
    assert steps.taken == 0

    shared.alone = True

    assert eventually(lambda: steps.taken)
    working.stop()


@pytest.mark.parametrize("error", [StorageUnavailable("the disk is full"), KeyError("odd")])
def test_it_goes_on_when_the_store_is_back(error: Exception) -> None:
    class Failing(Steps):
        failed = False

        def steps(self) -> Iterator[None]:
            if not self.failed:
                self.failed = True
                raise error
            return super().steps()

    steps = Failing(3)
    working = thread(Shared(), steps, nap=0.01)
    working.start()
    assert eventually(lambda: steps.taken == 3)
    working.stop()


def test_after_each_step_it_rests_longer_than_that_took_and_leaves_the_work_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, rests = 0.0, []

    class Resting:
        def is_set(self) -> bool:
            return False

        def wait(self, seconds: float) -> bool:
            nonlocal now
            rests.append(seconds)
            now += seconds
            return False

    class Slow(Steps):
        def steps(self) -> Iterator[None]:
            nonlocal now
            for _ in super().steps():
                now += STEP
                yield

    steps = Slow(10**6)
    working = thread(Shared(), steps)
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(working, "_stopping", Resting())

    assert working._finish_turn() is False

    assert set(rests) == {STEP * REST}
    assert TURN_SECONDS < now < TURN_SECONDS + 2 * STEP * (REST + 1)


def test_old_runs_go_while_a_server_works(bench: Workbench) -> None:
    runs = [ended_run() for _ in range(450)]
    kept = [ended_run(created_at=bench.clock.now())]
    add_runs(bench.store, *runs, *kept)
    bench.service.statistics.roll_up()
    bench.clock.turn(3_600_000)
    bench.service.statistics.roll_up()
    working = thread(bench.store, bench.parts.retention)
    working.start()

    assert eventually(lambda: not kept_runs(bench.store, [runs[0], runs[-1]]))
    assert kept_runs(bench.store, kept) == kept
    working.stop()
