"""How places are shared among endpoints."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from core.subscriptions import DeliveryQueue
from dispatch.endpoint_places import EndpointPlaces
from tests.support.builders import NOW
from tests.support.subscriptions import make_delivery


def queue(which: str, due_at: int = NOW, *, failing: bool = False) -> DeliveryQueue:
    return DeliveryQueue(which, due_at, failing)


def take(places: EndpointPlaces, which: str, count: int = 1, *, failing: bool = False) -> None:
    for _ in range(count):
        places.take(make_delivery(subscription_id=which), failing=failing)


def test_one_endpoint_gets_its_share_and_no_more() -> None:
    places = EndpointPlaces(places=20, each=8)
    assert places.shares([queue("a")], NOW) == {"a": 8}
    take(places, "a", 5)
    assert places.shares([queue("a"), queue("b")], NOW) == {"a": 3, "b": 8}
    take(places, "a", 3)
    assert places.shares([queue("a")], NOW) == {}


def test_what_is_not_due_gets_nothing() -> None:
    places = EndpointPlaces()
    assert places.shares([queue("a", NOW + 1), queue("b", NOW)], NOW) == {"b": 8}


def test_each_gets_one_before_any_gets_two_and_the_longest_due_is_first() -> None:
    places = EndpointPlaces(places=4, each=8)
    waiting = [queue("a", NOW - 1), queue("b", NOW - 3), queue("c", NOW - 2)]
    assert places.shares(waiting, NOW) == {"a": 1, "b": 2, "c": 1}
    assert places.shares([queue(str(one), NOW - one) for one in range(6)], NOW).keys() == set(
        "5432"
    )


def test_those_that_fail_get_one_each_and_half_of_the_places_together() -> None:
    places = EndpointPlaces(places=8, each=8)
    failing = [queue(str(one), failing=True) for one in range(10)]
    assert places.shares(failing, NOW) == {"0": 1, "1": 1, "2": 1, "3": 1}
    for one in range(4):
        take(places, str(one), failing=True)
    assert places.shares([*failing, queue("well", NOW)], NOW) == {"well": 4}


def test_whoever_waits_for_a_place_is_told_of_it() -> None:
    places = EndpointPlaces(places=6, each=4)
    deliveries = [make_delivery(subscription_id="a") for _ in range(4)]
    for one in deliveries:
        places.take(one, failing=False)
    told = [places.give_back(one, failing=False) for one in deliveries]
    assert told == [False, True, True, True]
    assert places.wait_until_empty(0)
    full = EndpointPlaces(places=4, each=4)
    for one in deliveries:
        full.take(one, failing=False)
    assert not full.wait_until_empty(0)
    assert full.give_back(deliveries[0], failing=False)


@given(
    due=st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans()), max_size=8),
    in_flight=st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans()), max_size=12),
)
def test_shares_keep_every_bound(
    due: list[tuple[str, bool]], in_flight: list[tuple[str, bool]]
) -> None:
    places = EndpointPlaces(places=12, each=3)
    for which, failing in in_flight:
        take(places, which, failing=failing)
    failing_now = dict(due)
    given_out = places.shares([queue(one, failing=bad) for one, bad in failing_now.items()], NOW)
    flying = Counter(which for which, _ in in_flight)
    assert flying.total() + sum(given_out.values()) <= 12
    for which, count in given_out.items():
        assert flying[which] + count <= (1 if failing_now[which] else 3)
    newly_failing = sum(count for which, count in given_out.items() if failing_now[which])
    failing_before = sum(failing for _, failing in in_flight)
    assert newly_failing == 0 or failing_before + newly_failing <= 6


def test_what_has_to_be_left_alone_is_not_taken_up_before_its_time() -> None:
    places = EndpointPlaces()
    places.rest("a", NOW + 30_000)
    assert places.shares([queue("a"), queue("b")], NOW + 29_999) == {"b": 8}
    assert places.due_at(queue("a")) == NOW + 30_000
    assert places.shares([queue("a")], NOW + 30_000) == {"a": 8}
    assert places.due_at(queue("a")) == NOW
