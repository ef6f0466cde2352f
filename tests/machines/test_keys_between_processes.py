"""Keys whose events some processes take in and others execute: in order, or held, all the same."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.crash.callers import Posted, post_all
from tests.crash.keys_in_line import KEYS, check_order, in_order, plan, post_on, told
from tests.crash.promises import check_ends
from tests.support.automations import ended_run, every, on_webhook, post, run_when
from tests.support.builders import send
from tests.support.machines import Machines
from tests.support.partner import Answer, Arrival, Partner
from tests.support.server import Server
from tests.support.waiting import eventually

EACH = 12


def known_everywhere(webs: list[Server]) -> None:
    """The other web processes have an automation within the time a catalog may be old."""
    for web in webs:
        eventually(lambda web=web: post(web, "ready").status == 202)


def test_keys_keep_their_order_whoever_takes_in_and_whoever_executes(
    machines: Machines, partner: Partner
) -> None:
    """The events of a key come in at one process and at the other in turn."""
    webs = [machines.web(), machines.web()]
    workers = [machines.worker(), machines.worker()]
    webs[0].publish("accept", in_order(partner))
    webs[0].publish("ready", on_webhook("ready"))
    known_everywhere(webs)

    def call(key: str) -> list[int]:
        bodies = ({"customer": key, "n": number} for number in range(EACH))
        return [post(webs[body["n"] % 2], "accept", body).status for body in bodies]

    with ThreadPoolExecutor(len(KEYS)) as callers:
        assert set().union(*callers.map(call, KEYS)) == {202}

    eventually(lambda: _all_succeeded(webs[0], len(KEYS) * EACH), 40)
    check_order(partner, EACH)
    assert set(partner.times_by_key().values()) == {1}
    assert all("Traceback" not in one.errors() for one in (*webs, *workers))


def test_a_killed_worker_leaves_its_keys_in_order_to_another(
    machines: Machines, partner: Partner, chance: random.Random
) -> None:
    web, doomed = machines.web(), machines.worker()
    posts: list[Posted] = plan(EACH)
    web.publish("accept", in_order(partner))
    with ThreadPoolExecutor(1) as thread:
        posting = thread.submit(post_all, web, posts, len(KEYS))
        partner.wait_for(chance.randint(1, 20))
        doomed.kill()
        machines.worker()
        posting.result()

    post_on(web, posts)
    check_ends(web, partner, posts, kills=1)
    check_order(partner, EACH)


def test_a_caller_learns_that_its_key_was_held_elsewhere_and_it_is_released_there(
    machines: Machines, partner: Partner
) -> None:
    """It waits in line at one web process while a worker counts the failure of the run before."""
    web, other = machines.web(), machines.web()
    machines.worker()
    begun, failing = partner.gate(), partner.gate()

    def answer(arrival: Arrival) -> Answer:
        if arrival.json["n"] > 0:
            return Answer(200, {"id": 1})
        begun.set()
        failing.wait(60)
        return Answer(422)

    partner.script = answer
    web.publish("keyed", keyed(partner))
    first = post(web, "keyed", {"customer": "ada", "n": 0}).json["run_id"]
    begun.wait(60)
    with ThreadPoolExecutor(1) as thread:
        web.publish("keyed", keyed(partner, respond="finished"))
        waiting = thread.submit(post, web, "keyed", {"customer": "ada", "n": 1})
        eventually(lambda: len(every(web, "/api/v1/runs?automation=keyed")) == 2)
        failing.set()
        reply = waiting.result()

    assert (reply.status, reply.json["status"]) == (202, "held")
    assert ended_run(web, first)["status"] == "failed"
    [key] = other.call("GET", "/api/v1/quarantine").json["items"]
    assert [one["run_id"] for one in key["events"]] == [reply.json["run_id"]]
    assert other.call("POST", f"/api/v1/quarantine/{key['id']}/release", {}).status == 200
    run_when(web, reply.json["run_id"], "succeeded")
    assert told(partner, "ada") == [(0, "/tell"), (1, "/tell")]


def keyed(partner: Partner, **options: Any) -> dict[str, Any]:
    """Tells the partner of each event, without a second try."""
    body = {"customer": "<customer>", "n": "<n>"}
    tell = send("tell", f"{partner.url}/tell", with_={"body": body}, retry={"attempts": 1})
    settings = {"order_by": "<customer>", "quarantine": {"after": 1}}
    return on_webhook("keyed", tell, settings=settings, **options)


def _all_succeeded(server: Server, count: int) -> bool:
    runs = every(server, "/api/v1/runs?automation=accept&status=succeeded")
    return len(runs) == count
