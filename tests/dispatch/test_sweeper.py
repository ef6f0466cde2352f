"""The sweeper's beat: each of its chores is done, and none keeps the lease from being renewed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import StorageUnavailable
from core.meters import SILENT
from dispatch.sweeper import LEASE, Sweeper
from engine.hands import ForgottenRuns, Hands
from engine.lease import Lease
from tests.support.workbench import Workbench, workbench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path) as opened:
        yield opened


def make_sweeper(
    bench: Workbench, roll_up: Callable[[], None], lease: Lease | None = None
) -> Sweeper:
    forgotten = ForgottenRuns(bench.store, bench.transitions, Hands(), "one")
    return Sweeper(
        bench.store,
        bench.transitions,
        bench.clock,
        "one",
        lambda: None,
        roll_up,
        lambda: None,
        forgotten,
        SILENT,
        lease or Lease(bench.clock),
    )


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
    sweeper = make_sweeper(bench, lambda: None, lease)
    sweeper.beat()
    assert lease.holds()

    bench.clock.turn(LEASE)
    assert not lease.holds()

    sweeper.beat()
    assert lease.holds()
