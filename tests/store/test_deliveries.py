"""Deliveries: they are claimed once, kept only by who holds them, and found by what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from core.errors import GuardMissed
from core.subscriptions import (
    AttemptOutcome,
    Delivery,
    DeliveryAttempt,
    DeliveryCounts,
    DeliveryFilter,
    DeliveryQueue,
    DeliveryStatus,
)
from core.writes import ListQuery
from store import SqlStore
from tests.support.builders import NOW
from tests.support.subscriptions import SECRET, make_delivery, make_subscription

DEAD, DELIVERED, PENDING = DeliveryStatus.DEAD, DeliveryStatus.DELIVERED, DeliveryStatus.PENDING


def add(store: SqlStore, *deliveries: Delivery) -> None:
    for delivery in deliveries:
        store.commit([store.deliveries.insert(delivery)])


def claim(store: SqlStore, *deliveries: Delivery, executor: str = "one") -> Sequence[Delivery]:
    return store.deliveries.claim(executor, [one.id for one in deliveries], NOW)


def get(store: SqlStore, delivery: Delivery) -> Delivery:
    kept = store.deliveries.get(delivery.tenant, delivery.id)
    assert kept is not None
    return kept


def test_a_delivery_is_kept_as_it_was_made(store: SqlStore) -> None:
    attempt = DeliveryAttempt(1, NOW, 12, AttemptOutcome.FAILED, 503, "busy", "q-1")
    made = make_delivery(attempts=(attempt,), tries=1, error="busy")
    add(store, made)
    assert get(store, made) == made
    assert store.deliveries.get("globex", made.id) is None


def test_a_due_delivery_is_claimed_once_with_a_new_token(store: SqlStore) -> None:
    due, later = make_delivery(), make_delivery(due_at=NOW + 1)
    add(store, due, later)

    [claimed] = claim(store, due, later)

    assert claimed == replace(due, executor="one", due_at=None, token=1)
    assert get(store, due) == claimed
    assert claim(store, due, later, executor="two") == []


def test_executors_that_claim_at_once_share_no_delivery(store: SqlStore) -> None:
    made = [make_delivery() for _ in range(40)]
    add(store, *made)

    with ThreadPoolExecutor(8) as threads:
        claims = list(threads.map(lambda name: claim(store, *made, executor=str(name)), range(8)))

    ids = [one.id for claimed in claims for one in claimed]
    assert len(ids) == len(set(ids)) == 40


def test_what_an_attempt_came_to_is_kept_by_its_holder_alone(store: SqlStore) -> None:
    made = make_delivery()
    add(store, made)
    [mine] = claim(store, made)
    assert store.deliveries.rescue(NOW) == 1
    [theirs] = claim(store, made, executor="two")
    attempt = DeliveryAttempt(1, NOW, 12, AttemptOutcome.DELIVERED, 204, request_id="q-1")
    ended = replace(
        theirs, status=DELIVERED, finished_at=NOW, tries=1, attempts=(attempt,), executor=None
    )

    with pytest.raises(GuardMissed):
        store.commit([store.deliveries.keep(replace(ended, token=mine.token))])
    store.commit([store.deliveries.keep(ended)])

    assert get(store, made) == ended
    with pytest.raises(GuardMissed):
        store.commit([store.deliveries.keep(ended)])


def test_only_what_nobody_alive_holds_is_rescued(store: SqlStore) -> None:
    lost, held, waiting = make_delivery(), make_delivery(), make_delivery(due_at=NOW + 7)
    add(store, lost, held, waiting)
    claim(store, lost, executor="gone")
    [kept] = claim(store, held, executor="alive")
    store.commit([store.executors.renew("gone", NOW), store.executors.renew("alive", NOW + 1)])

    assert store.deliveries.rescue(NOW) == 1

    rescued = get(store, lost)
    assert (rescued.executor, rescued.due_at, rescued.token) == (None, NOW, 2)
    assert get(store, held) == kept
    assert get(store, waiting) == waiting


def test_a_replay_begins_anew_under_the_same_id(store: SqlStore) -> None:
    dead = make_delivery(status=DEAD, due_at=None, finished_at=NOW, tries=11, error="gone")
    held, foreign = make_delivery(), make_delivery()
    add(store, dead, held, foreign)
    claim(store, held)

    store.commit([store.deliveries.requeue(dead, NOW + 3, guarded=True)])

    again = get(store, dead)
    assert (again.status, again.due_at, again.tries, again.token) == (PENDING, NOW + 3, 0, 1)
    assert (again.finished_at, again.id) == (None, dead.id)
    with pytest.raises(GuardMissed):
        store.commit([store.deliveries.requeue(held, NOW, guarded=True)])
    store.commit([store.deliveries.requeue(held, NOW, guarded=False)])
    assert get(store, held).token == 1
    with pytest.raises(GuardMissed):
        other = replace(foreign, tenant="globex")
        store.commit([store.deliveries.requeue(other, NOW, guarded=True)])


def test_what_waits_for_a_subscription_is_given_up_in_portions(store: SqlStore) -> None:
    subscription, other = make_subscription(), make_subscription()
    waiting = [make_delivery(subscription, due_at=NOW + n) for n in range(3)]
    held, foreign = make_delivery(subscription), make_delivery(other)
    add(store, *waiting, held, foreign)
    claim(store, held)
    bury = store.deliveries.bury

    assert bury("globex", subscription.id, "x", NOW, 10) == 0
    assert bury("acme", subscription.id, "it is disabled", NOW + 9, 2) == 2
    assert bury("acme", subscription.id, "it is disabled", NOW + 9, 2) == 1

    for one in waiting:
        kept = get(store, one)
        assert (kept.status, kept.error) == (DEAD, "it is disabled")
        assert (kept.due_at, kept.finished_at, kept.token) == (None, NOW + 9, 1)
    assert get(store, held).executor == "one"
    assert get(store, foreign) == foreign


def test_the_queues_say_who_waits_since_when(store: SqlStore) -> None:
    well, failing = make_subscription(), make_subscription()
    store.commit([store.subscriptions.insert(one, SECRET) for one in (well, failing)])
    store.commit([store.subscriptions.failed("acme", failing.id, NOW)])
    assert store.deliveries.queues() == []
    add(store, *(make_delivery(well, due_at=NOW + n) for n in (5, 3, 4)))
    add(store, make_delivery(failing, due_at=NOW + 1))
    add(store, make_delivery(failing, status=DELIVERED, due_at=None))
    orphan = make_delivery(due_at=NOW + 2)
    add(store, orphan)

    found = {one.subscription_id: one for one in store.deliveries.queues()}

    assert found == {
        well.id: DeliveryQueue(well.id, NOW + 3, failing=False),
        failing.id: DeliveryQueue(failing.id, NOW + 1, failing=True),
        orphan.subscription_id: DeliveryQueue(orphan.subscription_id, NOW + 2, failing=False),
    }


def test_each_subscription_gets_its_share_of_what_is_due(store: SqlStore) -> None:
    one, two = make_subscription(), make_subscription()
    first = [make_delivery(one, due_at=NOW - age) for age in (1, 3, 2)]
    second = [make_delivery(two), make_delivery(two, due_at=NOW + 1)]
    add(store, *first, *second)

    due = store.deliveries.due(NOW, {one.id: 2, two.id: 5})

    assert set(due) == {first[1].id, first[2].id, second[0].id}
    assert store.deliveries.due(NOW, {}) == []
    assert store.deliveries.due(NOW, {one.id: 0}) == []


def test_deliveries_are_listed_by_what_is_asked(store: SqlStore) -> None:
    one, two = make_subscription(), make_subscription()
    made = [
        make_delivery(one, status=DELIVERED, due_at=None),
        make_delivery(one, status=DEAD, due_at=None, event_type="run.succeeded"),
        make_delivery(one, created_at=NOW + 600_000),
        make_delivery(two, status=DEAD, due_at=None),
    ]
    add(store, *made, make_delivery(make_subscription(tenant="globex")))

    def listed(**fields: Any) -> list[int]:
        page = store.deliveries.list("acme", DeliveryFilter(**fields), ListQuery())
        ids = [delivery.id for delivery in page.items]
        return [index for index, delivery in enumerate(made) if delivery.id in ids]

    assert listed() == [0, 1, 2, 3]
    assert listed(subscription_id=one.id) == [0, 1, 2]
    assert listed(status=DELIVERED) == [0]
    assert listed(status=DEAD) == [1, 3]
    assert listed(subscription_id=one.id, status=DEAD) == [1]
    assert listed(event_type="run.failed") == [0, 2, 3]
    assert listed(since=NOW + 1) == [2]
    assert listed(until=NOW + 1) == [0, 1, 3]
    page = store.deliveries.list("acme", DeliveryFilter(), ListQuery(limit=1))
    assert (page.items[0].data, page.items[0].attempts) == ({}, ())


def test_they_are_counted_up_to_a_bound(store: SqlStore) -> None:
    one, two = make_subscription(), make_subscription()
    add(store, *(make_delivery(one) for _ in range(3)))
    add(store, make_delivery(one, status=DEAD, due_at=None))
    add(store, make_delivery(one, status=DELIVERED, due_at=None))

    counted = store.deliveries.counts("acme", [one.id, two.id], most=2)

    assert counted == {one.id: DeliveryCounts(2, 1), two.id: DeliveryCounts(0, 0)}
    assert store.deliveries.counts("globex", [one.id], most=2) == {one.id: DeliveryCounts()}
    assert store.deliveries.counts("acme", [], most=2) == {}
