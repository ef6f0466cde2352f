"""The sweeper's beat: each of its chores is done, and none keeps the lease from being renewed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from core.errors import StorageUnavailable
from core.meters import SILENT
from core.model import Run
from core.states import RunStatus
from dispatch.sweeper import BEAT_SECONDS, LEASE, Sweeper
from engine.hands import ForgottenRuns, Hands
from engine.lease import Lease
from tests.support.builders import make_event, make_run
from tests.support.workbench import Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path) as opened:
        yield opened


def nothing() -> None:
    """What a test does not look at."""


def make_sweeper(
    bench: Workbench,
    roll_up: Callable[[], None] = nothing,
    lease: Lease | None = None,
    rescued: Callable[[], None] = nothing,
    set_clock: Callable[[], None] = nothing,
) -> Sweeper:
    forgotten = ForgottenRuns(bench.store, bench.transitions, Hands(), "one")
    return Sweeper(
        bench.store,
        bench.transitions,
        bench.clock,
        "one",
        rescued,
        roll_up,
        set_clock,
        forgotten,
        SILENT,
        lease or Lease(bench.clock),
    )


def lose_a_run(bench: Workbench, executor: str = "gone") -> Run:
    """A run in the hands of an executor that says nothing any more."""
    event = make_event()
    run = make_run(event)
    bench.store.commit([bench.store.events.insert(event), bench.store.runs.insert(run)])
    [claimed] = bench.transitions.claim_due(executor, bench.clock.now(), 10)
    return claimed


def status_of(bench: Workbench, run: Run) -> RunStatus:
    found = bench.store.runs.get(run.tenant, run.id)
    assert found is not None
    return found.status


def test_a_beat_counts_what_has_ended(bench: Workbench) -> None:
    counted: list[None] = []
    sweeper = make_sweeper(bench, lambda: counted.append(None))

    sweeper.beat()
    sweeper.beat()

    assert len(counted) == 2


def test_a_count_that_fails_leaves_the_lease_renewed(bench: Workbench) -> None:
    def fail() -> None:
        raise StorageUnavailable("the disk is full")

    sweeper = make_sweeper(bench, fail)

    with pytest.raises(StorageUnavailable):
        sweeper.beat()

    assert bench.store.executors.alive(bench.clock.now() + LEASE - 1) == 1


def test_a_process_knows_until_when_its_lease_holds(bench: Workbench) -> None:
    lease = Lease(bench.clock)
    sweeper = make_sweeper(bench, lease=lease)
    sweeper.beat()
    assert lease.holds()

    bench.clock.turn(LEASE)
    assert not lease.holds()

    sweeper.beat()
    assert lease.holds()


def test_a_lease_that_was_over_brings_back_nothing_that_was_held_before(bench: Workbench) -> None:
    lease = Lease(bench.clock)
    sweeper = make_sweeper(bench, lease=lease)
    sweeper.beat()
    before = lease.term
    bench.clock.turn(LEASE - 1)
    sweeper.beat()
    assert lease.holds(before)

    bench.clock.turn(LEASE)
    sweeper.beat()

    assert not lease.holds(before)
    assert lease.holds(lease.term)


def test_what_a_silent_executor_held_is_due_within_forty_seconds_and_somebody_is_called(
    bench: Workbench,
) -> None:
    """Its lease ran for 20 s, as it was renewed in its last beat; a beat comes every 5 s."""
    lost, called = lose_a_run(bench), threading.Event()
    last_beat = bench.store.executors.renew("gone", bench.clock.now() + LEASE)
    bench.store.commit([last_beat])
    sweeper = make_sweeper(bench, rescued=called.set)
    sweeper.beat()
    assert status_of(bench, lost) is RunStatus.RUNNING
    assert not called.is_set()

    bench.clock.turn(40_000 - int(2 * BEAT_SECONDS * 1_000))
    sweeper.beat()

    assert status_of(bench, lost) is RunStatus.QUEUED
    assert called.is_set()


def test_what_nobody_here_knows_of_is_given_back_and_somebody_is_called(bench: Workbench) -> None:
    forgotten, called = lose_a_run(bench, "one"), threading.Event()
    sweeper = make_sweeper(bench, rescued=called.set)
    sweeper.beat()
    assert status_of(bench, forgotten) is RunStatus.RUNNING

    sweeper.beat()

    assert status_of(bench, forgotten) is RunStatus.QUEUED
    assert called.is_set()


def test_while_another_process_sweeps_this_one_renews_its_lease_and_no_more(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, counted = lose_a_run(bench), threading.Event()
    sweeper = make_sweeper(bench, counted.set)
    with monkeypatch.context() as patched:
        patched.setattr(bench.store, "exclusively", lambda _name: nullcontext(False))
        sweeper.beat()
    assert status_of(bench, lost) is RunStatus.RUNNING
    assert not counted.is_set()
    assert bench.store.executors.alive(bench.clock.now() + LEASE - 1) == 1

    sweeper.beat()

    assert status_of(bench, lost) is RunStatus.QUEUED
    assert counted.is_set()


def test_a_machine_that_slept_takes_its_lease_by_the_right_time(bench: Workbench) -> None:
    """Its clock counted nothing meanwhile; the first thing it does is to set it."""
    lease = Lease(bench.clock)
    night, asleep_at = 8 * 3_600_000, bench.clock.now()
    sweeper = make_sweeper(bench, lease=lease, set_clock=lambda: bench.clock.turn(night))

    sweeper.beat()

    assert lease.holds()
    assert bench.store.executors.alive(asleep_at + night + LEASE - 1) == 1
