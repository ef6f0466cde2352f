"""Subscriptions in the pages: made, looked at, changed, tried out; their deliveries sent again."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.accounts import Role
from core.subscriptions import AttemptOutcome, Delivery, DeliveryAttempt, DeliveryStatus
from core.writes import ListQuery
from engine.events.catalogue import EVENT_TYPES
from tests.support.automations import on_webhook
from tests.support.builders import NOW, make_request_entry
from tests.support.histories import CLOSED, publish
from tests.support.pages import Browser, signed_in, words
from tests.support.site import Site
from tests.support.subscriptions import make_delivery

URL = "https://partner.example/hooks"
FORM = {"url": URL, "name": "Billing", "events": ["run.*"]}
DEAD = DeliveryStatus.DEAD
_FIRST = ListQuery(limit=10)


def subscribe(site: Site, **changes: Any) -> str:
    written = {"url": URL, "events": ["run.*"], "name": "Billing", **changes}
    return site.service.subscriptions.create("acme", written)[0].subscription.id


def keep(site: Site, subscription_id: str, **changes: Any) -> Delivery:
    values = {"status": DEAD, "due_at": None, "error": "partner.example answered 500", **changes}
    delivery = make_delivery(subscription_id=subscription_id, **values)
    site.service.store.commit([site.service.store.deliveries.insert(delivery)])
    return delivery


def only(site: Site) -> Any:
    [detail] = site.service.subscriptions.list("acme", _FIRST).items
    return detail.subscription


def test_nobody_is_left_before_an_empty_page(admin: Browser) -> None:
    assert "No subscriptions yet" in words(admin.get("/subscriptions"))
    assert "Nothing was sent yet" in words(admin.get("/deliveries"))


def test_a_subscription_is_made_and_its_secret_shown_once(site: Site, admin: Browser) -> None:
    form = admin.get("/subscriptions/new")
    for name, known in EVENT_TYPES.items():
        assert f'value="{name}"' in form.text
        assert known.title in words(form)
    assert 'value="run.*"' in form.text

    made = admin.send("/subscriptions", **FORM, patterns="order.created\norder.*", headers="X-A: 1")

    assert made.status_code == 200
    [secret] = re.findall(r'value="(whsec_[^"]+)"', made.text)
    one = only(site)
    assert one.events == ("run.*", "order.created", "order.*")
    assert (one.name, one.headers, one.owner.name) == ("Billing", {"X-A": "1"}, "Admin")
    for path in ("/subscriptions", f"/subscriptions/{one.id}", f"/subscriptions/{one.id}/edit"):
        assert secret not in admin.get(path).text
    assert secret not in admin.get("/audit").text


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"url": "partner.example"}, "Must begin with https://"),
        ({"events": []}, "Must not be empty"),
        ({"patterns": "order*"}, "write it like order.created"),
        ({"headers": "X-A"}, "Line 1 has no name; write it like X-Token"),
        ({"headers": "Host: x"}, "In Host: Host is Penstock's to set"),
        ({"headers": "X-A: 1\nX-A: 2"}, "Line 2 sets X-A once more"),
        ({"headers": "X-A: <order.id>"}, "refers to nothing"),
        ({"payload": "{"}, "Is no JSON"),
        ({"payload": '{"a": "{{ 1 + }}"}'}, "In a: {{ 1 + }}"),
        ({"payload": "7"}, "Must be an object or a list or a text"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(
    admin: Browser, fields: dict[str, Any], told: str
) -> None:
    refused = admin.send("/subscriptions", **{**FORM, **fields})
    assert refused.status_code == 422
    assert told in words(refused)
    assert 'value="Billing"' in refused.text
    for text in fields.values():
        if isinstance(text, str):
            assert text in words(refused) or text in refused.text
    assert "No subscriptions yet" in words(admin.get("/subscriptions"))


def test_a_form_of_one_that_is_there_changes_all_of_it(site: Site, admin: Browser) -> None:
    publish(site, on_webhook("orders", settings={}), "orders")
    which = subscribe(
        site,
        events=["run.failed", "order.*"],
        headers={"X-A": "1", "X-B": "2"},
        payload={"a": "<data>"},
        scope={"automations": ["orders", "gone"], "tags": ["old"]},
    )
    form = admin.get(f"/subscriptions/{which}/edit")
    for ticked in ("run.failed", "orders", "gone", "old"):
        assert re.search(rf'value="{ticked}" checked', form.text)
    assert ">order.*</textarea>" in form.text
    revision = re.search(r'name="revision" value="(\d+)"', form.text)[1]  # type: ignore[index]

    changed = admin.send(
        f"/subscriptions/{which}/edit",
        url=URL,
        name="New",
        events=["*"],
        headers="X-B: 3",
        revision=revision,
    )

    assert changed.status_code == 303
    one = only(site)
    assert (one.name, one.events, one.headers, one.payload) == ("New", ("*",), {"X-B": "3"}, None)
    assert one.scope.is_open
    late = admin.send(f"/subscriptions/{which}/edit", **FORM, revision=revision)
    assert late.status_code == 409
    assert "somebody else changed the subscription" in words(late)
    assert only(site).name == "New"


def test_a_list_says_how_endpoints_do(site: Site, admin: Browser) -> None:
    store = site.service.store
    well, failing = subscribe(site, name="Well"), subscribe(site, name="Bad")
    subscribe(site, name="Fresh")
    off = subscribe(site, name="Off", enabled=False)
    gone = subscribe(site, name="Gone")
    store.commit([store.subscriptions.succeeded("acme", well, NOW)])
    store.commit([store.subscriptions.failed("acme", failing, NOW)])
    store.commit([store.subscriptions.disable("acme", gone, "the endpoint answered 410", NOW)])
    keep(site, failing)

    rows = {
        name: words_of_row(admin.get("/subscriptions").text, name)
        for name in ("Well", "Bad", "Fresh", "Off", "Gone")
    }

    assert "Well" in rows["Well"]
    assert "Failing since" in rows["Bad"]
    assert rows["Bad"].endswith("1")
    assert "Not told yet" in rows["Fresh"]
    assert "Disabled" in rows["Off"]
    assert "Disabled the endpoint answered 410" in rows["Gone"]
    assert "Penstock disabled it" in words(admin.get(f"/subscriptions/{gone}"))
    assert "Penstock disabled it" not in words(admin.get(f"/subscriptions/{off}"))


def words_of_row(page: str, name: str) -> str:
    row = next(one for one in page.split("<tr>") if f">{name}</a>" in one)
    return " ".join(re.sub(r"<[^>]*>", " ", row.partition("</tr>")[0]).split())


def test_it_is_disabled_enabled_and_deleted(site: Site, admin: Browser) -> None:
    which = subscribe(site)
    path = f"/subscriptions/{which}"
    off = admin.send(f"{path}/switch", enabled="0")
    assert off.headers["Location"] == f"{path}?done=disabled"
    assert not only(site).enabled
    assert "told of nothing any more" in words(admin.get(off.headers["Location"]))
    admin.send(f"{path}/switch", enabled="1")
    assert only(site).enabled
    assert admin.send(f"{path}/remove").headers["Location"] == "/subscriptions"
    assert admin.get(path).status_code == 404
    told = words(admin.get("/audit?subject_kind=subscription"))
    for deed in ("made", "disabled", "enabled", "deleted"):
        assert f"{deed} the subscription Billing" in told


def test_another_secret_is_shown_once(site: Site, admin: Browser) -> None:
    which = subscribe(site)
    shown = admin.send(f"/subscriptions/{which}/rotate")
    [secret] = re.findall(r'value="(whsec_[^"]+)"', shown.text)
    assert "the secret before signs as well" in words(shown)
    assert secret not in admin.get(f"/subscriptions/{which}").text


def test_a_test_shows_what_came_of_it(site: Site, admin: Browser) -> None:
    """The guard refuses the address, as nothing is allowed here."""
    which = subscribe(site, url=CLOSED)
    page = admin.get(f"/subscriptions/{which}/test?type=run.failed")
    assert "the partner answered 500" in words(page)
    sent = admin.send(f"/subscriptions/{which}/test", type="run.halted")
    assert sent.status_code == 200
    assert "127.0.0.1" in words(sent)
    assert "run.halted" in words(sent)
    assert admin.send(f"/subscriptions/{which}/test", type="nothing").status_code == 422


def test_deliveries_are_filtered_by_state_and_type(site: Site, admin: Browser) -> None:
    one, two = subscribe(site), subscribe(site, name="Shop")
    dead = keep(site, one)
    done = keep(site, one, status=DeliveryStatus.DELIVERED, error=None, event_type="run.halted")
    other = keep(site, two)

    def shown(path: str) -> set[str]:
        text = admin.get(path).text
        return {each.id for each in (dead, done, other) if f'href="/deliveries/{each.id}"' in text}

    assert shown(f"/subscriptions/{one}") == {dead.id, done.id}
    assert shown(f"/subscriptions/{one}?status=dead") == {dead.id}
    assert shown(f"/subscriptions/{one}?event_type=run.halted") == {done.id}
    assert shown("/deliveries") == {dead.id, done.id, other.id}
    assert shown("/deliveries?status=delivered") == {done.id}
    assert "No delivery fits" in words(admin.get(f"/subscriptions/{two}?status=pending"))
    assert {"Billing", "Shop"} <= set(words(admin.get("/deliveries")).split())
    part = admin.get(f"/subscriptions/{one}", headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<div id="deliveries"')


def test_a_delivery_shows_the_message_and_what_was_answered(site: Site, admin: Browser) -> None:
    which = subscribe(site)
    headers = {"webhook-signature": "[masked]", "X-A": "1"}
    entry = make_request_entry(
        url=URL, request_headers=headers, status=500, response_body=b'{"oops":true}'
    )
    site.service.store.commit([site.service.store.requests.insert(entry)])
    attempts = (
        DeliveryAttempt(1, NOW, 12, AttemptOutcome.FAILED, None, "it cannot be made"),
        DeliveryAttempt(2, NOW, 12, AttemptOutcome.FAILED, 500, "it answered 500", entry.id),
    )
    delivery = keep(site, which, attempts=attempts, tries=2)

    page = admin.get(f"/deliveries/{delivery.id}")

    for said in ("Dead letter", "it answered 500", "Not sent", "oops", "größer", delivery.id):
        assert said in words(page)
    assert f'href="/requests/{entry.id}"' in page.text
    assert "[masked]" in page.text
    assert f'href="/subscriptions/{which}"' in page.text


def test_one_delivery_is_sent_again(site: Site, admin: Browser) -> None:
    delivery = keep(site, subscribe(site, url=CLOSED))
    sent = admin.send(f"/deliveries/{delivery.id}/replay")
    assert sent.status_code == 303
    assert "It is sent again" in words(admin.get(sent.headers["Location"]))
    assert "sent again a delivery of run.failed" in words(admin.get("/audit"))


def test_what_a_filter_shows_is_sent_again(site: Site, admin: Browser) -> None:
    which = subscribe(site, url=CLOSED)
    keep(site, which)
    keep(site, which, event_type="run.halted")
    off = subscribe(site, enabled=False)
    keep(site, off)
    path = f"/subscriptions/{which}"
    assert "Send the dead letters again" in words(admin.get(path))
    assert "dead letters again" not in words(admin.get(f"/subscriptions/{off}?status=dead"))

    fields = {"subscription": which, "status": "dead", "event_type": "run.halted"}
    sent = admin.send("/deliveries/replay", **fields)

    assert sent.headers["Location"] == f"{path}?replayed=1"
    assert "1 delivery is on the way again" in words(admin.get(f"{path}?replayed=1"))
    everywhere = admin.send("/deliveries/replay", status="dead")
    assert everywhere.headers["Location"].startswith("/deliveries?replayed=")


def test_a_delivery_of_what_was_deleted_can_be_looked_at(site: Site, admin: Browser) -> None:
    which = subscribe(site)
    delivery = keep(site, which)
    site.service.subscriptions.delete("acme", which)
    page = admin.get(f"/deliveries/{delivery.id}")
    assert "a subscription that was deleted" in words(page)
    assert "Send it again" not in words(page)
    assert "deleted" in words(admin.get("/deliveries"))


def test_who_may_only_look_is_offered_nothing_else(site: Site) -> None:
    which = subscribe(site)
    delivery = keep(site, which)
    viewer = signed_in(site, Role.VIEWER)
    for path in ("/subscriptions", f"/subscriptions/{which}", f"/deliveries/{delivery.id}"):
        shown = words(viewer.get(path))
        for offer in ("New subscription", "Edit", "Delete", "Send", "Another secret"):
            assert offer not in shown, path


def test_the_request_of_a_delivery_leads_to_it(site: Site, admin: Browser) -> None:
    delivery = keep(site, subscribe(site))
    entry = make_request_entry(delivery_id=delivery.id, attempt=2)
    site.service.store.commit([site.service.store.requests.insert(entry)])
    for path in ("/requests", f"/requests/{entry.id}"):
        assert f'href="/deliveries/{delivery.id}"' in admin.get(path).text
