"""What goes wrong between processes: a worker that stands still, databases that restart, Redis."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis

from tests.crash.callers import Posted, plan_posts, posting
from tests.crash.promises import check_ends, publish_all
from tests.support.automations import ended_run, every, post, run_of, steps_of, two_calls
from tests.support.machines import Machines, open_machines
from tests.support.partner import Answer, Arrival, Partner
from tests.support.postgres import PostgresServer, running_postgres
from tests.support.redis import RedisServer, troubled
from tests.support.server import Server
from tests.support.waiting import eventually

RESTARTS = 4


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


def test_a_worker_that_wakes_past_its_lease_finds_its_writes_refused(
    machines: Machines, partner: Partner
) -> None:
    web, paused = machines.web(), machines.worker()
    released = partner.gate()

    def answer(arrival: Arrival) -> Answer:
        if len(partner.arrivals) == 1:
            released.wait(60)
            return Answer(200, {"from": "the one that stood still"})
        return Answer(200, {"from": arrival.path})

    partner.script = answer
    web.publish("sync", two_calls("sync", partner.url))
    run_id = post(web, "sync").json["run_id"]
    partner.wait_for(1)
    still = paused.worker()
    os.kill(still, signal.SIGSTOP)
    machines.worker()
    assert ended_run(web, run_id)["status"] == "succeeded"
    before = run_of(web, run_id)

    released.set()
    os.kill(still, signal.SIGCONT)

    sent = f"/api/v1/requests?direction=out&run={run_id}"
    eventually(lambda: len(every(web, sent)) == 3)
    assert run_of(web, run_id) == before
    assert steps_of(before)["first"]["output"]["body"] == {"from": "/first"}
    assert partner.times_by_key() == {f"{run_id}.first": 2, f"{run_id}.second": 1}
    assert "Traceback" not in paused.errors()


def test_postgresql_that_restarts_again_and_again_loses_nothing(
    tmp_path: Path,
    own_postgres: PostgresServer,
    redis: RedisServer,
    partner: Partner,
    chance: random.Random,
) -> None:
    with open_machines(tmp_path, own_postgres, redis) as machines:
        web = machines.web()
        workers = [machines.worker(), machines.worker()]
        publish_all(web, partner)
        posts = plan_posts(chance, 60)
        with _posting_until_accepted(web, posts):
            for arrived in sorted(chance.sample(range(1, len(posts)), RESTARTS)):
                partner.wait_for(arrived)
                own_postgres.restart()

        check_ends(web, partner, posts, kills=RESTARTS)
        assert all("Traceback" not in worker.errors() for worker in workers)


@contextmanager
def _posting_until_accepted(web: Server, posts: list[Posted]) -> Iterator[None]:
    """What careful callers do: what was not accepted is sent again, with the same key."""

    def post_patiently(one: Posted) -> None:
        eventually(lambda: one.send(web) and one.accepted)

    with ThreadPoolExecutor(6) as callers:
        done = [callers.submit(post_patiently, one) for one in posts]
        yield
        for one in done:
            one.result()


@pytest.mark.parametrize("fault", ["flushed", "restarted", "slow"])
def test_redis_is_never_the_truth(
    machines: Machines, partner: Partner, fault: str, chance: random.Random
) -> None:
    web, worker = machines.web(), machines.worker()
    publish_all(web, partner)
    posts = plan_posts(chance, 45)
    with troubled(machines.redis, fault), posting(web, posts, stop=False):
        partner.wait_for(15)

    assert Counter(one.accepted for one in posts) == {True: 45}
    check_ends(web, partner, posts, kills=0)
    assert "Traceback" not in web.errors() + worker.errors()


def test_a_worker_takes_wake_ups_and_no_commands(machines: Machines, partner: Partner) -> None:
    """RQ's thread for commands would end with an error of its own whenever Redis goes away."""
    web, _worker = machines.web(), machines.worker()
    with Redis.from_url(machines.redis.url) as client:
        eventually(lambda: client.smembers("rq:workers"))
        web.publish("sync", two_calls("sync", partner.url))
        run_id = post(web, "sync").json["run_id"]

        assert ended_run(web, run_id)["status"] == "succeeded"
        assert client.client_list(_type="pubsub") == []
