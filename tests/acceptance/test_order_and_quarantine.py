"""Events of a key reach the partner in order; those of one that keeps failing wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.support.automations import FAST_RETRY, ended_run, every, on_webhook, post, run_of
from tests.support.builders import send, step
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner
from tests.support.server import Server, running_server
from tests.support.waiting import eventually

SETTINGS = {"order_by": "<customer.id>", "quarantine": {"after": 3}}


def telling(path: str, partner: Partner, **options: Any) -> dict[str, Any]:
    """An automation that tells the partner of each event, in the order of its customer."""
    body = {"customer": "<customer.id>", "n": "<n>"}
    tell = send("tell", f"{partner.url}/tell", with_={"body": body}, retry=FAST_RETRY)
    return on_webhook(path, tell, **{"settings": SETTINGS, **options})


def post_in_order(server: Server, path: str, customer: str, numbers: Sequence[int]) -> list[str]:
    """Posts events one after another, each once the one before was accepted; the runs' ids."""
    ids = []
    for number in numbers:
        reply = post(server, path, {"customer": {"id": customer}, "n": number})
        assert reply.status == 202, reply.body
        ids.append(reply.json["run_id"])
    return ids


def told(partner: Partner, customer: str) -> list[int]:
    """What the partner was told of a customer, in order."""
    bodies = [arrival.json for arrival in partner.arrivals]
    return [body["n"] for body in bodies if body["customer"] == customer]


def test_keys_run_beside_each_other(server: Server, partner: Partner) -> None:
    """The first of one key is answered only once another key has arrived."""
    both = partner.gate()

    def answer(arrival: Arrival) -> Answer:
        if arrival.json["customer"] == "bob":
            both.set()
        return Answer(200 if both.wait(60) else 500, {})

    partner.script = answer
    server.publish("beside", telling("beside", partner))
    run_ids = post_in_order(server, "beside", "ada", [1, 2])
    run_ids += post_in_order(server, "beside", "bob", [1])

    assert {ended_run(server, run_id)["status"] for run_id in run_ids} == {"succeeded"}


def test_callers_who_wait_get_their_answers_in_turn(server: Server, partner: Partner) -> None:
    answer = step("answer", "respond", {"status": 200, "body": {"n": "<n>"}})
    document = telling("answered", partner, respond="step")
    document["steps"] = [{**document["steps"][0], "next": ["answer"]}, answer]
    server.publish("answered", document)

    def call(number: int) -> tuple[int, Any]:
        reply = post(server, "answered", {"customer": {"id": "ada"}, "n": number})
        return reply.status, reply.json

    with ThreadPoolExecutor(8) as callers:
        replies = list(callers.map(call, range(8)))

    assert replies == [(200, {"n": number}) for number in range(8)]


def test_the_line_goes_on_when_the_first_is_cancelled(server: Server, partner: Partner) -> None:
    released = partner.gate()

    def answer(arrival: Arrival) -> Answer:
        if arrival.json["n"] == 1:
            released.wait(60)
        return Answer(200, {})

    partner.script = answer
    server.publish("cancelled", telling("cancelled", partner))
    first, second = post_in_order(server, "cancelled", "ada", [1, 2])
    partner.wait_for(1)
    assert run_of(server, second)["waits_for"] == first

    assert server.call("POST", f"/api/v1/runs/{first}/cancel").status == 200

    assert ended_run(server, second)["status"] == "succeeded"
    released.set()


def test_a_failing_key_is_held_over_a_restart_and_released_in_order(
    tmp_path: Path, partner: Partner
) -> None:
    partner.script = lambda arrival: Answer(422 if arrival.json["customer"] == "ada" else 200, {})
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("sync", telling("sync", partner))
        ada = post_in_order(server, "sync", "ada", range(6))
        bob = post_in_order(server, "sync", "bob", range(6))
        assert {ended_run(server, run_id)["status"] for run_id in bob} == {"succeeded"}
        held = eventually(lambda: server.call("GET", "/api/v1/quarantine").json["items"])
        late = post_in_order(server, "sync", "ada", [6])
        assert server.stop() == 0

    partner.script = lambda _arrival: Answer(200, {})
    with running_server(tmp_path, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        address = f"/api/v1/quarantine/{held[0]['id']}"
        waiting = every(server, f"{address}/events")
        assert [one["run_id"] for one in waiting] == [*ada[3:], *late]
        assert told(partner, "ada") == [0, 1, 2]

        released = server.call("POST", f"{address}/release", {"replay_failed": True})
        assert released.status == 200, released.body
        for run_id in (*released.json["replayed"], *ada[3:], *late):
            assert ended_run(server, run_id)["status"] == "succeeded"

    assert told(partner, "ada") == [0, 1, 2, 0, 1, 2, 3, 4, 5, 6]
