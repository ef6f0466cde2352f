"""Automations with runs that have ended, for the pages that show them."""

from __future__ import annotations

from typing import Any

from core.model import Run
from core.states import RUN_ENDS
from tests.support.builders import make_document, send, step
from tests.support.site import Site
from tests.support.waiting import PATIENCE, eventually

CLOSED = "http://127.0.0.1:1/closed"
"""Where nobody answers; the guard refuses it before that."""


def publish(
    site: Site, document: dict[str, Any], automation_id: str = "orders", tenant: str = "acme"
) -> None:
    """Makes an automation and puts it live."""
    site.service.automations.put(tenant, automation_id, document)
    site.service.versions.publish(tenant, automation_id)


def post(site: Site, body: Any, path: str = "orders", tenant: str = "acme") -> str:
    """Posts to a trigger URL; the id of the run."""
    answer = site.anybody.post(f"/hooks/{tenant}/{path}", json=body)
    assert answer.status_code == 202, answer.text
    run_id: str = answer.json["run_id"]
    return run_id


def ended(site: Site, run_id: str, tenant: str = "acme") -> Run:
    """The run once it has ended."""

    def over() -> Run | None:
        run = site.service.runs.get(tenant, run_id).run
        return run if run.status in RUN_ENDS else None

    run = eventually(over, PATIENCE)
    assert run is not None
    return run


def failing_document(**changes: Any) -> dict[str, Any]:
    """A step that succeeds, one that calls where nobody may call and fails, one after it."""
    return make_document(
        step("note", "set-values", {"values": {"total": "<order.total>"}}, next=["tell"]),
        send("tell", CLOSED, name="Tell the partner", next=["after"]),
        step("after", "set-values", {"values": {"done": True}}),
        **changes,
    )


def failed_run(site: Site, total: Any = 7) -> Run:
    """A run of `orders` that failed at its second step."""
    publish(site, failing_document())
    return ended(site, post(site, {"order": {"total": total}}))
