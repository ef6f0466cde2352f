"""How tests of alerts get automations that fail, and look at what is told."""

from __future__ import annotations

from typing import Any

from core.alerts import Alert, AlertFilter, AlertRule, AlertState, Notice
from core.clock import Milliseconds
from core.writes import ListQuery
from tests.support.builders import NOW, id_at, make_document, send
from tests.support.people import make_user
from tests.support.workbench import TENANT, Workbench, answered

SECOND: Milliseconds = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
BEAT = 15 * SECOND


def make_alert(**changes: Any) -> Alert:
    values: dict[str, Any] = {
        "id": id_at(changes.get("raised_at", NOW)),
        "tenant": TENANT,
        "automation_id": "orders",
        "automation_name": "Orders",
        "rule": AlertRule.FAILURES,
        "seen": "5 runs failed",
        "raised_at": NOW,
    }
    return Alert(**{**values, **changes})


def make_notice(**changes: Any) -> Notice:
    values: dict[str, Any] = {
        "id": id_at(changes.get("due_at", NOW)),
        "tenant": TENANT,
        "alert_id": "alert",
        "secret": "CHAT",
        "about": AlertState.RAISED,
        "title": "Alert: Orders",
        "text": "5 runs failed",
        "due_at": NOW,
    }
    return Notice(**{**values, **changes})


def syncing(**alerts: Any) -> dict[str, Any]:
    """An automation with alert rules that calls a partner, once."""
    sync = send("sync", "https://partner.example/sync", retry={"attempts": 1})
    return make_document(sync, name="Sync partner", settings={"alerts": alerts})


def fail(bench: Workbench, times: int = 1) -> None:
    """Runs that end badly, by an answer that says nothing against the partner itself."""
    bench.partner.answers(answered(422))
    for _ in range(times):
        bench.post()


def succeed(bench: Workbench, times: int = 1) -> None:
    """Runs that end well."""
    bench.partner.answers(answered(200))
    for _ in range(times):
        bench.post()


def turn(bench: Workbench, duration: Milliseconds) -> None:
    """Lets time go by with all its beats; as many as are needed to know that Penstock is up."""
    step = max(BEAT, min(duration // 20, 50 * SECOND))
    for _ in range(duration // step):
        bench.clock.turn(step)
        bench.alert_watch.evaluate()
    bench.clock.turn(duration % step)
    bench.alert_watch.evaluate()


def alerts(bench: Workbench, **which: Any) -> list[Alert]:
    """Every alert that fits, the oldest first."""
    page = bench.service.alerts.list(TENANT, AlertFilter(**which), ListQuery(limit=200))
    return [detail.alert for detail in reversed(page.items)]


def raised(bench: Workbench) -> list[str]:
    """The rules that are raised now."""
    return [alert.rule.value for alert in bench.service.alerts.raised(TENANT)]


def told(bench: Workbench) -> list[str]:
    """What stands in the admin's inbox, the oldest first."""
    page = bench.service.inbox.list(make_user(id="ada"), ListQuery(limit=200))
    return [item.title for item in reversed(page.items)]
