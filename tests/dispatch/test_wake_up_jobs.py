"""What workers take from Redis: nothing but that they are woken."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from redis import Redis
from rq import Callback, Queue, SimpleWorker
from rq.job import JobStatus
from rq.serializers import JSONSerializer

from dispatch.rq import job
from dispatch.rq.job import WakeUp
from tests.support.redis import RedisServer, running_redis


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


def called(*_: object, **__: object) -> None:
    """What somebody who can write to Redis would like to be called."""
    raise AssertionError("it was called")


def test_whatever_a_job_says_it_wakes_and_does_nothing_else(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken = threading.Event()
    monkeypatch.setattr(job, "_sleepers", [woken.set])
    with Redis.from_url(redis_server.url) as connection:
        queue = Queue("penstock", connection=connection, serializer=JSONSerializer)
        foreign = queue.enqueue(
            called, "argument", on_success=Callback(called), on_failure=Callback(called)
        )
        worker = SimpleWorker(
            [queue], connection=connection, serializer=JSONSerializer, job_class=WakeUp
        )
        worker.work(burst=True, logging_level="WARNING")
        assert woken.is_set()
        assert foreign.get_status(refresh=True) is JobStatus.FINISHED
