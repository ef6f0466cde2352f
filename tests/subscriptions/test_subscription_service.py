"""Subscriptions as people make and change them: checked whole, merged with care."""

from __future__ import annotations

from typing import Any

import pytest

from core.account_store import AuditFilter
from core.errors import ConflictError, InvalidError, NotFoundError
from core.subscriptions import DeliveryCounts, DeliveryStatus, Scope
from core.writes import ListQuery
from engine.subscriptions.definition_schema import EXAMPLE
from engine.subscriptions.deliverer import DELETED, DISABLED
from tests.support.post_office import URL, PostOffice
from tests.support.workbench import TENANT, Workbench, answered


def faults_of(office: PostOffice, **written: Any) -> dict[str, str]:
    with pytest.raises(InvalidError) as refused:
        office.subscriptions.create(TENANT, {"url": URL, "events": ["run.*"], **written})
    return {fault.path: fault.message for fault in refused.value.faults}


def test_a_subscription_is_made_as_it_was_written(bench: Workbench, office: PostOffice) -> None:
    one, secret = office.subscribe(**EXAMPLE)
    kept = office.subscription(one)
    assert kept.name == "Billing"
    assert kept.events == ("run.failed", "run.halted")
    assert kept.scope == Scope(("partner-sync",), ("billing",))
    assert kept.payload == EXAMPLE["payload"]
    assert kept.headers == EXAMPLE["headers"]
    assert (kept.enabled, kept.owner.kind.value) == (True, "system")
    assert secret.startswith("whsec_")
    assert secret not in str(kept)
    entries = bench.service.audit.list(TENANT, AuditFilter(), ListQuery()).items
    assert [entry.verb for entry in entries] == ["subscription.created"]
    assert secret not in str(entries)


