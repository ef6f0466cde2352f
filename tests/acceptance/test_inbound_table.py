"""Every answer a trigger URL gives (design, section 8), through HTTP from another process."""

from __future__ import annotations

import resource
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.acceptance.sending import problem, send_as
from tests.support.automations import (
    ended_run,
    every,
    on_webhook,
    post,
    run_of,
    steps_of,
    two_calls,
)
from tests.support.builders import send, step
from tests.support.partner import Answer, Partner
from tests.support.raw_http import chunked
from tests.support.server import Reply, Server, call, running_server
from tests.support.waiting import eventually

LIMIT = 262_144


def test_accepted_means_stored_and_readable(server: Server) -> None:
    server.publish("accepted", on_webhook("accepted/now"))

    reply = post(server, "accepted/now?source=shop", {"order": {"id": 7}}, {"X-Shop": "berlin"})

    assert reply.status == 202
    assert reply.json.keys() == {"status", "event_id", "run_id"}
    assert reply.json["status"] == "accepted"
    run = ended_run(server, reply.json["run_id"])
    assert (run["status"], run["automation_id"]) == ("succeeded", "accepted")
    assert run["event"]["id"] == reply.json["event_id"]
    assert run["event"]["body"] == {"order": {"id": 7}}
    assert run["event"]["query"] == {"source": "shop"}
    assert run["event"]["headers"]["x-shop"] == "berlin"
    (logged,) = every(server, f"/api/v1/requests?run={run['id']}")
    assert (logged["direction"], logged["status"]) == ("in", 202)


def test_a_repeated_idempotency_key_is_a_duplicate(server: Server) -> None:
    server.publish("repeated", on_webhook("repeated"))

    first = post(server, "repeated", {"n": 1}, {"Idempotency-Key": "order-1"})
    again = post(server, "repeated", {"n": 1}, {"Idempotency-Key": "order-1"})

    assert (first.status, again.status) == (202, 200)
    assert again.json == {"status": "duplicate", "event_id": first.json["event_id"]}
    assert len(every(server, "/api/v1/runs?automation=repeated")) == 1


def test_a_repeated_idempotency_key_with_another_body_is_422(server: Server) -> None:
    server.publish("reused", on_webhook("reused"))
    post(server, "reused", {"n": 1}, {"Idempotency-Key": "order-1"})

    reply = post(server, "reused", {"n": 2}, {"Idempotency-Key": "order-1"})

    problem(reply, 422)
    assert len(every(server, "/api/v1/runs?automation=reused")) == 1


def test_a_key_is_new_again_after_its_window(server: Server) -> None:
    server.publish("window", on_webhook("window", idempotency_window="1ms"))
    post(server, "window", {"n": 1}, {"Idempotency-Key": "order-1"})

    def accepted() -> bool:
        return post(server, "window", {"n": 2}, {"Idempotency-Key": "order-1"}).status == 202

    assert eventually(accepted)


def test_of_equal_posts_at_once_one_is_taken(server: Server) -> None:
    server.publish("crowd", on_webhook("crowd"))
    together = threading.Barrier(50)

    def send_one(_number: int) -> Reply:
        together.wait(60)
        return post(server, "crowd", {"n": 1}, {"Idempotency-Key": "the-one"})

    with ThreadPoolExecutor(50) as clients:
        replies = list(clients.map(send_one, range(50)))

    assert Counter(reply.status for reply in replies) == {202: 1, 200: 49}
    assert len({reply.json["event_id"] for reply in replies}) == 1
    assert len(every(server, "/api/v1/runs?automation=crowd")) == 1


def test_a_malformed_body_is_400_and_says_where(server: Server) -> None:
    server.publish("malformed", on_webhook("malformed"))

    reply = post(server, "malformed", b'{"a": }', {"Content-Type": "application/json"})

    assert "line 1 column 7" in problem(reply, 400)["detail"]
    assert every(server, "/api/v1/runs?automation=malformed") == []


def test_a_body_against_the_schema_is_400_with_every_fault_and_its_path(server: Server) -> None:
    lines = {"type": "array", "items": {"type": "object", "required": ["sku"]}}
    schema = {"type": "object", "properties": {"id": {"type": "integer"}, "lines": lines}}
    server.publish("schema", on_webhook("schema", body_schema=schema))

    reply = post(server, "schema", {"id": "seven", "lines": [{"sku": 1}, {}]})

    faults = problem(reply, 400)["errors"]
    assert {fault["path"] for fault in faults} == {"$.id", "$.lines[1].sku"}
    assert all(fault["message"] for fault in faults)


def test_a_disabled_automation_is_403_until_it_is_enabled(server: Server) -> None:
    server.publish("switched", on_webhook("switched"))
    server.call("POST", "/api/v1/automations/switched/disable")

    problem(post(server, "switched"), 403)

    server.call("POST", "/api/v1/automations/switched/enable")
    assert post(server, "switched").status == 202


@pytest.mark.parametrize("path", ["nobody/orders", "default/nothing", "default/known/more"])
def test_what_nobody_listens_at_is_404(server: Server, path: str) -> None:
    server.publish("known", on_webhook("known"))

    problem(call("POST", f"{server.url}/hooks/{path}", {}), 404)


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_405_with_those_that_are_taken(server: Server, method: str) -> None:
    server.publish("methods", on_webhook("methods", methods=["POST", "PUT"]))

    reply = call(method, f"{server.url}/hooks/default/methods")

    problem(reply, 405)
    assert reply.headers["allow"] == "POST, PUT"


