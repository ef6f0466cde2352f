"""Sent again: one, what a filter finds, the dead letters; the same id, a fresh signature."""

from __future__ import annotations

import pytest

from core.account_store import AuditFilter
from core.errors import ConflictError, NotFoundError
from core.ids import new_id
from core.subscriptions import Delivery, DeliveryFilter, DeliveryStatus
from core.writes import ListQuery
from tests.support.post_office import PostOffice
from tests.support.workbench import TENANT, Workbench, answered

DEAD, DELIVERED, PENDING = DeliveryStatus.DEAD, DeliveryStatus.DELIVERED, DeliveryStatus.PENDING


def die(office: PostOffice) -> Delivery:
    """A dead letter: the payload cannot be made, as at first the template is wrong."""
    before = {one.id for one in office.all()}
    office.happen(data={})
    office.send_due()
    [delivery] = [one for one in office.all() if one.id not in before]
    return delivery


def test_a_delivery_goes_again_under_its_id_with_a_fresh_signature(
    bench: Workbench, office: PostOffice
) -> None:
    office.subscribe()
    office.happen()
    office.send_due()
    first = office.one()
    bench.clock.turn(60_000)
    office.stirred.clear()

    again = office.deliveries.replay(TENANT, first.id)

    assert office.stirred.is_set()
    assert (again.id, again.status, again.tries) == (first.id, PENDING, 0)
    office.send_due()
    one, two = (dict(request.headers) for request in office.received)
    assert one["webhook-id"] == two["webhook-id"] == first.id
    assert one["webhook-timestamp"] != two["webhook-timestamp"]
    assert one["webhook-signature"] != two["webhook-signature"]
    assert office.received[0].body == office.received[1].body
    delivery = office.one()
    assert (delivery.status, delivery.tries) == (DELIVERED, 1)
    assert [attempt.number for attempt in delivery.attempts] == [1, 2]
    [entry] = bench.service.audit.list(TENANT, AuditFilter(verb="delivery."), ListQuery()).items
    assert (entry.verb, entry.subject_id) == ("delivery.replayed", first.id)


def test_a_dead_letter_has_all_its_attempts_again(bench: Workbench, office: PostOffice) -> None:
    one, _ = office.subscribe(payload="<data.error>")
    dead = die(office)
    assert dead.status is DEAD
    office.subscriptions.change(TENANT, one.id, {"payload": None})
    bench.partner.answers(answered(500))

    office.deliveries.replay(TENANT, dead.id)
    office.send_due()

    waiting = office.one()
    assert (waiting.status, waiting.tries) == (PENDING, 1)
    assert office.due_in() == 5_000


def test_what_waits_for_its_next_attempt_is_sent_now(bench: Workbench, office: PostOffice) -> None:
    office.subscribe()
    bench.partner.answers(answered(500), answered(200))
    office.happen()
    office.send_due()
    assert office.send_due() == 0
    office.deliveries.replay(TENANT, office.one().id)
    assert office.send_due() == 1
    assert office.one().status is DELIVERED


def test_what_cannot_be_sent_again_says_why(office: PostOffice) -> None:
    one, _ = office.subscribe()
    office.happen()
    [held] = office.claim()
    with pytest.raises(ConflictError, match="being sent just now"):
        office.deliveries.replay(TENANT, held.id)
    office.deliverer.deliver(held)
    office.subscriptions.change(TENANT, one.id, {"enabled": False})
    with pytest.raises(ConflictError, match="disabled; enable it"):
        office.deliveries.replay(TENANT, held.id)
    with pytest.raises(ConflictError, match="disabled; enable it"):
        office.deliveries.replay_all(TENANT, DeliveryFilter(one.id))
    assert office.deliveries.replay_all(TENANT, DeliveryFilter()).count == 0
    office.subscriptions.delete(TENANT, one.id)
    with pytest.raises(NotFoundError, match="no subscription"):
        office.deliveries.replay(TENANT, held.id)
    for tenant, which in (("globex", held.id), (TENANT, new_id())):
        with pytest.raises(NotFoundError, match="no delivery"):
            office.deliveries.replay(tenant, which)


def test_the_dead_letters_of_a_filter_go_again_and_nothing_else(
    bench: Workbench, office: PostOffice
) -> None:
    one, _ = office.subscribe(payload="<data.error>")
    other, _ = office.subscribe(payload="<data.error>", url="https://other.example")
    for event_type in ("run.failed", "run.halted", "run.failed"):
        office.happen(event_type, data={})
    office.happen("run.failed")
    office.send_due()
    assert len(office.all(status=DEAD)) == 6
    for each in (one, other):
        office.subscriptions.change(TENANT, each.id, {"payload": None})

    which = DeliveryFilter(one.id, DEAD, "run.failed")
    replayed = office.deliveries.replay_all(TENANT, which)

    assert (replayed.count, replayed.more) == (2, False)
    chosen = office.all(status=PENDING)
    assert {(each.subscription_id, each.event_type) for each in chosen} == {(one.id, "run.failed")}
    office.send_due()
    assert len(office.all(status=DEAD)) == 4
    ids = [dict(request.headers)["webhook-id"] for request in office.received[2:]]
    assert sorted(ids) == [each.id for each in chosen]
    assert office.deliveries.replay_all(TENANT, DeliveryFilter(status=DEAD)).count == 4
    entries = bench.service.audit.list(TENANT, AuditFilter(verb="deliveries."), ListQuery()).items
    assert [entry.detail["type"] for entry in entries] == [None, "run.failed"]


def test_many_go_again_in_portions(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.subscriptions.deliveries.REPLAYED_AT_ONCE", 2)
    monkeypatch.setattr("engine.subscriptions.deliveries.MOST_REPLAYED", 4)
    office.subscribe()
    for _ in range(5):
        office.happen()
    office.send_due()

    first = office.deliveries.replay_all(TENANT, DeliveryFilter(status=DELIVERED))
    rest = office.deliveries.replay_all(TENANT, DeliveryFilter(status=DELIVERED))

    assert (first.count, first.more) == (4, True)
    assert (rest.count, rest.more) == (1, False)
    assert office.send_due() == 5
