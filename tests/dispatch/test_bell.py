"""The bell that calls workers: whoever rings waits for nobody, and no ring is forgotten."""

from __future__ import annotations

import logging
import threading
from typing import cast

import pytest
from redis import ConnectionError as Gone

from dispatch.rq import Bell, WakeUps


class Queue:
    """Stands behind the bell: counts wake-ups, and is away, or slow, when a test says so."""

    def __init__(self) -> None:
        self.put_times = threading.Semaphore(0)
        self.tried = threading.Semaphore(0)
        self.free = threading.Event()
        self.free.set()
        self.fault: Exception | None = None
        self.closed = False

    def put(self) -> None:
        assert not self.closed
        fault = self.fault
        self.tried.release()
        assert self.free.wait(20)
        if fault is not None:
            raise fault
        self.put_times.release()

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def bell(queue: Queue):
    ringing = Bell(cast(WakeUps, queue))
    ringing.start()
    yield ringing
    ringing.stop()
    assert queue.closed


def test_a_ring_is_passed_on(bell: Bell, queue: Queue) -> None:
    for _ in range(3):
        bell.ring()
        assert queue.put_times.acquire(timeout=20)


def test_whoever_rings_does_not_wait_and_what_rang_meanwhile_is_passed_on(
    bell: Bell, queue: Queue
) -> None:
    queue.free.clear()
    bell.ring()
    assert queue.tried.acquire(timeout=20)
    for _ in range(100):
        bell.ring()

    queue.free.set()

    for _ in range(2):
        assert queue.put_times.acquire(timeout=20)


def test_while_redis_is_away_it_is_said_once_and_again_when_it_is_back(
    bell: Bell, queue: Queue, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "dispatch.rq.bell")
    queue.fault = Gone("nobody answers")
    for _ in range(3):
        bell.ring()
        assert queue.tried.acquire(timeout=20)
    queue.fault = None
    bell.ring()
    assert queue.put_times.acquire(timeout=20)
    bell.stop()

    assert [one.getMessage() for one in caplog.records] == [
        "workers cannot be called, they look by themselves: nobody answers",
        "workers can be called again",
    ]


def test_a_fault_does_not_end_it(
    bell: Bell, queue: Queue, caplog: pytest.LogCaptureFixture
) -> None:
    queue.fault = ZeroDivisionError()
    bell.ring()
    assert queue.tried.acquire(timeout=20)
    queue.fault = None

    bell.ring()

    assert queue.put_times.acquire(timeout=20)
    assert "calling workers broke off" in caplog.text


def test_what_rings_as_it_stops_is_passed_on_before_the_end(queue: Queue) -> None:
    """A worker that stops gives its runs back, and rings: others take them up at once."""
    bell = Bell(cast(WakeUps, queue))
    bell.start()
    queue.free.clear()
    bell.ring()
    assert queue.tried.acquire(timeout=20)
    bell.ring()
    stopping = threading.Thread(target=bell.stop)
    stopping.start()
    assert bell._stopping.wait(20)

    queue.free.set()
    stopping.join(20)

    for _ in range(2):
        assert queue.put_times.acquire(timeout=20)
