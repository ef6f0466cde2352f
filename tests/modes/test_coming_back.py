"""Processes end in order or by `kill -9`; those that come after them go on with what was there."""

from __future__ import annotations

import signal
import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from tests.modes.installations import Installation
from tests.support.automations import (
    ended_run,
    every,
    on_webhook,
    post,
    run_when,
    steps_of,
    two_calls,
)
from tests.support.builders import send, step
from tests.support.partner import Answer, Arrival, Partner
from tests.support.server import PATIENCE, Server, call
from tests.support.waiting import eventually


def test_what_waits_outlives_a_restart_of_everything(
    installation: Installation, partner: Partner
) -> None:
    """A retry and a delivery wait for a partner that is well later, others for time or a word."""
    partner.answers(Answer(503))
    front = installation.front
    retry = {"attempts": 100, "initial": "500ms", "factor": 1, "jitter": 0}
    front.publish("retry", on_webhook("retry", send("tell", f"{partner.url}/tell", retry=retry)))
    front.publish("nap", on_webhook("nap", step("nap", "wait", {"for": "3s"})))
    note = step("note", "set-values", {"values": {"back": "<run.callbacks.hold>"}}, next=["hold"])
    front.publish("hold", on_webhook("hold", note, step("hold", "wait-for-callback", {})))
    waiting = {name: post(front, name).json["run_id"] for name in ("retry", "nap", "hold")}
    runs = {name: run_when(front, run_id, "waiting") for name, run_id in waiting.items()}
    unwell = subscribe(front, partner, "unwell")
    failed = eventually(lambda: [one["id"] for one in every(front, unwell) if one["tries"]])

    for server in installation.servers:
        assert server.stop() == 0
        server.wait_until_gone()
    installation.forget()
    partner.answers(Answer(200, {"id": 1}))
    installation.start()

    back = steps_of(runs["hold"])["note"]["output"]["back"]
    assert call("POST", back, {}).status == 200
    runs = {name: ended_run(front, run_id) for name, run_id in waiting.items()}
    assert {run["status"] for run in runs.values()} == {"succeeded"}
    attempts = steps_of(runs["retry"])["tell"]["attempts"]
    assert [one["number"] for one in attempts] == list(range(1, len(attempts) + 1))
    assert outcomes(attempts) == ["retry"] * (len(attempts) - 1) + ["succeeded"]
    assert steps_of(runs["nap"])["nap"]["output"]["waited_ms"] >= 3000
    eventually(lambda: {one["status"] for one in every(front, unwell)} == {"delivered"})
    tries = {one["id"]: one["tries"] for one in every(front, unwell)}
    assert all(tries[one] >= 2 for one in failed)


def test_an_ordered_stop_lets_what_is_under_way_finish_and_loses_nothing(
    installation: Installation, partner: Partner
) -> None:
    """What comes after a call under way is done by who comes next; a caller gets its answer."""
    front, leaving = installation.front, installation.executor
    released = hold_back(partner)
    front.publish("sync", two_calls("sync", partner.url))
    ask = send("ask", f"{partner.url}/ask", next=["tell"])
    tell = step("tell", "respond", {"status": 201, "body": "<steps.ask.body.id>"})
    front.publish("ask", on_webhook("ask", ask, tell, respond="step"))
    run_ids = [post(front, "sync").json["run_id"] for _ in range(4)]
    with ThreadPoolExecutor(1) as callers:
        answered = callers.submit(post, front, "ask")
        partner.wait_for(5)

        leaving.process.send_signal(signal.SIGTERM)
        eventually(lambda: refuses(leaving))
        released.set()
        reply = answered.result()
    assert leaving.wait_until_gone() == 0
    installation.start_executor()

    assert (reply.status, reply.json) == (201, 1)
    runs = [ended_run(front, run_id) for run_id in run_ids]
    assert [run["status"] for run in runs] == ["succeeded"] * 4
    keys = {f"{run_id}.{name}" for run_id in run_ids for name in ("first", "second")}
    times = partner.times_by_key()
    assert times.keys() > keys
    assert sorted(times.values()) == [1] * 9


def test_what_was_in_a_killed_executors_hands_is_done_by_the_next_and_ends_once(
    installation: Installation, partner: Partner
) -> None:
    """A call and a delivery are on their way, and another run of the same key is in line."""
    released = hold_back(partner)
    front = installation.front
    deliveries = subscribe(front, partner, "told")
    eventually(lambda: arrived(partner, "/hooks"))
    front.publish("sync", two_calls("sync", partner.url, settings={"order_by": "<customer>"}))
    first, second = (post(front, "sync", {"customer": "ada"}).json["run_id"] for _ in range(2))
    eventually(lambda: arrived(partner, "/first"))
    told = arrived(partner, "/hooks")[0].headers["webhook-id"]

    installation.executor.kill()
    released.set()
    installation.start_executor()

    runs = [ended_run(front, run_id) for run_id in (first, second)]
    assert [run["status"] for run in runs] == ["succeeded"] * 2
    assert runs[0]["finished_at"] <= runs[1]["started_at"]
    attempts = [one["attempts"] for run in runs for one in run["steps"]]
    assert [outcomes(tries).count("succeeded") for tries in attempts] == [1] * 6
    assert [one.key.split(".")[0] for one in arrived(partner, "/first")] == [first, first, second]
    assert [one.key.split(".")[0] for one in arrived(partner, "/second")] == [first, second]
    eventually(lambda: {one["status"] for one in every(front, deliveries)} == {"delivered"})
    messages = Counter(one.headers["webhook-id"] for one in arrived(partner, "/hooks"))
    assert messages.keys() == {one["id"] for one in every(front, deliveries)}
    assert messages[told] == 2


def hold_back(partner: Partner) -> threading.Event:
    """From now on the partner answers nothing until this is set."""
    released = partner.gate()

    def answer_late(_arrival: Arrival) -> Answer:
        released.wait(60)
        return Answer(200, {"id": 1})

    partner.script = answer_late
    return released


def refuses(server: Server) -> bool:
    """Whether a server that stops takes no connection any more."""
    try:
        # Nothing is asked: whoever comes in the very moment of the stop is left without an answer.
        socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), PATIENCE).close()
    except OSError:
        return True
    return False


def subscribe(server: Server, partner: Partner, automation: str) -> str:
    """An endpoint of the partner is told of each run of an automation; where its deliveries are.

    There are some already: whoever executes knows of it within the time that this may take.
    """
    server.publish(automation, on_webhook(automation))
    scope = {"automations": [automation]}
    order = {"url": f"{partner.url}/hooks", "events": ["run.*"], "scope": scope}
    made = server.call("POST", "/api/v1/subscriptions", order)
    assert made.status == 201, made.body
    deliveries = f"/api/v1/deliveries?subscription={made.json['id']}"
    eventually(lambda: post(server, automation).status == 202 and every(server, deliveries))
    return deliveries


def arrived(partner: Partner, path: str) -> list[Arrival]:
    """What has come to a path of the partner."""
    return [one for one in partner.arrivals if one.path == path]


def outcomes(attempts: list[dict[str, Any]]) -> list[str]:
    return [one["outcome"] for one in attempts]
