"""Executor threads: what they ask the store while all of them are busy."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, cast

import pytest

from core.clock import SystemClock
from core.errors import GuardMissed
from core.model import Run
from core.store import Store
from dispatch.embedded import EmbeddedDispatcher
from engine.execution import Standing
from engine.executor import Executor
from engine.lease import Term
from engine.transitions import Transitions
from tests.support.builders import make_run


class DueRuns:
    """Stands behind the dispatcher: gives runs in turn, and says when it is asked what is due."""

    def __init__(self, *waiting: Run | Exception) -> None:
        self.waiting = list(waiting)
        self.asked_while_busy = 0
        self.busy = False
        self.runs = self

    def claim_due(self, _executor: str, _now: int, _limit: int) -> Sequence[Run]:
        if not self.waiting:
            return []
        self.busy = True
        found = self.waiting.pop(0)
        if isinstance(found, Exception):
            raise found
        return [found]

    def next_due(self, _statuses: Any) -> int | None:
        self.asked_while_busy += self.busy
        return 0 if self.waiting else None


class Resuming:
    """Executes a run by calling a function."""

    term = 7

    def __init__(self, work: Any, standing: Standing = Standing.ENDED) -> None:
        self._work = work
        self._standing = standing
        self._held: set[str] = set()

    def hold(self, run: Run) -> None:
        self._held.add(run.id)

    def resume(self, run: Run, term: Term) -> Standing:
        assert term == self.term
        assert run.id in self._held, "it would be taken for a run in nobody's hands"
        self._work(run)
        return self._standing


def dispatching(due: DueRuns, places: int) -> EmbeddedDispatcher:
    return EmbeddedDispatcher(
        cast(Store, due), cast(Transitions, due), SystemClock(), places=places
    )


def test_while_no_place_is_free_the_store_is_not_asked_what_is_due() -> None:
    first, second = make_run(), make_run()
    due = DueRuns(first, second)
    looked, second_done = threading.Semaphore(0), threading.Event()
    dispatcher = dispatching(due, places=1)
    take = dispatcher._threads.places.take

    def taking(wanted: int) -> int:
        taken = take(wanted)
        if taken == 0:
            looked.release()
        return taken

    def execute(run: Run) -> None:
        if run is second:
            due.busy = False
            second_done.set()
            return
        assert looked.acquire(timeout=20)
        dispatcher.wake()
        assert looked.acquire(timeout=20)
        due.busy = False

    dispatcher._threads.places.take = taking  # type: ignore[method-assign]
    dispatcher.begin(cast(Executor, Resuming(execute)))

    assert second_done.wait(20)
    assert dispatcher.stop(20)
    assert due.asked_while_busy == 0


def test_a_fault_does_not_end_the_thread_that_brings_what_is_due() -> None:
    done = threading.Event()
    dispatcher = dispatching(DueRuns(GuardMissed("unexpected"), make_run()), places=1)

    dispatcher.begin(cast(Executor, Resuming(lambda _run: done.set())))
    dispatcher.wake()

    assert done.wait(20)
    assert dispatcher.stop(20)


def test_the_writer_is_not_asked_for_runs_while_nothing_is_due() -> None:
    """Whoever parks a run wakes the dispatcher: with many that wait, most wake it for nothing."""
    due = DueRuns(make_run())
    claimed, asked = threading.Event(), threading.Semaphore(0)
    claims = 0
    claim, next_due = due.claim_due, due.next_due

    def claiming(*arguments: Any) -> Sequence[Run]:
        nonlocal claims
        claims += 1
        return claim(*arguments)

    def asking(*arguments: Any) -> int | None:
        asked.release()
        return next_due(*arguments)

    due.claim_due, due.next_due = claiming, asking  # type: ignore[method-assign]
    dispatcher = dispatching(due, places=4)
    dispatcher.begin(cast(Executor, Resuming(lambda _run: claimed.set())))
    assert claimed.wait(20)
    for _ in range(5):
        assert asked.acquire(timeout=20)
        dispatcher.wake()
    assert dispatcher.stop(20)
    assert claims == 1


def test_what_is_due_after_a_nap_is_claimed_without_a_look() -> None:
    due = DueRuns(make_run())
    at, done = SystemClock().now() + 200, threading.Event()
    story: list[str] = []
    claim = due.claim_due

    def claiming(*arguments: Any) -> Sequence[Run]:
        story.append("claimed")
        return claim(*arguments)

    def asking(_statuses: Any) -> int | None:
        story.append("asked")
        return at if due.waiting else None

    due.claim_due, due.next_due = claiming, asking  # type: ignore[method-assign]
    dispatcher = dispatching(due, places=4)
    dispatcher.begin(cast(Executor, Resuming(lambda _run: done.set())))

    assert done.wait(20)
    assert dispatcher.stop(20)
    assert story[:2] == ["asked", "claimed"]


@pytest.mark.parametrize(
    ("standing", "looks"), [(Standing.PARKED, True), (Standing.RESTING, False)]
)
def test_a_run_that_rests_for_long_wakes_nobody(standing: Standing, looks: bool) -> None:
    dispatcher = dispatching(DueRuns(), places=4)
    assert dispatcher._threads.places.take(1) == 1
    given_back = threading.Event()
    dispatcher._threads.give_back = given_back.set  # type: ignore[method-assign]

    dispatcher._threads.execute(lambda: standing)

    assert given_back.wait(20)
    dispatcher._threads._runs.shutdown()
    assert dispatcher._woken.is_set() is looks


def test_who_has_no_place_for_more_calls_others() -> None:
    """The rest is due in the store, and another process may have places free."""
    called, begun, released = threading.Semaphore(0), threading.Event(), threading.Event()
    due = DueRuns(make_run())
    dispatcher = EmbeddedDispatcher(
        cast(Store, due),
        cast(Transitions, due),
        SystemClock(),
        places=1,
        call_others=called.release,
    )

    def execute(_run: Run) -> None:
        begun.set()
        assert released.wait(20)

    dispatcher.begin(cast(Executor, Resuming(execute)))
    assert begun.wait(20)
    assert called.acquire(timeout=20)
    due.busy = False

    dispatcher.wake()

    assert called.acquire(blocking=False)
    released.set()
    assert dispatcher.stop(20)
    dispatcher.wake()
    assert called.acquire(blocking=False)


def test_what_nobody_was_woken_for_is_found_all_the_same() -> None:
    """As when the wake-up was lost, or Redis is away."""
    due, done, asked = DueRuns(), threading.Event(), threading.Event()
    next_due = due.next_due

    def asking(*arguments: Any) -> int | None:
        found = next_due(*arguments)
        asked.set()
        return found

    due.next_due = asking  # type: ignore[method-assign]
    dispatcher = dispatching(due, places=4)
    dispatcher.begin(cast(Executor, Resuming(lambda _run: done.set())))
    assert asked.wait(20)

    due.waiting.append(make_run())

    assert done.wait(20)
    assert dispatcher.stop(20)
