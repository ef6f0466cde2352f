"""Several processes over one database: what one takes in another executes, and callers are told."""

from __future__ import annotations

import signal
from collections import Counter

from core.config import Config
from doctor import examine
from tests.support.automations import (
    ended_run,
    every,
    post,
    two_calls,
)
from tests.support.machines import SECRET_KEY, Machines
from tests.support.partner import Answer, Arrival, Partner
from tests.support.waiting import eventually


def test_a_worker_executes_what_a_web_process_took_in(machines: Machines, partner: Partner) -> None:
    web = machines.web()
    web.publish("sync", two_calls("sync", partner.url))
    run_id = post(web, "sync").json["run_id"]
    assert web.call("GET", f"/api/v1/runs/{run_id}").json["status"] == "queued"
    assert partner.arrivals == []

    machines.worker()

    assert ended_run(web, run_id)["status"] == "succeeded"
    assert [arrival.path for arrival in partner.arrivals] == ["/first", "/second"]


def test_work_is_shared_and_nothing_is_done_twice(machines: Machines, partner: Partner) -> None:
    webs = [machines.web(), machines.web()]
    workers = [machines.worker(), machines.worker()]
    webs[0].publish("sync", two_calls("sync", partner.url))
    # The other web process has the automation within the time a catalog may be old.
    eventually(lambda: post(webs[1], "sync", {"probe": 1}).status == 202)
    before = len(every(webs[0], "/api/v1/runs"))

    for number in range(40):
        assert post(webs[number % 2], "sync", {"n": number}).status == 202

    runs = eventually(lambda: _all_ended(webs[0], before + 40))
    assert Counter(run["status"] for run in runs) == {"succeeded": before + 40}
    assert set(partner.times_by_key().values()) == {1}
    assert all("Traceback" not in one.errors() for one in (*webs, *workers))


def test_a_worker_that_stops_in_order_gives_its_runs_back(
    machines: Machines, partner: Partner
) -> None:
    web, first = machines.web(), machines.worker()
    released = partner.gate()

    def answer(_arrival: Arrival) -> Answer:
        released.wait(60)
        return Answer(200, {"id": 1})

    partner.script = answer
    web.publish("sync", two_calls("sync", partner.url))
    run_id = post(web, "sync").json["run_id"]
    partner.wait_for(1)
    second = machines.worker()
    first.process.send_signal(signal.SIGTERM)
    released.set()

    assert first.wait_until_gone() == 0
    assert ended_run(web, run_id)["status"] == "succeeded"
    assert set(partner.times_by_key().values()) == {1}
    assert "Traceback" not in second.errors()


def test_without_redis_events_are_taken_and_executed_all_the_same(
    machines: Machines, partner: Partner
) -> None:
    web, worker = machines.web(), machines.worker()
    web.publish("sync", two_calls("sync", partner.url))
    machines.redis.stop()

    run_ids = [post(web, "sync", {"n": number}).json["run_id"] for number in range(5)]
    for run_id in run_ids:
        assert ended_run(web, run_id)["status"] == "succeeded"

    machines.redis.start()
    eventually(lambda: "workers can be called again" in web.errors() or not post(web, "sync"))
    assert worker.call("GET", "/readyz").status == 200
    assert "Traceback" not in web.errors() + worker.errors()


def test_each_process_tells_what_it_counts_and_all_tell_of_the_same_queue(
    machines: Machines, partner: Partner
) -> None:
    web, worker = machines.web(), machines.worker()
    web.publish("sync", two_calls("sync", partner.url))
    ended_run(web, post(web, "sync").json["run_id"])

    told = [one.call("GET", "/metrics").body.decode() for one in (web, worker)]

    assert "penstock_accepted_events_total 1.0" in told[0]
    assert "penstock_accepted_events_total 0.0" in told[1]
    assert 'penstock_runs_ended_total{status="succeeded"} 1.0' in told[1]
    assert 'penstock_attempt_duration_seconds_count{action="send-webhook"' in told[1]
    assert all("penstock_executors 2.0" in text for text in told)


def test_a_doctor_looks_at_everything_that_processes_share(machines: Machines) -> None:
    machines.worker()
    config = Config(
        database_url=machines.database_url,
        redis_url=machines.redis.url,
        secret_key=SECRET_KEY,
    )

    said = [finding.words for finding in examine(config)]

    assert "Redis answers" in said
    assert "this machine's clock agrees with the database's" in said
    assert "1 processes hold a lease and execute runs" in said


def _all_ended(server, count: int):
    runs = every(server, "/api/v1/runs")
    ended = [run for run in runs if run["status"] in ("succeeded", "failed")]
    return ended if len(ended) >= count else None
