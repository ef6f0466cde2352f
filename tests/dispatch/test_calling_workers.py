"""A process that takes events in: what becomes due there, workers are called to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import cast

import pytest

from core.errors import StorageUnavailable
from dispatch.accepting import AcceptingDispatcher
from dispatch.answers import AnswerThread
from dispatch.forwarding import Forwarder
from engine.execution import Execution, Standing


class Advancing:
    """An execution that comes to this standing."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self.done = threading.Event()

    def advance(self) -> Standing:
        self.done.set()
        return self.standing


@pytest.fixture
def called() -> threading.Semaphore:
    return threading.Semaphore(0)


@pytest.fixture
def dispatcher(called: threading.Semaphore) -> Iterator[AcceptingDispatcher]:
    accepting = AcceptingDispatcher(called.release)
    yield accepting
    assert accepting.stop(20)


def test_it_has_no_place_for_runs_and_calls_workers_to_them(
    dispatcher: AcceptingDispatcher, called: threading.Semaphore
) -> None:
    assert not dispatcher.reserve()
    dispatcher.wake()
    assert called.acquire(blocking=False)


@pytest.mark.parametrize("way", ["start", "continue_"])
def test_a_run_that_goes_on_without_its_caller_and_parks_is_the_workers(
    dispatcher: AcceptingDispatcher, called: threading.Semaphore, way: str
) -> None:
    begin: Callable[[Execution], None] = getattr(dispatcher, way)

    begin(cast(Execution, Advancing(Standing.PARKED)))

    assert called.acquire(timeout=20)


def test_a_run_that_ends_there_calls_nobody(
    dispatcher: AcceptingDispatcher, called: threading.Semaphore
) -> None:
    ending = Advancing(Standing.ENDED)
    dispatcher.continue_(cast(Execution, ending))
    assert ending.done.wait(20)
    assert dispatcher.stop(20)
    assert not called.acquire(blocking=False)


def test_each_thing_that_is_stirred_there_is_told_to_workers(called: threading.Semaphore) -> None:
    stirred = [threading.Event() for _ in range(3)]
    forwarder = Forwarder(stirred, called.release)
    forwarder.start()
    for one in stirred:
        one.set()
        assert called.acquire(timeout=20)
    forwarder.stop()


@pytest.mark.parametrize("fault", [StorageUnavailable("away"), ZeroDivisionError()])
def test_a_look_for_answers_that_fails_is_not_the_last(fault: Exception) -> None:
    looked, faults = threading.Semaphore(0), [fault]

    def collect() -> None:
        looked.release()
        if faults:
            raise faults.pop()

    thread = AnswerThread(collect)
    thread.start()
    for _ in range(2):
        assert looked.acquire(timeout=20)
    thread.stop()
