"""What workers take from Redis: nothing but that they are woken."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from uuid import uuid4

import pytest
from redis import Redis
from rq import Callback, Queue
from rq.job import Job
from rq.serializers import JSONSerializer, PickleSerializer

from dispatch.rq import WakeUps, job
from dispatch.rq.queue import NAME
from dispatch.rq.worker import WakeUpTaker
from tests.support.redis import RedisServer, running_redis
from tests.support.redis_clients import leave_off, waiting_clients
from tests.support.waiting import eventually

TAKING = import_module("dispatch.rq.worker")
"""The package has a function of this name."""

CALLS: list[object] = []
"""What somebody who can write to Redis has got called."""


def called(*arguments: object, **_: object) -> None:
    """What somebody who can write to Redis would like to be called."""
    CALLS.append(arguments)


class CallsWhenRead:
    """Of which a pickle calls something as soon as it is read."""

    def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
        return called, ("read",)


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(redis_server.url) as opened:
        opened.flushall()
        yield opened


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Semaphore]:
    """Released once for each wake-up that a worker takes."""
    CALLS.clear()
    times = threading.Semaphore(0)
    monkeypatch.setattr(job, "_sleepers", [times.release])
    yield times
    assert CALLS == []


@contextmanager
def taker(server: RedisServer, client: Redis) -> Iterator[None]:
    """A worker's own taker of wake-ups, from when it listens until it has ended."""
    listening = WakeUpTaker(server.url, uuid4().hex)
    listening.start()
    try:
        eventually(lambda: waiting_clients(client))
        yield
    finally:
        listening.stop()
        eventually(lambda: leave_off(client) or not listening._thread.is_alive())


def enqueue_foreign(client: Redis, kind: str) -> Job:
    """A job that is none of ours in the queue of wake-ups."""
    if kind == "pickled":
        queue = Queue(NAME, connection=client, serializer=PickleSerializer)
        return queue.enqueue(called, CallsWhenRead())
    queue = Queue(NAME, connection=client, serializer=JSONSerializer)
    if kind == "unknown":
        return queue.enqueue("nowhere.to.be.found")
    return queue.enqueue(
        called,
        "argument",
        on_success=Callback(called),
        on_failure=Callback(called),
        on_stopped=Callback(called),
    )


@pytest.mark.parametrize("kind", ["called", "unknown"])
def test_whatever_a_job_says_it_wakes_and_does_nothing_else(
    redis_server: RedisServer, client: Redis, woken: threading.Semaphore, kind: str
) -> None:
    with taker(redis_server, client):
        foreign = enqueue_foreign(client, kind)

        eventually(lambda: foreign.is_finished or foreign.is_failed)

    assert foreign.is_finished
    assert woken.acquire(timeout=20)


def test_a_job_that_acts_when_it_is_read_is_not_read_and_others_wake_after_it(
    redis_server: RedisServer,
    client: Redis,
    woken: threading.Semaphore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(TAKING, "PAUSE_SECONDS", 0.01)
    assert pickle.loads(pickle.dumps(CallsWhenRead())) is None
    assert CALLS.pop() == ("read",)
    with taker(redis_server, client):
        enqueue_foreign(client, "pickled")
        eventually(lambda: client.llen(f"rq:queue:{NAME}") == 0)

        enqueue_foreign(client, "called")

        assert woken.acquire(timeout=20)


def test_a_wake_up_wakes_all_that_look_for_work_and_leaves_nothing_in_redis(
    redis_server: RedisServer, client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleepers = [threading.Event() for _ in range(3)]
    monkeypatch.setattr(job, "_sleepers", [])
    for one in sleepers:
        job.woken_by_jobs(one.set)
    wake_ups = WakeUps(redis_server.url)
    with taker(redis_server, client):
        wake_ups.put()

        assert all(one.wait(20) for one in sleepers)
        eventually(lambda: not client.keys("rq:job:*"))
        assert not client.exists(f"rq:finished:{NAME}", f"rq:failed:{NAME}")
    wake_ups.close()


def test_while_a_wake_up_waits_no_other_is_added(redis_server: RedisServer, client: Redis) -> None:
    """With no worker there they would pile up for as long as events come in."""
    wake_ups = WakeUps(redis_server.url)
    for _ in range(3):
        wake_ups.put()
    wake_ups.close()

    assert client.llen(f"rq:queue:{NAME}") == 1
    assert len(client.keys("rq:job:*")) == 1


def test_wake_ups_are_taken_again_once_redis_is_back(
    woken: threading.Semaphore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TAKING, "PAUSE_SECONDS", 0.01)
    with running_redis() as server, Redis.from_url(server.url) as client, taker(server, client):
        server.stop()
        server.start()
        eventually(lambda: waiting_clients(client))
        wake_ups = WakeUps(server.url)
        wake_ups.put()
        wake_ups.close()

        assert woken.acquire(timeout=20)
