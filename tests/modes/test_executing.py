"""What was accepted is executed, whoever waits for it and whatever else there is to do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.acceptance.sending import problem
from tests.support.automations import (
    FAST_RETRY,
    ended_run,
    on_webhook,
    post,
    run_of,
    steps_of,
    two_calls,
)
from tests.support.builders import send, step
from tests.support.partner import Answer, Arrival, Partner
from tests.support.server import Server


def test_what_was_accepted_is_executed_once(front: Server, partner: Partner) -> None:
    front.publish("sync", two_calls("sync", partner.url))

    accepted = [post(front, "sync", {"order": number}) for number in range(20)]

    assert {reply.status for reply in accepted} == {202}
    runs = [ended_run(front, reply.json["run_id"]) for reply in accepted]
    assert [run["status"] for run in runs] == ["succeeded"] * 20
    assert [run["event"]["body"] for run in runs] == [{"order": number} for number in range(20)]
    keys = {f"{run['id']}.{name}" for run in runs for name in ("first", "second")}
    assert partner.times_by_key() == dict.fromkeys(keys, 1)


def test_a_caller_who_waits_gets_the_answer_of_its_own_run(front: Server, partner: Partner) -> None:
    """All wait at once; what the partner says differs from run to run."""
    partner.script = lambda arrival: Answer(200, {"for": arrival.json})
    ask = send("ask", partner.url, with_={"body": "<order>"}, next=["tell"])
    tell = step("tell", "respond", {"status": 201, "body": "<steps.ask.body.for>"})
    front.publish("ask", on_webhook("ask", ask, tell, respond="step"))

    with ThreadPoolExecutor(8) as callers:
        replies = list(callers.map(lambda n: post(front, "ask", {"order": n}), range(24)))

    assert [(reply.status, reply.json) for reply in replies] == [(201, n) for n in range(24)]


def test_a_caller_gets_its_answer_although_the_run_was_put_aside_meanwhile(
    front: Server, partner: Partner
) -> None:
    """It waits for a retry and for a moment, and goes on wherever there is somebody for it."""
    partner.answers(Answer(503), Answer(200, {"id": "late"}))
    ask = send("ask", partner.url, retry=FAST_RETRY, next=["nap"])
    nap = step("nap", "wait", {"for": "200ms"}, next=["tell"])
    tell = step("tell", "respond", {"status": 201, "body": "<steps.ask.body.id>"})
    front.publish("patient", on_webhook("patient", ask, nap, tell, respond="step"))

    reply = post(front, "patient")

    assert (reply.status, reply.body) == (201, b"late")


def test_a_caller_learns_how_its_run_ended(front: Server, partner: Partner) -> None:
    partner.answers(Answer(503), Answer(200, {"id": 7}), Answer(503))
    ask = send("ask", partner.url, retry={**FAST_RETRY, "attempts": 2}, next=["keep"])
    keep = step("keep", "set-values", {"values": {"id": "<steps.ask.body.id>"}})
    front.publish("end", on_webhook("end", ask, keep, respond="finished"))

    good, bad = post(front, "end"), post(front, "end")

    assert (good.status, good.json["status"], good.json["output"]) == (200, "succeeded", {"id": 7})
    run = run_of(front, problem(bad, 502)["run_id"])
    assert run["status"] == "failed"
    assert "2 attempts" in run["error"]


@pytest.mark.parametrize("respond", ["step", "finished"])
def test_a_caller_who_cannot_wait_gets_504_and_the_run_goes_on(
    front: Server, partner: Partner, respond: str
) -> None:
    released = partner.gate()

    def answer_late(_arrival: Arrival) -> Answer:
        released.wait(60)
        return Answer(200, {"id": 1})

    partner.script = answer_late
    options = {"respond": respond, "respond_timeout": "300ms"}
    front.publish("late", two_calls(f"late/{respond}", partner.url, **options))

    reply = post(front, f"late/{respond}")

    run_id = problem(reply, 504)["run_id"]
    assert run_of(front, run_id)["status"] == "running"
    released.set()
    assert ended_run(front, run_id)["status"] == "succeeded"
    assert len(partner.arrivals) == 2


def test_a_child_run_tells_its_parent_how_it_ended(front: Server, partner: Partner) -> None:
    partner.answers(Answer(200, {"bill": "B-1"}), Answer(404))
    bill = send("bill", partner.url, with_={"body": "<order>"}, next=["keep"])
    keep = step("keep", "set-values", {"values": {"bill": "<steps.bill.body.bill>"}})
    ask = {"automation": "billing", "payload": {"order": "<order>"}}
    child = step("child", "run-automation", ask, next={"success": ["done"], "error": ["sorry"]})
    done = step("done", "set-values", {"values": {"known": "<steps.child.output.bill>"}})
    sorry = step("sorry", "set-values", {"values": {"status": "<steps.child.status>"}})
    front.publish("billing", on_webhook("billing", bill, keep))
    front.publish("parent", on_webhook("parent", child, done, sorry, respond="finished"))

    told = [post(front, "parent", {"order": number}) for number in (1, 2)]

    assert [reply.json["output"] for reply in told] == [{"known": "B-1"}, {"status": "failed"}]
    parents = [run_of(front, reply.json["run_id"]) for reply in told]
    children = [steps_of(run)["child"]["output"]["run_id"] for run in parents]
    assert [run_of(front, one)["status"] for one in children] == ["succeeded", "failed"]
