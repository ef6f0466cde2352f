"""Limits and quotas as callers meet them: through HTTP, many at once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.acceptance.sending import problem
from tests.support.automations import every, on_webhook, post
from tests.support.builders import make_document, step
from tests.support.server import Reply, Server, call, running_server
from tests.support.waiting import eventually

AT_ONCE = 100


def limited(path: str, rate: str, **options: Any) -> dict[str, Any]:
    return on_webhook(path, settings={"limit": rate}, **options)


def all_at_once(server: Server, path: str) -> list[Reply]:
    together = threading.Barrier(AT_ONCE)

    def come(_number: int) -> Reply:
        together.wait()
        return post(server, path)

    with ThreadPoolExecutor(AT_ONCE) as callers:
        return list(callers.map(come, range(AT_ONCE)))


def test_of_a_hundred_at_once_ten_are_accepted(server: Server) -> None:
    server.publish("rush", limited("rush", "10/h"))

    replies = all_at_once(server, "rush")

    assert Counter(reply.status for reply in replies) == {202: 10, 429: 90}
    assert len(every(server, "/api/v1/runs?automation=rush")) == 10
    refused = next(reply for reply in replies if reply.status == 429)
    told = problem(refused, 429)
    assert told["violated-policies"] == ["trigger"]
    assert refused.headers["ratelimit-policy"] == '"trigger";q=10;w=3600'
    assert refused.headers["ratelimit"] == f'"trigger";r=0;t={refused.headers["retry-after"]}'
    listed = every(server, "/api/v1/requests?direction=in&status=429")
    assert len([one for one in listed if one["automation_id"] == "rush"]) <= 31


def test_a_key_is_limited_for_all_calls_and_can_be_given_more(server: Server) -> None:
    key = {"name": "reader", "scopes": ["read"], "limit": "2/h"}
    made = server.call("POST", "/api/v1/keys", key).json

    def read() -> Reply:
        headers = {"Authorization": f"Bearer {made['value']}"}
        return call("GET", f"{server.url}/api/v1/runs", headers=headers)

    replies = [read(), read(), read()]

    assert made["limit"] == "2/h"
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[0].headers["ratelimit-policy"] == '"key";q=2;w=3600'
    assert replies[0].headers["ratelimit"].startswith('"key";r=1;t=')
    assert problem(replies[2], 429)["violated-policies"] == ["key"]
    path = f"/api/v1/keys/{made['id']}"
    assert server.call("PATCH", path, {"limit": None}).json["limit"] is None
    assert read().status == 200
    assert "ratelimit" not in read().headers
    problem(server.call("PATCH", path, {"limit": "many"}), 422)
    problem(server.call("PATCH", "/api/v1/keys/nobody", {"limit": "1/s"}), 404)


def test_a_quota_is_told_to_whoever_waits_for_it_and_outlives_a_crash(tmp_path: Path) -> None:
    trigger = {"type": "event", "with": {"event": "quota.threshold_crossed"}, "next": ["note"]}
    note = step("note", "set-values", {"values": {"percent": "<threshold>"}})
    with running_server(tmp_path) as server:
        server.publish("told", make_document(note, trigger=trigger))
        server.publish("orders", on_webhook("orders"))
        quotas = {"events": 4, "thresholds": [50, 100], "when_reached": "refuse"}
        assert server.call("PATCH", "/api/v1/settings", {"quotas": quotas}).status == 200
        assert [post(server, "orders").status for _ in range(2)] == [202, 202]
        assert eventually(lambda: percents(server) == [50])

        server.kill_worker()

        assert eventually(lambda: usage(server)["events"] == {"used": 2, "quota": 4})
        assert [post(server, "orders").status for _ in range(3)] == [202, 202, 429]
        assert eventually(lambda: percents(server) == [50, 100])
        report = usage(server)
        assert [one["threshold"] for one in report["crossings"]] == [50, 100]
        assert report["when_reached"] == "refuse"
        assert usage(server, "?month=2020-01")["events"]["used"] == 0
        problem(server.call("GET", "/api/v1/usage?month=May"), 422)


def percents(server: Server) -> list[int]:
    """What was told, the oldest first."""
    runs = every(server, "/api/v1/runs?automation=told&status=succeeded")
    told = [server.call("GET", f"/api/v1/runs/{run['id']}").json["output"] for run in runs]
    return [one["percent"] for one in reversed(told)]


def usage(server: Server, query: str = "") -> dict[str, Any]:
    report: dict[str, Any] = server.call("GET", f"/api/v1/usage{query}").json
    return report
