"""The automations that are measured, made through the API as anybody would make them."""

from __future__ import annotations

import time
from typing import Any

import requests

from bench.posting import Target
from bench.servers import API_KEY, Server

BODY = (
    b'{"customer":{"id":"4711","partnerId":"p-88","email":"anna@example.org"},'
    b'"order":{"id":"A-1001","currency":"EUR","total":129.5,'
    b'"lines":[{"sku":"X1","price":12.5},{"sku":"Y2","price":117.0}]}}'
)
ACCEPT_PATH = "bench/accept"
ANSWER_PATH = "bench/rr"
SLOW_PATH = "bench/slow"
TELL_PATH = "bench/tell"
ACCEPT, TELL = "bench-accept", "bench-tell"
"""Automations by their ids."""
_DRAIN_LIMIT = 300.0
_DRAIN_POLL = 0.1


def accept_target(server: Server, body: bytes = BODY) -> Target:
    """Post → 202."""
    return Target(server.port, f"/hooks/default/{ACCEPT_PATH}", body, 202)


def tell_target(server: Server) -> Target:
    """Post → 202, and then the partner is called."""
    return Target(server.port, f"/hooks/default/{TELL_PATH}", BODY, 202)


def answer_target(server: Server, path: str = ANSWER_PATH) -> Target:
    """Post → the partner is called → 200 with what it said."""
    return Target(server.port, f"/hooks/default/{path}", BODY, 200)


class Administration:
    """The API of a Penstock under test. Every method raises requests.HTTPError when refused."""

    def __init__(self, server: Server) -> None:
        self._base = f"http://127.0.0.1:{server.port}/api/v1"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {API_KEY}"

    def prepare(self, upstream: Server, slow: Server | None = None) -> None:
        """Publishes what is measured and stores the secret it sends."""
        self._call("PUT", "/secrets/BENCH_TOKEN", {"value": "token-of-the-bench"})
        self.publish("accept", accept_document())
        self.publish("rr", answer_document(upstream))
        self.publish("tell", tell_document(upstream))
        if slow is not None:
            self.publish("slow", answer_document(slow, SLOW_PATH))

    def publish(self, name: str, document: dict[str, Any]) -> None:
        """Makes a document live."""
        self._call("PUT", f"/automations/bench-{name}", document)
        self._call("POST", f"/automations/bench-{name}/publish")

    def keep_everything(self) -> None:
        """Deletes nothing for its age or number."""
        kinds = ("runs", "requests", "deliveries", "audit", "inbox")
        forever = {kind: {"days": 0, "most": 0} for kind in kinds}
        self._call("PATCH", "/settings", {"retention": forever})

    def drain(self, limit: float = _DRAIN_LIMIT) -> float:
        """Waits until every accepted run has ended; the seconds that took. Raises TimeoutError."""
        started = time.perf_counter()
        while self._has_runs("queued") or self._has_runs("running"):
            if time.perf_counter() - started > limit:
                raise TimeoutError(f"accepted runs have not ended after {limit:.0f} s")
            time.sleep(_DRAIN_POLL)
        return time.perf_counter() - started

    def _has_runs(self, status: str) -> bool:
        return bool(self._call("GET", f"/runs?status={status}&limit=1")["items"])

    def _call(self, method: str, path: str, body: object = None) -> Any:
        response = self._session.request(method, self._base + path, json=body, timeout=60)
        if not response.ok:
            raise requests.HTTPError(f"{method} {path}: {response.status_code} {response.text}")
        return response.json() if response.content else None


def accept_document() -> dict[str, Any]:
    """Answers 202 at once; the run, executed afterwards, is one step without an outside effect."""
    return {
        "format": "penstock/1",
        "name": "Bench: accept",
        "trigger": _trigger(ACCEPT_PATH, "accepted", "note"),
        "steps": [
            {"id": "note", "action": "set-values", "with": {"values": {"order": "<order.id>"}}}
        ],
    }


def answer_document(upstream: Server, path: str = ANSWER_PATH) -> dict[str, Any]:
    """Calls the upstream with a secret in a header and answers with a part of what it said."""
    answer = {"status": 200, "body": {"remote": "<steps.sync.body.id>"}}
    return {
        "format": "penstock/1",
        "name": f"Bench: {path}",
        "trigger": _trigger(path, "step", "sync"),
        "steps": [
            {**_call(upstream), "next": {"success": ["answer"]}},
            {"id": "answer", "action": "respond", "with": answer},
        ],
    }


def tell_document(upstream: Server) -> dict[str, Any]:
    """Answers 202 at once; the run, executed afterwards, calls the upstream."""
    return {
        "format": "penstock/1",
        "name": "Bench: asynchronous end to end",
        "trigger": _trigger(TELL_PATH, "accepted", "sync"),
        "steps": [_call(upstream)],
    }


def _call(upstream: Server) -> dict[str, Any]:
    sync = {
        "method": "POST",
        "url": f"http://127.0.0.1:{upstream.port}/partners/<customer.partnerId>/sync",
        "query": {"source": "penstock"},
        "headers": {"Authorization": "Bearer <secrets.BENCH_TOKEN>", "X-Order": "<order.id>"},
        "body": {
            "id": "<customer.id>",
            "total": "{{ sum(pluck(order.lines, 'price')) }}",
        },
    }
    return {"id": "sync", "action": "send-webhook", "with": sync}


def _trigger(path: str, respond: str, first: str) -> dict[str, Any]:
    options = {"path": path, "methods": ["POST"], "auth": {"type": "none"}, "respond": respond}
    return {"type": "webhook", "with": options, "next": [first]}