@pytest.mark.parametrize(
    ("written", "path", "words"),
    [
        ({"url": "ftp://x.example"}, "$.url", "must begin with https://"),
        ({"url": "https://"}, "$.url", "must begin with https://"),
        ({"url": "https://x.example/\n"}, "$.url", "one line"),
        ({"url": "https://x.example/<order.id>"}, "$.url", "<order.id> refers to nothing"),
        ({"url": ""}, "$.url", "must not be empty"),
        ({"events": []}, "$.events", "must not be empty"),
        ({"events": ["run*"]}, "$.events[0]", "order.created, order.* or *"),
        ({"events": ["*.failed"]}, "$.events[0]", "order.created, order.* or *"),
        ({"events": ["a", "a"]}, "$.events", "twice"),
        ({"events": "run.*"}, "$.events", "must be a list"),
        ({"scope": {"automation": ["x"]}}, "$.scope.automation", "known are: automations, tags"),
        ({"payload": 7}, "$.payload", "must be an object or a list or a text"),
        ({"payload": {"a": ["{{ 1 + }}"]}}, "$.payload.a[0]", ""),
        ({"payload": {"a": "x" * 300_000}}, "$.payload", "larger than 256 KiB"),
        ({"headers": {"X-A": 1}}, "$.headers['X-A']", "must be a text"),
        ({"headers": {"X A": "1"}}, "$.headers", "not a header name"),
        ({"headers": {"Host": "x"}}, "$.headers.Host", "Penstock's to set"),
        ({"headers": {"Webhook-Id": "x"}}, "$.headers['Webhook-Id']", "Penstock's to set"),
        (
            {"headers": {"x-penstock-signature": "x"}},
            "$.headers['x-penstock-signature']",
            "Penstock's to set",
        ),
        ({"headers": {"X-A": "1", "x-a": "2"}}, "$.headers['x-a']", "the same header"),
        ({"headers": {"X-A": "<steps.x>"}}, "$.headers['X-A']", "refers to nothing"),
        ({"name": "x" * 201}, "$.name", "has more than 200"),
        ({"secret": "mine"}, "$.secret", "not a known field"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    office: PostOffice, written: dict[str, Any], path: str, words: str
) -> None:
    faults = faults_of(office, **written)
    assert words in faults[path]
    assert office.subscriptions.list(TENANT, ListQuery()).items == ()


def test_all_faults_of_the_templates_are_told_at_once(office: PostOffice) -> None:
    faults = faults_of(office, url="https://x.example/<a>", headers={"X": "<b>"}, payload="<c.d>")
    assert set(faults) == {"$.url", "$.headers.X", "$.payload"}


def test_a_change_keeps_what_it_does_not_name(office: PostOffice) -> None:
    one, _ = office.subscribe(**EXAMPLE)

    def change(**named: Any) -> Any:
        office.subscriptions.change(TENANT, one.id, named)
        return office.subscription(one)

    assert change(name="New").headers == EXAMPLE["headers"]
    added = change(headers={"X-A": "1"}).headers
    assert added == {**EXAMPLE["headers"], "X-A": "1"}
    assert change(headers={"Authorization": None}).headers == {"X-A": "1"}
    assert change(headers=None).headers == {}
    assert change(scope={"tags": []}).scope == Scope(("partner-sync",))
    assert change(scope=None).scope == Scope()
    assert change(payload="<data>").payload == "<data>"
    last = change(payload=None)
    assert (last.payload, last.name, last.events) == (None, "New", one.events)
    assert last.revision == 9


@pytest.mark.parametrize("change", [{"url": None}, {"events": []}, {"x": 1}, [], {"url": "x"}])
def test_a_change_that_cannot_be_changes_nothing(office: PostOffice, change: Any) -> None:
    one, _ = office.subscribe()
    with pytest.raises(InvalidError):
        office.subscriptions.change(TENANT, one.id, change)
    assert office.subscription(one) == one


def test_of_two_who_change_at_once_the_second_is_told(
    bench: Workbench, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = office.subscribe()
    get = bench.store.subscriptions.get
    before = get(TENANT, one.id)
    office.subscriptions.change(TENANT, one.id, {"name": "first"})
    monkeypatch.setattr(bench.store.subscriptions, "get", lambda *_: before)
    with pytest.raises(ConflictError, match="meanwhile"):
        office.subscriptions.change(TENANT, one.id, {"name": "second"})
    assert get(TENANT, one.id).name == "first"


@pytest.mark.parametrize("end", ["disable", "delete"])
def test_what_waits_for_one_that_ends_is_given_up(
    bench: Workbench, office: PostOffice, end: str
) -> None:
    one, _ = office.subscribe()
    bench.partner.answers(answered(500))
    office.happen()
    office.send_due()
    if end == "disable":
        office.subscriptions.change(TENANT, one.id, {"enabled": False})
    else:
        office.subscriptions.delete(TENANT, one.id)
    delivery = office.one()
    reason = DISABLED if end == "disable" else DELETED
    assert (delivery.status, delivery.error) == (DeliveryStatus.DEAD, reason)


def test_a_list_says_how_deliveries_stand(bench: Workbench, office: PostOffice) -> None:
    one, _ = office.subscribe()
    office.subscribe()
    bench.partner.answers(answered(500))
    office.happen()
    office.send_due()
    office.subscribe(url="https://third.example")
    page = office.subscriptions.list(TENANT, ListQuery(limit=2))
    rest = office.subscriptions.list(TENANT, ListQuery(page.next, 2))
    counts = [detail.counts for detail in (*page.items, *rest.items)]
    assert counts == [DeliveryCounts(), DeliveryCounts(1, 0), DeliveryCounts(1, 0)]
    assert rest.items[0].subscription.id == one.id


def test_a_secret_says_which_subscriptions_use_it(bench: Workbench, office: PostOffice) -> None:
    for name in ("TOKEN", "HOST", "UNUSED"):
        bench.service.secrets.put(TENANT, name, "a value")
    one, _ = office.subscribe(url="https://<secrets.HOST>/x", payload=["{{ secrets.TOKEN }}"])
    office.subscribe(headers={"X-Token": "<secrets.UNUSED>"}, enabled=False)
    uses = {use.entry.name: use.subscriptions for use in bench.service.secrets.list(TENANT)}
    assert uses == {"HOST": (one.id,), "TOKEN": (one.id,), "UNUSED": ()}


def test_what_is_not_there_is_not_found(office: PostOffice) -> None:
    one, _ = office.subscribe()
    service = office.subscriptions
    for tenant, which in (("globex", one.id), (TENANT, "nothing")):
        for act in (
            service.get,
            lambda t, w: service.change(t, w, {"name": "x"}),
            service.rotate,
            service.delete,
            lambda t, w: office.examples.send(t, w, "run.failed"),
        ):
            with pytest.raises(NotFoundError, match="no subscription"):
                act(tenant, which)


def test_there_is_no_example_of_a_type_nobody_announces(office: PostOffice) -> None:
    one, _ = office.subscribe()
    with pytest.raises(InvalidError) as refused:
        office.examples.send(TENANT, one.id, "order.created")
    assert "run.succeeded" in refused.value.faults[0].message
