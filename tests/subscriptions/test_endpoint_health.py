"""Endpoints that fail: what is noted, when Penstock gives up, and who is told."""

from __future__ import annotations

from typing import Any

import pytest

from core.account_store import AuditFilter
from core.accounts import Role
from core.http import OutboundRequest, SendResult
from core.subscriptions import DeliveryStatus
from core.writes import ListQuery
from engine.acting import acting_as, actor_of
from engine.subscriptions.endings import FAILED, GONE
from tests.support.builders import make_document, step
from tests.support.people import make_user
from tests.support.post_office import PostOffice
from tests.support.workbench import TENANT, Workbench, answered

SECOND, HOUR, DAY = 1_000, 3_600_000, 86_400_000
OTHER = "https://other.example/hooks"


def answers_by_host(bench: Workbench, **statuses: int) -> None:
    """Each host answers its status, others 200."""

    def script(request: OutboundRequest) -> SendResult:
        host = request.url.split("/")[2].partition(".")[0]
        return answered(statuses.get(host, 200))

    bench.partner.script = script


def test_a_success_ends_a_failure(bench: Workbench, office: PostOffice) -> None:
    one, _ = office.subscribe()
    began = bench.clock.now()
    bench.partner.answers(answered(500), answered(500), answered(200))
    office.happen()
    office.send_due()
    assert office.subscription(one).failing_since == began
    bench.clock.turn(5 * SECOND)
    office.send_due()
    assert office.subscription(one).failing_since == began
    bench.clock.turn(30 * SECOND)
    office.send_due()
    healthy = office.subscription(one)
    assert (healthy.failing_since, healthy.last_success_at) == (None, bench.clock.now())


def test_an_endpoint_that_is_gone_is_disabled_at_once(bench: Workbench, office: PostOffice) -> None:
    one, _ = office.subscribe(name="Billing")
    watcher, _ = office.subscribe(url=OTHER, events=["*"])
    office.happen()
    office.happen()
    answers_by_host(bench, partner=410)
    first, *others = [each for each in office.claim() if each.subscription_id == one.id]

    office.deliverer.deliver(first)

    gone = office.subscription(one)
    assert (gone.enabled, gone.disabled_because) == (False, GONE)
    for held in others:
        office.deliverer.deliver(held)
    assert len(office.received) == 1, "what was held meanwhile is not sent any more"
    statuses = {(each.status, each.error) for each in office.all(subscription_id=one.id)}
    assert statuses == {
        (DeliveryStatus.DEAD, "partner.example answered 410 Gone"),
        (DeliveryStatus.DEAD, f"the subscription is disabled: {GONE}"),
    }
    office.hand_on()
    told = [each for each in office.all() if each.event_type == "subscription.disabled"]
    assert [each.subscription_id for each in told] == [watcher.id]
    data = told[0].data
    assert (data["subscription_id"], data["name"], data["reason"]) == (one.id, "Billing", GONE)
    assert data["owner"]["kind"] == "system"
    office.happen()
    assert len(office.all(subscription_id=one.id)) == 2, "it is told of nothing any more"


def test_what_was_disabled_is_not_told_of_it_even_where_nobody_knows_yet(
    bench: Workbench, office: PostOffice
) -> None:
    """Another process takes the event, with what it read before."""
    office.subscribe(events=["*"])
    consumer = bench.parts.relay._consumers[-1]
    assert consumer.wants(TENANT, "subscription.disabled")
    known = dict(consumer._index._tenants)
    office.happen()
    bench.partner.answers(answered(410))
    office.send_due()
    consumer._index._tenants.update(known)
    office.hand_on()
    assert {each.event_type for each in office.all()} == {"run.failed"}


def fail_for(office: PostOffice, days: float, step_hours: int = 19) -> None:
    """An event every few hours, all attempts made as they come."""
    end = office.bench.clock.now() + int(days * DAY)
    while office.bench.clock.now() < end:
        office.happen()
        while office.send_due():
            pass
        office.bench.clock.turn(step_hours * HOUR)
    while office.send_due():
        pass


def test_after_five_days_without_one_success_it_is_disabled(
    bench: Workbench, office: PostOffice
) -> None:
    one, _ = office.subscribe()
    bench.partner.answers(answered(500))
    fail_for(office, 4)
    failing = office.subscription(one)
    assert failing.enabled
    assert failing.failing_since is not None
    assert bench.clock.now() - failing.failing_since < 5 * DAY
    waiting = office.all(status=DeliveryStatus.PENDING)
    assert waiting

    bench.clock.turn(5 * DAY - (bench.clock.now() - failing.failing_since))
    office.happen()
    office.send_due()

    disabled = office.subscription(one)
    assert (disabled.enabled, disabled.disabled_because) == (False, FAILED)
    assert office.all(status=DeliveryStatus.PENDING) == []
    [entry] = bench.service.audit.list(
        TENANT, AuditFilter(verb="subscription.disabled"), ListQuery()
    ).items
    assert (entry.subject_id, entry.actor_kind.value) == (one.id, "system")
    assert entry.detail == {"reason": FAILED}


