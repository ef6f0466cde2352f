"""Partners as they are: down, slow, refusing, echoing. Through HTTP on both sides."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.support.automations import (
    FAST_RETRY,
    ended_run,
    every,
    on_webhook,
    post,
    run_of,
    run_when,
    steps_of,
    two_calls,
)
from tests.support.builders import send, step
from tests.support.partner import Answer, Arrival, Partner
from tests.support.server import Reply, Server
from tests.support.waiting import eventually

LONG_RETRY = {"attempts": 3, "initial": "1h", "max": "1h"}


def test_the_fallback_is_taken_when_the_partner_refuses(server: Server, partner: Partner) -> None:
    def answer(arrival: Arrival) -> Answer:
        if arrival.path == "/main":
            return Answer(404, {"error": "unknown"})
        return Answer(200, {"id": "fb-1"})

    partner.script = answer
    server.publish(
        "fallback",
        on_webhook(
            "fallback",
            send(
                "sync", f"{partner.url}/main", next={"success": ["answer"], "error": ["fallback"]}
            ),
            send("fallback", f"{partner.url}/fallback", next=["sorry"]),
            step("answer", "respond", {"status": 200}),
            step("sorry", "respond", {"status": 200, "body": {"via": "<steps.fallback.body.id>"}}),
            respond="step",
        ),
    )

    reply = post(server, "fallback")

    assert (reply.status, reply.json) == (200, {"via": "fb-1"})
    (listed,) = every(server, "/api/v1/runs?automation=fallback")
    run = ended_run(server, listed["id"])
    assert run["status"] == "succeeded"
    assert steps_of(run)["sync"]["port"] == "error"
    assert steps_of(run)["answer"]["status"] == "skipped"


def test_a_fan_out_is_sent_in_parallel_and_joined(server: Server, partner: Partner) -> None:
    """No partner answers before all three were asked."""

    def answer(arrival: Arrival) -> Answer:
        together = arrival.path == "/after" or partner.wait_for_in_flight(3)
        return Answer(200 if together else 500, {"from": arrival.path})

    partner.script = answer
    three = [send(name, f"{partner.url}/{name}", next=["after"]) for name in ("a", "b", "c")]
    joined = send("after", f"{partner.url}/after", with_={"body": {"c": "<steps.c.body.from>"}})
    server.publish("fan", on_webhook("fan", *three, joined, start=["a", "b", "c"]))

    run = ended_run(server, post(server, "fan").json["run_id"])

    assert run["status"] == "succeeded"
    assert len(partner.arrivals) == 4
    assert partner.arrivals[-1].json == {"c": "/c"}


def test_many_callers_of_a_slow_partner_do_not_queue_behind_one_another(
    server: Server, partner: Partner
) -> None:
    """The partner answers nobody before 250 wait at once, and each 300 ms after it was asked."""
    pause = partner.gate()

    def answer(arrival: Arrival) -> Answer:
        pause.wait(0.3)
        together = partner.wait_for_in_flight(250)
        return Answer(200 if together else 500, {"you": arrival.json["n"]})

    partner.script = answer
    sync = send("sync", partner.url, with_={"body": {"n": "<n>"}, "timeout": "60s"}, next=["say"])
    say = step("say", "respond", {"status": 200, "body": {"n": "<steps.sync.body.you>"}})
    server.publish("busy", on_webhook("busy", sync, say, respond="step", respond_timeout="2m"))

    def call_as(number: int) -> Reply:
        return post(server, "busy", {"n": number})

    with ThreadPoolExecutor(300) as callers:
        replies = list(callers.map(call_as, range(300)))

    assert [reply.status for reply in replies] == [200] * 300
    assert [reply.json for reply in replies] == [{"n": number} for number in range(300)]
    assert partner.most_in_flight >= 250
    assert len(partner.arrivals) == 300


def test_a_halt_ends_the_run_and_is_shown(server: Server, partner: Partner) -> None:
    partner.answers(Answer(401, {"error": "who are you?"}))
    codes = {"codes": {"halt": ["401"]}}
    sync = send("sync", partner.url, with_=codes, next={"error": ["never"]})
    server.publish("halt", on_webhook("halt", sync, send("never", partner.url)))

    run = ended_run(server, post(server, "halt").json["run_id"])

    assert run["status"] == "halted"
    assert "401" in run["error"]
    (attempt,) = steps_of(run)["sync"]["attempts"]
    assert (attempt["number"], attempt["outcome"]) == (1, "halted")
    assert steps_of(run)["never"]["status"] in ("skipped", "cancelled")
    (listed,) = every(server, "/api/v1/runs?automation=halt&status=halted")
    assert listed["id"] == run["id"]
    assert len(partner.arrivals) == 1


def test_a_failure_shows_every_attempt_and_its_request(server: Server, partner: Partner) -> None:
    partner.answers(Answer(503, {"busy": True}), Answer(429), Answer(500, {"error": "broken"}))
    retry = {"attempts": 3, "initial": "1ms", "jitter": 0}
    server.publish("fail", on_webhook("fail", send("sync", partner.url, retry=retry)))

    run = ended_run(server, post(server, "fail").json["run_id"])

    assert run["status"] == "failed"
    assert "3 attempts" in run["error"]
    attempts = steps_of(run)["sync"]["attempts"]
    assert [one["outcome"] for one in attempts] == ["retry", "retry", "failed"]
    logged = [server.call("GET", f"/api/v1/requests/{one['request_id']}").json for one in attempts]
    assert [entry["status"] for entry in logged] == [503, 429, 500]
    assert [entry["attempt"] for entry in logged] == [1, 2, 3]
    assert partner.times_by_key() == {f"{run['id']}.sync": 3}


def test_a_retry_is_never_earlier_than_the_partner_asks(server: Server, partner: Partner) -> None:
    partner.answers(Answer(503, headers={"Retry-After": "3600"}), Answer(200))
    server.publish("asked", on_webhook("asked", send("sync", partner.url, retry=FAST_RETRY)))

    run_id = post(server, "asked").json["run_id"]

    run = run_when(server, run_id, "waiting")
    assert steps_of(run)["sync"]["status"] == "waiting"
    assert len(partner.arrivals) == 1
    assert server.call("POST", f"/api/v1/runs/{run_id}/cancel").status == 200


def test_a_replay_is_a_new_run_with_keys_of_its_own(server: Server, partner: Partner) -> None:
    server.publish("replay", two_calls("replay", partner.url))
    first = ended_run(server, post(server, "replay", {"n": 1}).json["run_id"])

    replayed = server.call("POST", f"/api/v1/runs/{first['id']}/replay")

    assert replayed.status == 201
    assert replayed.headers["location"] == f"/api/v1/runs/{replayed.json['id']}"
    again = ended_run(server, replayed.json["id"])
    assert (again["status"], again["replay_of"]) == ("succeeded", first["id"])
    assert again["event"]["id"] == first["event"]["id"]
    assert len(partner.times_by_key()) == 4


def test_a_replay_from_a_step_keeps_the_results_before_it(server: Server, partner: Partner) -> None:
    partner.answers(Answer(200, {"id": 1}), Answer(404), Answer(200, {"id": 2}))
    server.publish("resume", two_calls("resume", partner.url))
    first = ended_run(server, post(server, "resume").json["run_id"])
    assert first["status"] == "failed"

    replayed = server.call("POST", f"/api/v1/runs/{first['id']}/replay", {"from_step": "second"})

    again = ended_run(server, replayed.json["id"])
    assert again["status"] == "succeeded"
    assert steps_of(again)["first"]["output"] == steps_of(first)["first"]["output"]
    assert [arrival.path for arrival in partner.arrivals] == ["/first", "/second", "/second"]
    assert partner.arrivals[-1].key == f"{again['id']}.second"


def test_a_waiting_run_can_be_cancelled_and_sends_no_more(server: Server, partner: Partner) -> None:
    partner.answers(Answer(503))
    server.publish("cancel", on_webhook("cancel", send("sync", partner.url, retry=LONG_RETRY)))
    run_id = post(server, "cancel").json["run_id"]
    run_when(server, run_id, "waiting")

    cancelled = server.call("POST", f"/api/v1/runs/{run_id}/cancel")

    assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")
    assert steps_of(run_of(server, run_id))["sync"]["status"] == "cancelled"
    assert server.call("POST", f"/api/v1/runs/{run_id}/cancel").status == 409


def test_a_run_cancelled_in_mid_send_stays_cancelled(server: Server, partner: Partner) -> None:
    """The partner's late answer is logged, and moves nothing."""
    released = partner.gate()

    def answer_late(_arrival: Arrival) -> Answer:
        released.wait(60)
        return Answer(200, {"id": 1})

    partner.script = answer_late
    server.publish("revoke", two_calls("revoke", partner.url))
    run_id = post(server, "revoke").json["run_id"]
    partner.wait_for(1)

    assert server.call("POST", f"/api/v1/runs/{run_id}/cancel").status == 200
    released.set()

    logged = _outbound(server, run_id)
    assert [entry["status"] for entry in logged] == [200]
    assert run_of(server, run_id)["status"] == "cancelled"
    assert [arrival.path for arrival in partner.arrivals] == ["/first"]


def _outbound(server: Server, run_id: str) -> list[dict[str, Any]]:
    return eventually(lambda: every(server, f"/api/v1/requests?run={run_id}&direction=out"))