def test_head_is_405_without_a_body_and_starts_nothing(server: Server) -> None:
    server.publish("preview", on_webhook("preview", methods=["GET"]))

    reply = call("HEAD", f"{server.url}/hooks/default/preview")

    assert (reply.status, reply.body) == (405, b"")
    assert reply.headers["allow"] == "GET"
    assert every(server, "/api/v1/runs?automation=preview") == []


@pytest.mark.parametrize("length", [LIMIT + 1, 4 * LIMIT])
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_413(server: Server, length: int, announced: bool) -> None:
    server.publish("limit", on_webhook("limit"))
    body = b'"%s"' % (b"x" * (length - 2))

    if announced:
        reply = send_as(server, "limit", {"Content-Length": str(length)}, body)
    else:
        pieces = [body[start : start + 5000] for start in range(0, length, 5000)]
        reply = send_as(server, "limit", {"Transfer-Encoding": "chunked"}, chunked(pieces))

    problem(reply, 413)
    assert every(server, "/api/v1/runs?automation=limit") == []


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_at_the_limit_is_taken(server: Server, announced: bool) -> None:
    server.publish("at-limit", on_webhook("at-limit"))
    body = b'"%s"' % (b"x" * (LIMIT - 2))

    if announced:
        reply = send_as(server, "at-limit", {"Content-Length": str(LIMIT)}, body)
    else:
        reply = send_as(server, "at-limit", {"Transfer-Encoding": "chunked"}, chunked([body]))

    assert reply is not None
    assert reply.status == 202


def test_with_step_the_caller_gets_what_the_step_says(server: Server, partner: Partner) -> None:
    partner.answers(Answer(200, {"id": "rem-88"}))
    sync = send("sync", f"{partner.url}/partners/<customer.partnerId>/sync", next=["answer"])
    said = {"status": 201, "headers": {"X-Remote": "<steps.sync.body.id>"}}
    answer = step("answer", "respond", {**said, "body": {"remote": "<steps.sync.body.id>"}})
    server.publish("step", on_webhook("step", sync, answer, respond="step"))

    reply = post(server, "step", {"customer": {"partnerId": "a/b"}})

    assert (reply.status, reply.json) == (201, {"remote": "rem-88"})
    assert reply.headers["x-remote"] == "rem-88"
    assert partner.arrivals[0].path == "/partners/a%2Fb/sync"


def test_with_finished_the_caller_gets_the_end_of_the_run(server: Server) -> None:
    noted = step("note", "set-values", {"values": {"total": "{{ sum([1, 2]) }}"}})
    server.publish("finished", on_webhook("finished", noted, respond="finished"))

    reply = post(server, "finished")

    assert reply.status == 200
    assert reply.json.keys() == {"run_id", "status", "output"}
    assert (reply.json["status"], reply.json["output"]) == ("succeeded", {"total": 3})
    assert run_of(server, reply.json["run_id"])["output"] == {"total": 3}


@pytest.mark.parametrize("respond", ["step", "finished"])
def test_a_run_that_fails_is_502_with_its_id(
    server: Server, partner: Partner, respond: str
) -> None:
    partner.answers(Answer(404, {"error": "unknown"}))
    server.publish("fails", two_calls(f"fails/{respond}", partner.url, respond=respond))

    reply = post(server, f"fails/{respond}")

    run = run_of(server, problem(reply, 502)["run_id"])
    assert run["status"] == "failed"
    assert "404" in run["error"]


def test_segments_of_the_path_land_in_the_params(server: Server) -> None:
    values = {"shop": "<trigger.params.shop>", "page": "<trigger.query.page>"}
    noted = step("note", "set-values", {"values": values})
    options = {"methods": ["PUT"], "respond": "finished"}
    server.publish("segments", on_webhook("shops/{shop}/orders", noted, **options))

    reply = call("PUT", f"{server.url}/hooks/default/shops/k%C3%B6ln%20s%C3%BCd/orders?page=2", {})

    assert reply.json["output"] == {"shop": "köln süd", "page": "2"}


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit(2) is Linux's")
def test_what_cannot_be_stored_is_502_until_the_disk_is_back(tmp_path: Path) -> None:
    """What writes the database may not make files longer, as on a disk that is full."""
    with running_server(tmp_path) as server:
        server.publish("full", on_webhook("full"))
        server.publish("full-step", on_webhook("full/finished", respond="finished"))
        journal = server.data_dir / "penstock.db-wal"
        writer = server.writer()
        limits = resource.prlimit(writer, resource.RLIMIT_FSIZE)

        resource.prlimit(writer, resource.RLIMIT_FSIZE, (journal.stat().st_size // 2, limits[1]))
        refused = [post(server, "full", {"n": 1}), post(server, "full/finished", {"n": 1})]
        unready = call("GET", f"{server.url}/readyz")
        resource.prlimit(writer, resource.RLIMIT_FSIZE, limits)

        assert [problem(reply, 502)["title"] for reply in refused] == ["Not stored"] * 2
        problem(unready, 503)
        assert every(server, "/api/v1/runs") == []
        again = post(server, "full", {"n": 2})
        assert again.status == 202
        assert steps_of(ended_run(server, again.json["run_id"])).keys() == {"note"}
