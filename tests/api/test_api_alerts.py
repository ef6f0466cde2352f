"""Alerts over HTTP: listed with what became of their notifications."""

from __future__ import annotations

import pytest

from core.alerts import Alert, AlertRule, AlertState, Notice
from core.clock import to_rfc3339
from core.ids import new_id
from tests.support.builders import NOW
from tests.support.site import Caller, Site


@pytest.fixture
def raised(site: Site) -> Alert:
    """An alert that is raised, and one that is over."""
    site.application.machinery.chores.alerts.stop()
    store = site.service.store
    over = Alert(new_id(), "acme", "old", "Old", AlertRule.SILENCE, "silent", NOW)
    alert = Alert(new_id(), "acme", "orders", "Orders", AlertRule.FAILURES, "5 failed", NOW)
    notice = Notice(new_id(), "acme", alert.id, "CHAT", AlertState.RAISED, "Alert", "5 failed", NOW)
    store.commit([store.alerts.raise_(over), store.alerts.raise_(alert)])
    resolved = store.alerts.resolve(over, "An event came.", NOW + 1000)
    store.commit([resolved, store.alert_notices.insert(notice)])
    return alert


def test_an_alert_reads_so(admin: Caller, raised: Alert) -> None:
    [first, second] = admin("GET", "/api/v1/alerts").json["items"]
    assert first == {
        "id": raised.id,
        "automation_id": "orders",
        "automation_name": "Orders",
        "rule": "failures",
        "state": "raised",
        "seen": "5 failed",
        "raised_at": to_rfc3339(NOW),
        "resolved_at": None,
        "ended": None,
        "notices": [
            {
                "secret": "CHAT",
                "about": "raised",
                "state": "pending",
                "attempts": 0,
                "error": None,
            }
        ],
    }
    assert (second["state"], second["ended"]) == ("resolved", "An event came.")
    assert second["resolved_at"] == to_rfc3339(NOW + 1000)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("state=raised", ["orders"]),
        ("state=resolved", ["old"]),
        ("automation=old", ["old"]),
        ("automation=old&state=raised", []),
        ("limit=1", ["orders"]),
    ],
)
@pytest.mark.usefixtures("raised")
def test_they_are_filtered(admin: Caller, asked: str, found: list[str]) -> None:
    answer = admin("GET", f"/api/v1/alerts?{asked}")
    assert [one["automation_id"] for one in answer.json["items"]] == found


@pytest.mark.usefixtures("raised")
def test_they_are_the_tenants_own_and_need_a_key_that_reads(site: Site, admin: Caller) -> None:
    assert site.caller("globex")("GET", "/api/v1/alerts").json["items"] == []
    assert site.caller("acme", "trigger")("GET", "/api/v1/alerts").status_code == 403
    answer = admin("GET", "/api/v1/alerts?state=odd")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["path"] == "query.state"
