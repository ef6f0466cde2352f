"""Old entries of logs and lists go, unless something that goes on is shown with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from core.accounts import ActorKind, AuditEntry
from core.answer_store import StoredAnswers
from core.inbox import InboxItem
from core.outcomes import Answer
from core.record_store import Receipt
from core.request_store import RequestFilter
from core.retention import Kept, Lapsing
from core.states import RunStatus
from core.subscriptions import Delivery, DeliveryFilter, DeliveryStatus
from core.writes import ListQuery, Write
from store import SqlStore
from store.expired_rows import MOST_BYTES, MOST_ROWS
from tests.store.test_platform_events import make_platform_event
from tests.support.builders import NOW, id_at, make_event, make_request_entry
from tests.support.retention import (
    DAY,
    LONG_AGO,
    delete,
    ended_run,
    first_batch,
    going_on,
)
from tests.support.subscriptions import make_delivery


def make_entry(at: int, tenant: str = "acme") -> AuditEntry:
    who = (ActorKind.USER, "u-1", "Ada")
    return AuditEntry(id_at(at), tenant, at, *who, "run.replayed", "run", "r-1", "", {})


def make_item(at: int, tenant: str = "acme") -> InboxItem:
    return InboxItem(id_at(at), tenant, "u-1", "alert", "Look", "here", "/runs", at)


def a_request(store: SqlStore, at: int, tenant: str) -> Write:
    return store.requests.insert(make_request_entry(started_at=at, tenant=tenant))


def a_delivery(store: SqlStore, at: int, tenant: str) -> Write:
    return store.deliveries.insert(delivered(created_at=at, tenant=tenant))


def an_entry(store: SqlStore, at: int, tenant: str) -> Write:
    return store.audit.insert(make_entry(at, tenant))


def an_item(store: SqlStore, at: int, tenant: str) -> Write:
    return store.inbox.insert(make_item(at, tenant))


def delivered(**changes: Any) -> Delivery:
    at = changes.get("created_at", LONG_AGO)
    done = {"status": DeliveryStatus.DELIVERED, "created_at": at, "finished_at": at, "due_at": None}
    return replace(make_delivery(created_at=at), **{**done, **changes})


ADD = {
    Kept.REQUESTS: a_request,
    Kept.DELIVERIES: a_delivery,
    Kept.AUDIT: an_entry,
    Kept.INBOX: an_item,
}

Add = Callable[[SqlStore, int, str], Write]


@pytest.mark.parametrize(("kind", "add"), ADD.items())
def test_what_is_older_goes_and_of_that_tenant_alone(store: SqlStore, kind: Kept, add: Add) -> None:
    store.commit([add(store, LONG_AGO + number, "acme") for number in range(3)])
    store.commit([add(store, NOW, "acme"), add(store, LONG_AGO, "globex")])

    assert delete(store, kind) == 3

    assert store.retention.expired[kind].beyond("acme", 1) == NOW
    assert store.retention.expired[kind].beyond("acme", 2) is None
    assert store.retention.expired[kind].beyond("globex", 1) == LONG_AGO


@pytest.mark.parametrize(("kind", "add"), ADD.items())
def test_so_many_of_the_newest_are_told_by_the_moment_of_the_oldest_of_them(
    store: SqlStore, kind: Kept, add: Add
) -> None:
    store.commit([add(store, NOW + number, "acme") for number in range(5)])
    beyond = store.retention.expired[kind].beyond("acme", 3)
    assert beyond == NOW + 2

    assert delete(store, kind, beyond) == 2
    assert store.retention.expired[kind].beyond("acme", 3) == NOW + 2


def test_more_than_a_batch_goes_batch_by_batch(store: SqlStore) -> None:
    store.commit([a_request(store, LONG_AGO, "acme") for _ in range(2 * MOST_ROWS + 1)])
    assert first_batch(store, Kept.REQUESTS).rows == MOST_ROWS
    assert delete(store, Kept.REQUESTS) == 2 * MOST_ROWS + 1


def test_large_bodies_go_in_smaller_batches(store: SqlStore) -> None:
    noise = Random(7).randbytes(MOST_BYTES // 3 - 100)
    bodies = [noise] * 7 + [noise * 6]
    for number, body in enumerate(bodies):
        entry = make_request_entry(started_at=LONG_AGO + number, response_body=body)
        store.commit([store.requests.insert(entry)])

    assert first_batch(store, Kept.REQUESTS).rows == 3
    assert delete(store, Kept.REQUESTS) == len(bodies)


def test_requests_of_what_goes_on_stay(store: SqlStore) -> None:
    waiting, over, gone = going_on(RunStatus.WAITING), ended_run(), ended_run()
    pending, done = make_delivery(created_at=LONG_AGO), delivered()
    of = {"started_at": LONG_AGO}
    stay = [
        make_request_entry(**of, run_id=waiting.id),
        make_request_entry(**of, run_id=waiting.id, direction="in", event_id=waiting.event_id),
        make_request_entry(**of, delivery_id=pending.id),
    ]
    go = [
        make_request_entry(**of),
        make_request_entry(**of, run_id=over.id),
        make_request_entry(**of, run_id=gone.id),
        make_request_entry(**of, delivery_id=done.id),
    ]
    store.commit(
        [
            *(store.runs.insert(run) for run in (waiting, over)),
            *(store.deliveries.insert(one) for one in (pending, done)),
            *(store.requests.insert(entry) for entry in (*stay, *go)),
        ]
    )

    assert delete(store, Kept.REQUESTS) == len(go)
    left = store.requests.list("acme", RequestFilter(), ListQuery())
    assert {entry.id for entry in left.items} == {entry.id for entry in stay}


def test_a_delivery_stays_until_it_is_long_over(store: SqlStore) -> None:
    dead = delivered(status=DeliveryStatus.DEAD)
    pending = make_delivery(created_at=LONG_AGO)
    late = delivered(finished_at=NOW)
    held = make_delivery(created_at=LONG_AGO, executor="one", due_at=None)
    store.commit([store.deliveries.insert(one) for one in (dead, pending, late, held)])

    assert delete(store, Kept.DELIVERIES) == 1
    left = store.deliveries.list("acme", DeliveryFilter(), ListQuery())
    assert {one.id for one in left.items} == {pending.id, late.id, held.id}


def test_a_dead_letter_that_is_sent_again_meanwhile_stays(store: SqlStore) -> None:
    dead = delivered(status=DeliveryStatus.DEAD)
    store.commit([store.deliveries.insert(dead)])
    batch = first_batch(store, Kept.DELIVERIES)
    store.commit([store.deliveries.requeue(dead, NOW, guarded=True)])

    store.commit(batch.writes)

    assert store.deliveries.get("acme", dead.id) is not None


def lapse(store: SqlStore, kind: Lapsing, before: int) -> int:
    rows, cursor = 0, None
    while (batch := store.retention.lapsed[kind].batch(before, cursor)) is not None:
        store.commit(batch.writes)
        rows, cursor = rows + batch.rows, batch.cursor
    return rows


def test_platform_events_lapse_once_they_were_handed_on(store: SqlStore) -> None:
    old, fresh, waiting = (make_platform_event() for _ in range(3))
    store.commit([store.platform_events.insert(one) for one in (old, fresh, waiting)])
    store.commit([store.platform_events.handed_on(old, NOW - 1)])
    store.commit([store.platform_events.handed_on(fresh, NOW)])

    assert lapse(store, Lapsing.PLATFORM_EVENTS, NOW) == 1

    kept = [store.platform_events.get("acme", one.id) for one in (old, fresh, waiting)]
    assert kept == [None, fresh, waiting]


def test_receipts_lapse_by_their_age(store: SqlStore) -> None:
    receipts = [Receipt("acme", f"run.{number}", {}, NOW + number) for number in range(-3, 2)]
    store.commit([store.receipts.insert(one) for one in receipts])

    assert lapse(store, Lapsing.RECEIPTS, NOW) == 3
    assert store.receipts.get("acme", "run.0") == receipts[3]


def test_a_key_that_is_taken_again_meanwhile_does_not_lapse(store: SqlStore) -> None:
    first, second = make_event(), make_event(received_at=NOW + 10)
    store.commit([store.events.remember_key(first, "k", "hash", NOW + 5)])
    batch = store.retention.lapsed[Lapsing.IDEMPOTENCY_KEYS].batch(NOW + 10, None)
    store.commit([store.events.remember_key(second, "k", "other", NOW + 60)])

    assert batch is not None
    store.commit(batch.writes)

    assert store.events.known_key("acme", "orders", "k", NOW + 10) == (second.id, "other")
    assert lapse(store, Lapsing.IDEMPOTENCY_KEYS, NOW + 61) == 1


def test_answers_lapse_when_nobody_can_wait_for_them(store: SqlStore) -> None:
    answers: StoredAnswers = store.answers
    answer = Answer(200, (), b"{}")
    runs = [ended_run(), ended_run()]
    store.commit([answers.keep("acme", runs[0].id, answer, NOW - 1)])
    store.commit([answers.keep("acme", runs[1].id, answer, NOW + DAY)])

    assert lapse(store, Lapsing.ANSWERS, NOW) == 1
    assert list(answers.of([run.id for run in runs])) == [runs[1].id]
