"""A delivery in the hands of a process that is disturbed: nothing is lost, nor written twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from core.errors import ConfigError, StorageUnavailable, UnstorableError
from core.http import OutboundRequest, SendResult
from core.request_store import RequestFilter
from core.subscriptions import DeliveryStatus
from core.writes import ListQuery, Write
from engine.subscriptions.deliverer import DELETED, INTERNAL, UNKEPT
from tests.support.post_office import EXECUTOR, PostOffice
from tests.support.workbench import TENANT, Workbench, answered


def requests_kept(bench: Workbench) -> int:
    page = bench.service.requests.list(TENANT, RequestFilter(direction="out"), ListQuery())
    return len(page.items)


def fail_times(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, *errors: Exception) -> None:
    """The next calls of a method raise these in turn."""
    original, left = getattr(owner, name), list(errors)

    def call(*args: Any, **options: Any) -> Any:
        if left:
            raise left.pop(0)
        return original(*args, **options)

    monkeypatch.setattr(owner, name, call)


def test_an_answer_is_not_lost_while_the_store_is_away(
    bench: Workbench, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.subscribe()
    office.happen()
    [held] = office.claim()
    away = StorageUnavailable("the disk is full")
    fail_times(monkeypatch, bench.store, "commit", away, away)

    office.deliverer.deliver(held)

    assert office.one().status is DeliveryStatus.DELIVERED
    assert len(office.received) == 1


def test_what_cannot_be_begun_is_given_back(
    bench: Workbench, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.subscribe()
    office.happen()
    [held] = office.claim()
    fail_times(monkeypatch, bench.store.subscriptions, "get", StorageUnavailable("away"))

    office.deliverer.deliver(held)

    waiting = office.one()
    assert (waiting.executor, waiting.tries, waiting.attempts) == (None, 0, ())
    assert office.due_in() == 1_000
    assert office.received == []


def test_who_hears_late_of_a_claim_does_not_send_what_another_delivered(
    bench: Workbench, office: PostOffice
) -> None:
    office.subscribe()
    office.happen()
    lease = bench.executor.tools.lease
    lease.renewed(bench.clock.now() + 20_000)
    before = lease.term
    [late] = office.claim()
    bench.clock.turn(20_000)
    assert office.deliverer.transitions.rescue(bench.clock.now()) == 1
    [held] = office.claim()

    office.deliverer.deliver(late, before)
    assert office.received == []
    assert office.one().token == held.token

    lease.renewed(bench.clock.now() + 20_000)
    office.deliverer.deliver(late, before)
    assert office.received == []

    office.deliverer.deliver(held)
    assert office.one().status is DeliveryStatus.DELIVERED
    assert len(office.received) == 1


def test_who_hears_late_of_a_claim_that_nobody_took_over_gives_it_back(
    bench: Workbench, office: PostOffice
) -> None:
    office.subscribe()
    office.happen()
    lease = bench.executor.tools.lease
    lease.renewed(bench.clock.now() + 20_000)
    [late] = office.claim()
    bench.clock.turn(20_000)

    office.deliverer.deliver(late)

    assert (office.received, office.one().executor, office.due_in()) == ([], None, 1_000)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("a bug"), INTERNAL),
        (ConfigError("the secret key is another one"), "the secret key is another one"),
        (UnstorableError("half a surrogate pair"), UNKEPT),
    ],
)
def test_a_fault_of_ours_is_a_failed_attempt(
    bench: Workbench,
    office: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    words: str,
) -> None:
    office.subscribe()
    office.happen()
    [held] = office.claim()
    fail_times(monkeypatch, bench.store.requests, "insert", error)

    office.deliverer.deliver(held)

    waiting = office.one()
    assert (waiting.status, waiting.tries, waiting.error) == (DeliveryStatus.PENDING, 1, words)
    bench.clock.turn(5_000)
    office.send_due()
    assert office.one().status is DeliveryStatus.DELIVERED


def test_a_process_that_lost_its_lease_writes_nothing_but_the_log(
    bench: Workbench, office: PostOffice
) -> None:
    """It was paused so long that another took the delivery over and delivered it."""
    office.subscribe()
    office.happen()
    [held] = office.claim()

    def pause(_request: OutboundRequest) -> SendResult:
        bench.partner.script = lambda _request: answered(200)
        assert office.deliverer.transitions.rescue(bench.clock.now()) == 1
        assert office.send_due() == 1
        return answered(500)

    bench.partner.script = pause
    office.deliverer.deliver(held)
    bench.store.commit([])

    delivered = office.one()
    assert (delivered.status, delivered.tries) == (DeliveryStatus.DELIVERED, 1)
    ids = {dict(request.headers)["webhook-id"] for request in office.received}
    assert (ids, len(office.received)) == ({delivered.id}, 2)
    assert requests_kept(bench) == 2


def test_what_a_dead_process_held_is_sent_under_the_same_id(
    bench: Workbench, office: PostOffice
) -> None:
    office.subscribe()
    office.happen()
    [held] = office.claim()
    bench.store.commit([bench.store.executors.renew(EXECUTOR, bench.clock.now() + 1)])
    assert office.deliverer.transitions.rescue(bench.clock.now()) == 0
    bench.clock.turn(1)
    assert office.deliverer.transitions.rescue(bench.clock.now()) == 1
    assert office.send_due() == 1
    [request] = office.received
    assert dict(request.headers)["webhook-id"] == held.id


def test_a_stop_while_the_store_is_away_leaves_it_to_the_next_process(
    bench: Workbench, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.subscribe()
    office.happen()
    [held] = office.claim()
    office.deliverer.stopping.set()

    def away(_writes: Sequence[Write]) -> None:
        raise StorageUnavailable("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(bench.store, "commit", away)
        office.deliverer.deliver(held)

    assert office.one().executor == EXECUTOR
    assert office.deliverer.transitions.rescue(bench.clock.now()) == 1


def test_a_delivery_whose_subscription_went_meanwhile_is_dead(
    bench: Workbench, office: PostOffice
) -> None:
    one, _ = office.subscribe()
    office.happen()
    [held] = office.claim()
    office.subscriptions.delete(TENANT, one.id)
    office.deliverer.deliver(held)
    delivery = office.one()
    assert (delivery.status, delivery.error) == (DeliveryStatus.DEAD, DELETED)
    assert office.received == []
    detail = office.deliveries.get(TENANT, delivery.id)
    assert detail.subscription is None


def test_a_secret_set_since_is_masked_in_the_message(bench: Workbench, office: PostOffice) -> None:
    office.subscribe()
    office.happen(data={"error": "the token s3cr3t-t0ken is wrong"})
    bench.service.secrets.put(TENANT, "TOKEN", "s3cr3t-t0ken")
    shown = office.deliveries.get(TENANT, office.one().id).message
    assert shown["data"]["error"] == "the token [secret:TOKEN] is wrong"
