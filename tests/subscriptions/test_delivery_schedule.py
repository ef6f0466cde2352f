"""The whole 24 hours of a delivery, on a clock that is turned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import Milliseconds
from core.http import FailureKind, SendFailure
from core.subscriptions import AttemptOutcome, DeliveryStatus
from engine.subscriptions.schedule import JITTER, MOST_TRIES, WAITS, wait_after
from tests.support.post_office import PostOffice
from tests.support.workbench import Workbench, answered, unreachable

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
BY_THE_ISSUE = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE]
BY_THE_ISSUE += [hours * HOUR for hours in (1, 2, 4, 8, 8)]


def live_through(office: PostOffice) -> list[Milliseconds]:
    """Turns the clock to each attempt until none is due any more; the waits between them."""
    waits: list[Milliseconds] = []
    assert office.send_due() == 1
    while (wait := office.due_in()) is not None:
        waits.append(wait)
        office.bench.clock.turn(wait - 1)
        assert office.send_due() == 0, "not before its time"
        office.bench.clock.turn(1)
        assert office.send_due() == 1
    return waits


@pytest.mark.parametrize(("chance", "share"), [(0.0, 1.0), (1.0, 0.8), (0.5, 0.9)])
def test_a_delivery_that_fails_is_tried_eleven_times_and_then_dead(
    bench: Workbench, office: PostOffice, chance: float, share: float
) -> None:
    office.chance = chance
    office.subscribe()
    bench.partner.answers(answered(500))
    office.happen()

    waits = live_through(office)

    assert waits == [round(full * share) for full in BY_THE_ISSUE]
    delivery = office.one()
    assert (delivery.status, delivery.tries) == (DeliveryStatus.DEAD, 11)
    assert delivery.error == "partner.example answered 500 Internal Server Error"
    assert [one.number for one in delivery.attempts] == list(range(1, 12))
    assert {one.status for one in delivery.attempts} == {500}
    assert {one.outcome for one in delivery.attempts} == {AttemptOutcome.FAILED}
    assert delivery.finished_at == bench.clock.now() == delivery.created_at + sum(waits)
    assert 0.98 * 24 * HOUR < sum(BY_THE_ISSUE) <= 24 * HOUR
    assert len({dict(request.headers)["webhook-id"] for request in office.received}) == 1


@pytest.mark.parametrize(
    "failure",
    [
        answered(199),
        answered(302, location="https://other.example"),
        answered(404),
        answered(503),
        unreachable(),
        SendFailure(FailureKind.TIMEOUT, "no answer within 15s", 15_000),
    ],
)
def test_whatever_is_no_2xx_is_tried_again(
    bench: Workbench, office: PostOffice, failure: object
) -> None:
    office.subscribe()
    bench.partner.answers(failure, answered(204))  # type: ignore[arg-type]
    office.happen()
    office.send_due()
    waiting = office.one()
    assert (waiting.status, waiting.executor) == (DeliveryStatus.PENDING, None)
    assert waiting.due_at == bench.clock.now() + 5 * SECOND
    assert waiting.error

    bench.clock.turn(5 * SECOND)
    office.send_due()

    delivered = office.one()
    assert (delivered.status, delivered.error) == (DeliveryStatus.DELIVERED, None)
    assert [one.outcome for one in delivered.attempts] == ["failed", "delivered"]


@pytest.mark.parametrize(
    ("asked", "wait"),
    [("120", 120 * SECOND), ("1", 5 * SECOND), ("0", 5 * SECOND), ("999999", 24 * HOUR)],
)
def test_an_endpoint_is_left_alone_as_long_as_it_asks(
    bench: Workbench, office: PostOffice, asked: str, wait: Milliseconds
) -> None:
    office.subscribe()
    bench.partner.answers(answered(429, retry_after=asked))
    office.happen()
    office.send_due()
    assert office.due_in() == wait


def test_an_address_that_may_not_be_called_is_not_tried_again(
    bench: Workbench, office: PostOffice
) -> None:
    office.subscribe()
    refused = SendFailure(FailureKind.REFUSED_ADDRESS, "10.0.0.1 is a private address", 1)
    bench.partner.answers(refused)
    office.happen()
    office.send_due()
    delivery = office.one()
    assert (delivery.status, delivery.error) == (DeliveryStatus.DEAD, refused.message)
    assert delivery.attempts[0].request_id is not None


@given(
    tries=st.integers(1, 20),
    asked=st.none() | st.integers(0, 86_400_000),
    chance=st.floats(0, 1),
)
def test_a_wait_is_within_its_bounds(tries: int, asked: int | None, chance: float) -> None:
    wait = wait_after(tries, asked, lambda: chance)
    if tries >= MOST_TRIES:
        assert wait is None
        return
    full = WAITS[tries - 1]
    assert wait is not None
    assert max(round(full * (1 - JITTER)), asked or 0) <= wait <= max(full, asked or 0)


def test_the_waits_are_those_of_the_issue() -> None:
    assert list(WAITS) == BY_THE_ISSUE
