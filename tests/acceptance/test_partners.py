"""Partners as they are: down, slow, refusing, echoing. Through HTTP on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

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
from tests.support.partner import LOOPBACK, Answer, Arrival, Partner, open_partner
from tests.support.server import Reply, Server, free_port, running_server
from tests.support.waiting import eventually

LONG_RETRY = {"attempts": 3, "initial": "1h", "max": "1h"}
STOP_SECONDS = 20
SECRET = "tok-9f8e7d6c5b4a3210"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def stop_in_time(server: Server) -> None:
    """What an orchestrator does; it would kill a server that is late."""
    server.process.terminate()
    assert server.process.wait(STOP_SECONDS) == 0


def wait_until_refused(server: Server) -> None:
    """Waits until a server that stops takes nothing up any more."""

    def refused() -> bool:
        try:
            server.call("GET", "/healthz")
        except OSError:
            return True
        return False

    assert eventually(refused)


def test_a_partner_that_is_down_gets_it_after_a_restart(folder: Path) -> None:
    port = free_port()
    with running_server(folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("sync", two_calls("sync", f"http://127.0.0.1:{port}"))
        accepted = [post(server, "sync", {"n": number}) for number in range(10)]
        run_ids = [reply.json["run_id"] for reply in accepted]
        for run_id in run_ids:
            run_when(server, run_id, "waiting")
        stop_in_time(server)

    with (
        open_partner(port) as partner,
        running_server(folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server,
    ):
        runs = [ended_run(server, run_id) for run_id in run_ids]

        assert [run["status"] for run in runs] == ["succeeded"] * 10
        assert all(len(steps_of(run)["first"]["attempts"]) > 1 for run in runs)
        expected = {f"{run_id}.{step_id}" for run_id in run_ids for step_id in ("first", "second")}
        assert partner.times_by_key() == dict.fromkeys(expected, 1)


def test_a_stop_in_mid_send_lets_the_partner_answer(folder: Path, partner: Partner) -> None:
    """The answer is taken and kept; the next step goes out after the restart, and only that."""
    released = partner.gate()

    def answer_late(_arrival: Arrival) -> Answer:
        released.wait(60)
        return Answer(200, {"id": 1})

    partner.script = answer_late
    with running_server(folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("sync", two_calls("sync", partner.url))
        run_id = post(server, "sync").json["run_id"]
        partner.wait_for(1)
        server.process.terminate()
        wait_until_refused(server)
        released.set()
        assert server.process.wait(STOP_SECONDS) == 0
        assert server.errors() == ""

    with running_server(folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        run = ended_run(server, run_id)

    assert run["status"] == "succeeded"
    assert partner.times_by_key() == {f"{run_id}.first": 1, f"{run_id}.second": 1}


def test_a_stop_does_not_wait_for_a_partner_that_never_answers(
    folder: Path, partner: Partner
) -> None:
    """What was in flight goes out again after the restart, with the same key."""
    released = partner.gate()

    def answer_never(_arrival: Arrival) -> Answer:
        released.wait(60)
        return Answer(200, {"id": 1})

    partner.script = answer_never
    slow = send("first", f"{partner.url}/first", with_={"timeout": "50s"}, retry=FAST_RETRY)
    with running_server(folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.publish("slow", on_webhook("slow", slow))
        run_id = post(server, "slow").json["run_id"]
        partner.wait_for(1)
        stop_in_time(server)

    released.set()
    with running_server(folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        run = ended_run(server, run_id)

    assert run["status"] == "succeeded"
    assert partner.times_by_key() == {f"{run_id}.first": 2}


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


@pytest.fixture
def secretive(folder: Path) -> Iterator[Server]:
    with running_server(folder, PENSTOCK_ALLOW_PRIVATE=LOOPBACK) as server:
        server.call("PUT", "/api/v1/secrets/TOKEN", {"value": SECRET})
        yield server


def test_a_secret_reaches_the_partner_and_nobody_else(secretive: Server, partner: Partner) -> None:
    """The partner echoes it wherever it can; neither the API nor the disk shows it."""

    def echo(arrival: Arrival) -> Answer:
        status = {"/ok": 200, "/busy": 503}.get(arrival.path.partition("?")[0], 418)
        return Answer(status, {"you sent": SECRET, SECRET: [SECRET]}, {"X-Echo": SECRET})

    partner.script = echo
    told = {
        "headers": {"Authorization": "Bearer <secrets.TOKEN>", "X-Plain": "<secrets.TOKEN>"},
        "query": {"token": "<secrets.TOKEN>"},
        "body": {"token": "a <secrets.TOKEN> b"},
    }
    retry = {"attempts": 2, "initial": "1ms"}
    steps = [
        send("ok", f"{partner.url}/ok", with_=told, next=["busy"]),
        send("busy", f"{partner.url}/busy", with_=told, retry=retry, next={"error": ["teapot"]}),
        send("teapot", f"{partner.url}/<secrets.TOKEN>", with_=told, next={"error": ["say"]}),
        step("say", "respond", {"status": 200, "body": "<steps.teapot.body>"}),
    ]
    secretive.publish("told", on_webhook("told", *steps, respond="step"))

    reply = post(secretive, "told", {}, {"X-Api-Key": SECRET, "X-Other": f"({SECRET})"})

    assert reply.status == 200
    assert SECRET.encode() not in reply.body
    assert len(partner.arrivals) == 4
    for arrival in partner.arrivals:
        assert arrival.headers["authorization"] == f"Bearer {SECRET}"
        assert arrival.headers["x-plain"] == SECRET
        assert SECRET in arrival.path
        assert arrival.json == {"token": f"a {SECRET} b"}
    assert SECRET not in _all_the_api_shows(secretive)
    assert SECRET not in secretive.errors()


def _all_the_api_shows(server: Server) -> str:
    (run,) = every(server, "/api/v1/runs")
    requests = every(server, "/api/v1/requests")
    paths = [
        "/api/v1/runs",
        f"/api/v1/runs/{run['id']}",
        "/api/v1/requests",
        *(f"/api/v1/requests/{entry['id']}" for entry in requests),
        "/api/v1/secrets",
        "/api/v1/automations",
        "/api/v1/automations/told",
        "/api/v1/automations/told/versions",
        "/api/v1/settings",
        "/api/v1/keys",
    ]
    assert len(requests) == 5
    return "".join(server.call("GET", path).body.decode() for path in paths)


def test_a_secret_stands_in_no_byte_on_the_disk(secretive: Server, partner: Partner) -> None:
    partner.script = lambda _arrival: Answer(200, {"you sent": SECRET}, {"X-Echo": SECRET})
    told = {"headers": {"Authorization": "Bearer <secrets.TOKEN>"}}
    secretive.publish("told", on_webhook("told", send("ok", partner.url, with_=told)))
    run_id = post(secretive, "told", {"order": "a-visible-order"}).json["run_id"]
    assert ended_run(secretive, run_id)["status"] == "succeeded"

    files = [file for file in secretive.data_dir.iterdir() if file.name != "lock"]
    while_running = b"".join(file.read_bytes() for file in files)
    stop_in_time(secretive)
    afterwards = b"".join(file.read_bytes() for file in secretive.data_dir.iterdir())

    assert len(partner.arrivals) == 1
    for kept in (while_running, afterwards):
        assert b"a-visible-order" in kept
        assert SECRET.encode() not in kept


@pytest.mark.parametrize("injected", ["a\r\nX-Injected: yes", "a\nb", "a\rb", "a\0b"])
def test_a_header_that_would_split_is_not_sent(
    server: Server, partner: Partner, injected: str
) -> None:
    headers = {"headers": {"X-Order": "<order>"}}
    server.publish("split", on_webhook("split", send("sync", partner.url, with_=headers)))

    run = ended_run(server, post(server, "split", {"order": injected}).json["run_id"])

    assert run["status"] == "failed"
    assert "X-Order" in run["error"]
    assert partner.arrivals == []


def test_addresses_that_are_not_allowed_are_not_called(tmp_path: Path, partner: Partner) -> None:
    with running_server(tmp_path) as server:
        server.publish("guarded", on_webhook("guarded", send("sync", "<url>")))
        written = ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]"]
        urls = [f"http://{host}:{partner.port}/" for host in written]

        runs = [
            ended_run(server, post(server, "guarded", {"url": url}).json["run_id"]) for url in urls
        ]

        assert [run["status"] for run in runs] == ["failed"] * len(urls)
        assert partner.arrivals == []
