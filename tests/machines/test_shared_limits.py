"""Limits and quotas of an installation in several processes: counted together, told once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.support.automations import every, on_webhook, post
from tests.support.builders import make_document, step
from tests.support.machines import Machines
from tests.support.server import Server
from tests.support.waiting import eventually

AT_ONCE = 100


def all_at_once(servers: list[Server], path: str) -> Counter[int]:
    """The answers to many posts, spread over the servers."""
    together = threading.Barrier(AT_ONCE)

    def come(number: int) -> int:
        together.wait()
        return post(servers[number % len(servers)], path).status

    with ThreadPoolExecutor(AT_ONCE) as callers:
        return Counter(callers.map(come, range(AT_ONCE)))


def test_web_processes_share_a_limit_and_without_redis_there_is_none(machines: Machines) -> None:
    servers = [machines.web()]
    servers[0].publish("rush", on_webhook("rush", settings={"limit": "10/h"}))
    servers.append(machines.web())

    assert all_at_once(servers, "rush") == {202: 10, 429: 90}

    machines.redis.stop()
    for server in servers:
        assert [post(server, "rush").status for _ in range(6)] == [202] * 6
        assert "Redis is gone, so that no limit of requests holds" in server.errors()

    machines.redis.start()
    for server in servers:
        eventually(lambda server=server: post(server, "rush").status == 429)
        assert "Redis is back, and limits of requests hold again" in server.errors()


def test_a_quota_counts_what_all_take_in_and_is_told_once(machines: Machines) -> None:
    servers = [machines.web(), machines.web()]
    machines.worker()
    machines.worker()
    trigger = {"type": "event", "with": {"event": "quota.threshold_crossed"}, "next": ["note"]}
    note = step("note", "set-values", {"values": {"percent": "<threshold>"}})
    servers[0].publish("told", make_document(note, trigger=trigger))
    servers[0].publish("orders", on_webhook("orders"))
    quotas = {"events": 20, "thresholds": [50, 100]}
    assert servers[0].call("PATCH", "/api/v1/settings", {"quotas": quotas}).status == 200
    eventually(lambda: post(servers[1], "orders").status == 202)

    statuses = [post(servers[number % 2], "orders").status for number in range(25)]

    assert statuses == [202] * 25
    assert usage(servers[1])["events"]["used"] >= 26
    eventually(lambda: told(servers[0]) == {50: 1, 100: 1})


def told(server: Server) -> Counter[int]:
    """How often each threshold was told."""
    runs = every(server, "/api/v1/runs?automation=told&status=succeeded")
    outputs = [server.call("GET", f"/api/v1/runs/{run['id']}").json["output"] for run in runs]
    return Counter(one["percent"] for one in outputs)


def usage(server: Server) -> Any:
    return server.call("GET", "/api/v1/usage").json
