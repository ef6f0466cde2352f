"""Runs that wait go on at their moment, or when somebody says so; schedules come at theirs."""

from __future__ import annotations

from urllib.parse import urlencode

from core.clock import from_rfc3339
from tests.acceptance.sending import problem
from tests.support.automations import (
    ended_run,
    every,
    on_webhook,
    post,
    run_when,
    steps_of,
)
from tests.support.builders import on_schedule, send, step
from tests.support.partner import Answer, Partner
from tests.support.server import Server, call
from tests.support.waiting import eventually

SECOND = 1000


def test_a_retry_comes_after_its_back_off_and_not_before(front: Server, partner: Partner) -> None:
    partner.answers(Answer(503), Answer(200))
    retry = {"attempts": 2, "initial": "1s", "jitter": 0}
    front.publish("again", on_webhook("again", send("tell", partner.url, retry=retry)))

    run = ended_run(front, post(front, "again").json["run_id"])

    assert run["status"] == "succeeded"
    first, second = steps_of(run)["tell"]["attempts"]
    assert (first["outcome"], second["outcome"]) == ("retry", "succeeded")
    assert from_rfc3339(second["started_at"]) - from_rfc3339(first["started_at"]) >= SECOND
    assert set(partner.times_by_key().values()) == {2}


def test_a_run_goes_on_after_its_wait_and_not_before(front: Server) -> None:
    nap = step("nap", "wait", {"for": "1s"}, next=["note"])
    note = step("note", "set-values", {"values": {"waited": "<steps.nap.waited_ms>"}})
    front.publish("nap", on_webhook("nap", nap, note))

    run = ended_run(front, post(front, "nap").json["run_id"])

    assert run["status"] == "succeeded"
    assert run["output"]["waited"] >= SECOND


def test_a_schedule_starts_a_run_for_each_of_its_moments(front: Server) -> None:
    front.publish("ticking", on_schedule({"every": "1s"}))
    ticking = "/api/v1/runs?automation=ticking"
    eventually(lambda: len(every(front, ticking)) >= 2)
    assert front.call("POST", "/api/v1/automations/ticking/disable").status == 200

    runs = [ended_run(front, run["id"]) for run in reversed(every(front, ticking))]
    assert {run["status"] for run in runs} == {"succeeded"}
    ticks = [run["event"]["body"] for run in runs]
    moments = [from_rfc3339(tick["scheduled_at"]) for tick in ticks]
    for before, moment, tick in zip(moments, moments[1:], ticks[1:], strict=False):
        assert moment - before == SECOND * max(tick["missed"], 1)
        assert from_rfc3339(tick["fired_at"]) >= moment


def test_a_run_goes_on_when_it_is_called_back(front: Server, partner: Partner) -> None:
    tell = send("tell", partner.url, with_={"body": "<run.callbacks.hold>"}, next=["hold"])
    hold = step("hold", "wait-for-callback", {"expires": "1h"}, next=["keep"])
    keep = step("keep", "set-values", {"values": {"said": "<steps.hold.body.said>"}})
    front.publish("asking", on_webhook("asking", tell, hold, keep))
    run_id = post(front, "asking").json["run_id"]
    run_when(front, run_id, "waiting")
    address = partner.arrivals[0].json
    assert address.startswith(f"{front.url}/callback/")

    first = call("POST", address, {"said": "yes"})

    assert (first.status, first.json) == (200, {"status": "accepted", "run_id": run_id})
    assert ended_run(front, run_id)["output"] == {"said": "yes"}
    problem(call("POST", address, {"said": "no"}), 410)
    problem(call("POST", f"{address}x", {"said": "no"}), 404)
    assert call("GET", address).status == 405


def test_a_run_goes_on_when_a_person_has_decided(front: Server, partner: Partner) -> None:
    """They decide by the link that they were sent, and a caller waits all the while."""
    address = partner.url.replace("http://", "json://")
    assert front.call("PUT", "/api/v1/secrets/TEAM", {"value": address}).status == 204
    asked = {"ask": ["admin"], "notify": ["TEAM"], "title": "Refund?"}
    ways = {"approved": ["yes"], "rejected": ["no"]}
    ask = step("ask", "approve", asked, next=ways)
    yes = step("yes", "respond", {"status": 200, "body": "<steps.ask.comment>"})
    no = step("no", "respond", {"status": 409})
    front.publish("refund", on_webhook("refund", ask, yes, no))
    run_id = post(front, "refund").json["run_id"]
    [message] = partner.wait_for(1)
    link = message.json["message"].rpartition("Decide: ")[2].strip()
    run_when(front, run_id, "waiting")

    form = urlencode({"decision": "approve", "comment": "go on"}).encode()
    decided = call("POST", link, form, {"Content-Type": "application/x-www-form-urlencoded"})

    assert decided.status == 200
    run = ended_run(front, run_id)
    assert run["status"] == "succeeded"
    assert steps_of(run)["ask"]["output"]["comment"] == "go on"
    assert steps_of(run)["no"]["status"] == "skipped"
