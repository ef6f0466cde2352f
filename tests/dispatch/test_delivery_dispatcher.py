"""Deliveries in threads: woken, taken up when due, and none kept waiting by another's endpoint."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import StorageUnavailable
from core.http import OutboundRequest, SendResult
from core.subscriptions import DeliveryStatus
from dispatch.deliveries import DeliveryDispatcher
from tests.support.post_office import EXECUTOR, PostOffice
from tests.support.waiting import eventually
from tests.support.workbench import Workbench, answered, workbench

SLOW = "https://slow.example/hooks"
PATIENCE = 30.0


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with workbench(tmp_path) as bench:
        yield PostOffice(bench)


@contextmanager
def dispatching(
    office: PostOffice, places: int = 16, each: int = 2
) -> Iterator[DeliveryDispatcher]:
    bench = office.bench
    bench.store.commit([bench.store.executors.renew(EXECUTOR, bench.clock.now() + 60_000)])
    dispatcher = DeliveryDispatcher(
        office.deliverer, office.stirred, bench.clock, EXECUTOR, places=16, each=2
    )
    dispatcher.start()
    try:
        yield dispatcher
    finally:
        assert dispatcher.stop(PATIENCE)


class SlowEndpoint:
    """Holds what comes to `SLOW` until it is released; answers everything else at once."""

    def __init__(self, bench: Workbench) -> None:
        self.released = threading.Event()
        self.held = 0
        self.most_held = 0
        self._lock = threading.Lock()
        bench.partner.script = self.answer

    def answer(self, request: OutboundRequest) -> SendResult:
        if request.url == SLOW:
            with self._lock:
                self.held += 1
                self.most_held = max(self.most_held, self.held)
            assert self.released.wait(PATIENCE)
            with self._lock:
                self.held -= 1
        return answered(200)


def delivered(office: PostOffice, subscription_id: str, count: int) -> None:
    """Waits until so many deliveries of a subscription arrived."""

    def there() -> bool:
        found = office.all(subscription_id=subscription_id, status=DeliveryStatus.DELIVERED)
        return len(found) == count

    assert eventually(there, PATIENCE)


def test_a_slow_endpoint_delays_no_other(office: PostOffice) -> None:
    endpoint = SlowEndpoint(office.bench)
    slow, _ = office.subscribe(url=SLOW)
    for _ in range(30):
        office.happen()
    quick, _ = office.subscribe()
    with dispatching(office):
        eventually(lambda: endpoint.held == 2, PATIENCE)
        for _ in range(5):
            office.happen()

        delivered(office, quick.id, 5)

        assert endpoint.held == 2
        assert office.all(subscription_id=slow.id, status=DeliveryStatus.DELIVERED) == []
        endpoint.released.set()
        delivered(office, slow.id, 35)
    assert endpoint.most_held == 2


def test_it_naps_until_something_is_due(office: PostOffice) -> None:
    """The clock is turned while nobody stirs it: the store is asked again within a second."""
    one, _ = office.subscribe()
    office.bench.partner.answers(answered(500), answered(200))
    with dispatching(office):
        office.happen()
        eventually(lambda: office.due_in() == 5_000, PATIENCE)
        office.bench.clock.turn(5_000)
        delivered(office, one.id, 1)


def test_what_a_crash_left_behind_is_sent_at_the_start(office: PostOffice) -> None:
    one, _ = office.subscribe()
    office.happen()
    [lost] = office.deliverer.transitions.claim_due("gone", office.bench.clock.now(), {one.id: 1})
    with dispatching(office):
        delivered(office, one.id, 1)
    assert office.one().id == lost.id


def test_a_store_that_is_away_does_not_end_the_thread(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = office.subscribe()
    transitions = type(office.deliverer.transitions)
    original, failures = transitions.queues, [StorageUnavailable("away"), RuntimeError("a bug")]

    def queues(self: object) -> object:
        if failures:
            raise failures.pop()
        return original(self)  # type: ignore[arg-type]

    monkeypatch.setattr(transitions, "queues", queues)
    with dispatching(office):
        office.stirred.set()
        eventually(lambda: not failures, PATIENCE)
        office.happen()
        delivered(office, one.id, 1)


def test_a_stop_waits_for_what_is_sent_and_begins_nothing(office: PostOffice) -> None:
    endpoint = SlowEndpoint(office.bench)
    office.subscribe(url=SLOW)
    for _ in range(5):
        office.happen()
    with dispatching(office) as dispatcher:
        eventually(lambda: endpoint.held == 2, PATIENCE)
        dispatcher.rest()
        endpoint.released.set()
    statuses = [one.status for one in office.all()]
    assert statuses.count(DeliveryStatus.DELIVERED) == 2
    assert statuses.count(DeliveryStatus.PENDING) == 3
    assert {one.executor for one in office.all()} == {None}
