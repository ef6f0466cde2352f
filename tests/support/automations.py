"""Automations of the tests that speak HTTP, and what the API tells of their runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.builders import make_document, send, step
from tests.support.server import Reply, Server, call
from tests.support.waiting import PATIENCE, eventually

ENDS = {"succeeded", "failed", "halted", "cancelled"}
FAST_RETRY = {"attempts": 9, "initial": "100ms", "factor": 2, "max": "500ms", "jitter": 0}
"""A back-off that a test can wait for."""


def on_webhook(path: str, *steps: dict[str, Any], **options: Any) -> dict[str, Any]:
    """A document: a webhook at a path with further options, then the first step.

    `start` names the first steps where they are several, `settings` are the document's. Without
    steps the body is noted.
    """
    steps = steps or (step("note", "set-values", {"values": {"seen": "<trigger.body>"}}),)
    start = options.pop("start", [steps[0]["id"]])
    settings = options.pop("settings", {})
    trigger = {"type": "webhook", "with": {"path": path, **options}, "next": start}
    return make_document(*steps, trigger=trigger, settings=settings)


def two_calls(path: str, partner: str, **options: Any) -> dict[str, Any]:
    """A document that calls a partner twice, `/first` and then `/second`, and then answers."""
    return on_webhook(
        path,
        send("first", f"{partner}/first", retry=FAST_RETRY, next=["second"]),
        send("second", f"{partner}/second", retry=FAST_RETRY, next=["answer"]),
        step("answer", "respond", {"status": 200, "body": {"run_id": "<run.id>"}}),
        **options,
    )


def post(
    server: Server,
    path: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    tenant: str = "default",
) -> Reply:
    """What a trigger URL answers to a partner's POST."""
    url = f"{server.url}/hooks/{tenant}/{path}"
    return call("POST", url, {} if body is None else body, headers)


def run_of(server: Server, run_id: str) -> dict[str, Any]:
    """A run as the API shows it."""
    reply = server.call("GET", f"/api/v1/runs/{run_id}")
    assert reply.status == 200, reply.body
    run: dict[str, Any] = reply.json
    return run


def run_when(server: Server, run_id: str, *statuses: str) -> dict[str, Any]:
    """A run once it is in one of these states."""

    def there() -> dict[str, Any] | None:
        run = run_of(server, run_id)
        return run if run["status"] in statuses else None

    found = eventually(there, PATIENCE)
    assert found is not None
    return found


def ended_run(server: Server, run_id: str) -> dict[str, Any]:
    """A run once it has ended."""
    return run_when(server, run_id, *ENDS)


def steps_of(run: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The steps of a run by id."""
    return {step["id"]: step for step in run["steps"]}


def every(server: Server, path: str) -> list[dict[str, Any]]:
    """Every item of a list of the API; `path` may have a query."""
    items: list[dict[str, Any]] = []
    separator = "&" if "?" in path else "?"
    url: str | None = f"{path}{separator}limit=100"
    while url is not None:
        page = server.call("GET", url)
        assert page.status == 200, page.body
        items += page.json["items"]
        cursor = page.json["next"]
        url = cursor and f"{path}{separator}limit=100&cursor={cursor}"
    return items
