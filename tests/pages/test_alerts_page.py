"""Alerts in the pages: what is raised now stands on Home, on the automation, and in a list."""

from __future__ import annotations

from core.accounts import Role
from core.alerts import Alert, AlertRule, AlertState, Notice, NoticeState
from core.ids import new_id
from tests.support.builders import make_document
from tests.support.histories import publish
from tests.support.pages import Browser, signed_in, words
from tests.support.site import Site

PART = {"HX-Request": "true"}
SEEN = "5 runs of Orders failed within 1 h; the last: sync: <b>500</b>"


def raise_alert(site: Site, rule: AlertRule = AlertRule.FAILURES, **changes: object) -> Alert:
    now = site.application.clock.now()
    values: dict[str, object] = {"automation_id": "orders", "automation_name": "Orders"}
    alert = Alert(
        **{  # type: ignore[arg-type]
            **values,
            "id": new_id(),
            "tenant": "acme",
            "rule": rule,
            "seen": SEEN,
            "raised_at": now,
            **changes,
        }
    )
    # What the watch sees would end it: an automation without rules.
    site.application.machinery.chores.alerts.stop()
    site.service.store.commit([site.service.store.alerts.raise_(alert)])
    return alert


def test_before_there_was_any_the_page_says_where_they_come_from(
    site: Site, admin: Browser
) -> None:
    assert "There was never an alert" in words(admin.get("/alerts"))


def test_what_is_raised_stands_on_home_and_on_the_automation(site: Site, admin: Browser) -> None:
    publish(site, make_document())
    raise_alert(site)

    home = words(admin.get("/"))
    assert f"Alerts Orders Raised just now {SEEN} All alerts" in home
    assert "Alert Disabled" not in words(admin.get("/automations"))
    assert (
        '<a class="badge bad" href="/alerts?automation=orders">' in admin.get("/automations").text
    )
    assert '<a class="badge bad" href="/alerts?automation=orders">' in (
        admin.get("/automations/orders").text
    )
    assert "<b>500</b>" not in admin.get("/").text

    raise_alert(site, AlertRule.SILENCE)
    assert "2 alerts" in words(admin.get("/automations"))


def test_the_list_shows_what_was_seen_and_what_became_of_notifications(
    site: Site, admin: Browser
) -> None:
    publish(site, make_document())
    store, alert = site.service.store, raise_alert(site)
    gone = raise_alert(site, automation_id="gone", automation_name="Gone")
    notice = Notice(
        new_id(),
        "acme",
        alert.id,
        "OPS_CHAT",
        AlertState.RAISED,
        "Alert",
        SEEN,
        0,
        NoticeState.FAILED,
        4,
        "chat.example answered 503",
    )
    now = site.application.clock.now()
    store.commit([store.alert_notices.insert(notice)])
    store.commit([store.alerts.resolve(gone, "No run failed any more.", now)])

    said = words(admin.get("/alerts"))
    assert f"Raised Orders Failures {SEEN}" in said
    assert "OPS_CHAT could not be notified: chat.example answered 503" in said
    assert f"Over Gone (deleted) Failures {SEEN} No run failed any more." in said
    assert "OPS_CHAT" not in words(admin.get("/alerts?state=resolved"))
    assert "Gone" not in words(admin.get("/alerts?state=raised", headers=PART))
    assert "No alert fits" in words(admin.get("/alerts?automation=billing"))
    assert "Raised Orders" in words(admin.get("/alerts?state=odd"))


def test_another_tenant_and_the_inbox(site: Site, admin: Browser) -> None:
    publish(site, make_document())
    raise_alert(site)
    other = signed_in(site, Role.VIEWER, "globex")
    assert "There was never an alert" in words(other.get("/alerts"))
    assert admin.get("/inbox").status_code == 200