def test_one_success_in_five_days_keeps_it(bench: Workbench, office: PostOffice) -> None:
    one, _ = office.subscribe()
    bench.partner.answers(answered(500))
    fail_for(office, 3)
    bench.partner.answers(answered(200), answered(500))
    office.happen()
    office.send_due()
    fail_for(office, 3)
    assert office.subscription(one).enabled


def test_a_success_at_the_same_moment_wins(bench: Workbench, office: PostOffice) -> None:
    """While the last failure is on its way, another delivery succeeds."""
    one, _ = office.subscribe()
    bench.partner.answers(answered(500))
    fail_for(office, 4)
    bench.clock.turn(2 * DAY)

    def recover(_request: OutboundRequest) -> SendResult:
        now = bench.clock.now()
        bench.store.commit([bench.store.subscriptions.succeeded(TENANT, one.id, now)])
        return answered(500)

    bench.partner.script = recover
    office.happen()
    *_, newest = office.claim()
    office.deliverer.deliver(newest)

    assert office.subscription(one).enabled
    kept = office.deliveries.get(TENANT, newest.id).delivery
    assert (kept.status, kept.tries) == (DeliveryStatus.PENDING, newest.tries + 1)
    assert kept.attempts[-1].request_id is not None


@pytest.mark.parametrize("change", [{"enabled": True}, {"url": OTHER, "enabled": True}])
def test_enabling_it_again_gives_it_another_five_days(
    bench: Workbench, office: PostOffice, change: dict[str, Any]
) -> None:
    one, _ = office.subscribe()
    bench.partner.answers(answered(410))
    office.happen()
    office.send_due()

    office.subscriptions.change(TENANT, one.id, change)

    again = office.subscription(one)
    assert (again.enabled, again.disabled_because, again.failing_since) == (True, None, None)


@pytest.mark.parametrize("owner_left", [False, True])
def test_its_owner_is_told_in_the_inbox(
    bench: Workbench, office: PostOffice, owner_left: bool
) -> None:
    """Or the admins, when the owner may not sign in any more."""
    admin, owner, other = (
        make_user(email=f"{name}@acme.example", role=role)
        for name, role in (("a", Role.ADMIN), ("b", Role.IMPLEMENTER), ("c", Role.IMPLEMENTER))
    )
    users = bench.store.users
    bench.store.commit([users.insert(one, "no hash") for one in (admin, owner, other)])
    with acting_as(actor_of(owner)):
        one, _ = office.subscribe(name="Billing")
    if owner_left:
        bench.store.commit([users.change(owner, owner.role, disabled=True)])
    bench.partner.answers(answered(410))
    office.happen()

    office.send_due()

    told = {user.id: bench.service.inbox.list(user, ListQuery()).items for user in (admin, other)}
    told[owner.id] = bench.service.inbox.list(owner, ListQuery()).items
    [reader] = [user for user, items in told.items() if items]
    assert reader == (admin.id if owner_left else owner.id)
    [item] = told[reader]
    assert (item.title, item.link) == ("Disabled: Billing", f"/subscriptions/{one.id}")
    assert GONE in item.text


def test_an_edit_leaves_it_disabled_and_says_why(bench: Workbench, office: PostOffice) -> None:
    one, _ = office.subscribe()
    bench.partner.answers(answered(410))
    office.happen()
    office.send_due()
    office.subscriptions.change(TENANT, one.id, {"name": "New"})
    kept = office.subscription(one)
    assert (kept.enabled, kept.disabled_because) == (False, GONE)


def test_the_failed_run_of_an_automation_reaches_the_endpoint(
    bench: Workbench, office: PostOffice
) -> None:
    office.subscribe(events=["run.failed"])
    stop = step("stop", "stop", {"status": "failed", "message": "no stock"})
    bench.publish(make_document(stop))
    bench.post()
    bench.tell()
    office.send_due()
    [delivery] = office.all()
    assert delivery.status is DeliveryStatus.DELIVERED
    assert (delivery.data["status"], delivery.data["error"]) == ("failed", "no stock")
    assert delivery.automation_id == "orders"
