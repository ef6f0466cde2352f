"""Endpoints: who may send, who is held back until when, and how places are shared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rates import parse_rate
from engine.care.breaker import Change, CircuitState, Ending
from engine.care.endpoint import (
    APART,
    APART_WITHOUT_ANSWER,
    AUTOMATION,
    MOST_USERS,
    PATIENCE,
    UNPROVEN,
    EndpointView,
    Held,
    User,
)
from engine.care.endpoints import LATELY, MOST_OF_A_TENANT, Endpoints, Permit
from engine.care.limits import UNLIMITED, EndpointLimits
from engine.care.origin import label_of, origin_of
from engine.care.places import ALWAYS, Places
from tests.support.builders import NOW
from tests.support.workbench import TurnedClock

ORIGIN = "https://partner.example"
USER = User(AUTOMATION, "orders")


class Desk:
    """Endpoints with one set of limits, a clock to turn, and what was told."""

    def __init__(self, limits: EndpointLimits, capacity: int = 512) -> None:
        self.clock = TurnedClock()
        self.limits = limits
        self.told: list[tuple[str, Change, EndpointView]] = []
        self.called: list[str] = []
        self.endpoints = Endpoints(
            Places(capacity),
            lambda _tenant, _origin: self.limits,
            self.clock,
            lambda *news: self.told.append(news),
            lambda _tenant, waiters: self.called.extend(waiters),
        )

    def enter(
        self,
        origin: str = ORIGIN,
        tenant: str = "acme",
        user: User = USER,
        *,
        placed: bool = True,
        waiter: str | None = None,
    ) -> Permit | Held:
        return self.endpoints.enter(tenant, origin, origin, user, placed=placed, waiter=waiter)

    def held(
        self, origin: str = ORIGIN, tenant: str = "acme", waiter: str | None = "somebody"
    ) -> Held:
        found = self.enter(origin, tenant, waiter=waiter)
        assert isinstance(found, Held)
        return found

    def begin(self, origin: str = ORIGIN, tenant: str = "acme") -> Permit:
        found = self.enter(origin, tenant)
        assert isinstance(found, Permit)
        return found

    def end(self, permit: Permit, ending: Ending = Ending.ANSWERED) -> None:
        self.endpoints.leave(permit, ending, "no answer in time")

    def fail(self, times: int = 10, tenant: str = "acme") -> None:
        for _ in range(times):
            self.end(self.begin(tenant=tenant), Ending.FAILED)


def test_a_full_endpoint_holds_the_next_one_back_and_calls_it_when_there_is_room() -> None:
    desk = Desk(EndpointLimits(2))
    first, second = desk.begin(), desk.begin()

    one, two = desk.held(waiter="one"), desk.held(waiter="two")

    assert (one.until, two.until) == (NOW + PATIENCE, NOW + PATIENCE + APART)
    assert one.reason == (
        "2 requests to https://partner.example are under way, as many as may be; this one waits "
        "for its turn"
    )
    desk.end(first)
    assert desk.called == ["one"]
    desk.begin()
    desk.end(second, Ending.FAILED)
    assert desk.called == ["one", "two"]


def test_who_asks_before_their_turn_keeps_it_and_who_comes_is_not_called() -> None:
    desk = Desk(EndpointLimits(1, parse_rate("1/m")))
    permit = desk.begin()
    desk.end(permit)
    turns = [desk.held(waiter=name).until for name in ("one", "two", "three")]
    desk.clock.turn(30_000)
    assert desk.held(waiter="two").until == turns[1] == NOW + 120_000

    desk.limits = EndpointLimits(1)
    for name in ("one", "three"):
        found = desk.enter(waiter=name)
        assert isinstance(found, Permit)
        desk.end(found)
    assert desk.called == ["two"]


def test_who_never_came_in_their_turn_is_called_no_more_and_takes_nobodys_place() -> None:
    desk = Desk(EndpointLimits(1))
    permit = desk.begin()
    gone, late = desk.held(waiter="gone"), desk.held(waiter="late")
    desk.clock.turn(gone.until - NOW)
    assert NOW + PATIENCE == gone.until < late.until

    desk.end(permit)

    assert desk.called == ["late"]


def test_who_cannot_be_called_takes_no_turn() -> None:
    desk = Desk(EndpointLimits(1))
    desk.begin()
    for _ in range(5):
        assert desk.held(waiter=None).until == NOW + PATIENCE


def test_a_rate_is_held_and_those_beyond_it_come_evenly() -> None:
    desk = Desk(EndpointLimits(100, parse_rate("2/s")))
    first = desk.begin()
    desk.clock.turn(300)
    desk.begin()

    waits = [desk.held(waiter=str(number)).until - NOW for number in range(3)]

    assert waits == [1_000, 1_500, 2_000]
    assert "is sent 2/s at most" in desk.held().reason
    desk.end(first)
    assert desk.called == []
    desk.clock.turn(700)
    desk.begin()
    desk.held()


def test_an_open_circuit_says_until_when_and_why_and_lets_them_come_back_apart() -> None:
    desk = Desk(UNLIMITED)
    desk.fail()

    one, two = desk.held(waiter="one"), desk.held(waiter="two")

    assert (one.until, two.until) == (NOW + 30_000, NOW + 30_000 + APART_WITHOUT_ANSWER)
    assert desk.held(waiter=None).until == NOW + 30_000
    assert one.reason == (
        "the circuit of https://partner.example is open until 2027-01-15 08:00:30 UTC, as 10 of "
        "the last 10 requests failed, the last one with: no answer in time"
    )
    desk.clock.turn(30_000)
    probe = desk.begin()
    assert "one request tries it just now" in desk.held().reason
    desk.end(probe)
    assert [change.opened for _, change, _ in desk.told] == [True, False]
    desk.begin()


def test_a_partner_that_recovers_is_met_by_one_and_then_by_ever_more() -> None:
    desk = Desk(UNLIMITED)
    desk.fail()
    names = [f"run-{number}" for number in range(8)]
    for name in names:
        desk.held(waiter=name)
    desk.clock.turn(30_000)
    probe = desk.enter(waiter=names[0])
    assert isinstance(probe, Permit)
    assert desk.called == []

    desk.end(probe)
    assert desk.called == names[1:3]
    for name in names[1:3]:
        permit = desk.enter(waiter=name)
        assert isinstance(permit, Permit)
        desk.end(permit)
    assert desk.called == names[1:7]


def test_who_is_held_back_after_a_recovery_comes_not_after_all_that_were_before() -> None:
    desk = Desk(UNLIMITED)
    desk.fail()
    turns = [desk.held(waiter=f"run-{number}").until for number in range(400)]
    assert turns[-1] > NOW + 120_000
    [view] = desk.endpoints.list("acme")
    desk.endpoints.close("acme", view.id)

    desk.limits = EndpointLimits(1)
    desk.begin()

    assert desk.held(waiter="late").until == NOW + PATIENCE


def test_once_it_is_full_again_each_that_ends_calls_one() -> None:
    desk = Desk(UNLIMITED, capacity=16)
    desk.fail()
    for number in range(20):
        desk.held(waiter=str(number))
    desk.clock.turn(30_000)
    probe = desk.enter(waiter="0")
    assert isinstance(probe, Permit)
    under_way = [probe]
    for _ in range(3):
        desk.end(under_way.pop())
        for name in desk.called[-2:]:
            called = desk.enter(waiter=name)
            assert isinstance(called, Permit)
            under_way.append(called)
    assert (len(under_way), len(desk.called)) == (4, 6)

    assert "4 requests to https://partner.example are under way" in desk.held(waiter="late").reason
    desk.end(under_way.pop())

    assert desk.called[6:] == ["7"]


def test_who_is_held_back_by_an_open_circuit_comes_when_it_is_tried_full_or_not() -> None:
    desk = Desk(UNLIMITED)
    desk.begin()
    desk.fail()
    desk.limits = EndpointLimits(1)

    assert desk.held().until == NOW + 30_000


def test_the_words_of_an_open_circuit_count_what_failed_since() -> None:
    desk = Desk(UNLIMITED)
    desk.fail()
    for _ in range(12):
        desk.clock.turn(30_000)
        desk.end(desk.begin(), Ending.FAILED)

    assert "as 10 of the last 10 requests failed" in desk.held().reason


def test_a_probe_that_fails_calls_nobody_and_one_that_found_nothing_out_the_next() -> None:
    desk = Desk(UNLIMITED)
    desk.fail()
    for name in ("one", "two", "three"):
        desk.held(waiter=name)
    desk.clock.turn(30_000)
    probe = desk.enter(waiter="one")
    assert isinstance(probe, Permit)
    desk.end(probe, Ending.FAILED)
    assert desk.called == []

    for name in ("two", "three"):
        desk.held(waiter=name)
    desk.clock.turn(30_000)
    found = desk.enter(waiter="two")
    assert isinstance(found, Permit)
    desk.end(found, Ending.NOTHING)
    assert desk.called == ["three"]


def test_the_trouble_of_one_tenant_is_none_of_another() -> None:
    desk = Desk(UNLIMITED)
    desk.fail(tenant="acme")

    desk.held(tenant="acme")
    desk.begin(tenant="globex")

    assert [view.state for view in desk.endpoints.list("acme")] == [CircuitState.OPEN]
    assert [view.state for view in desk.endpoints.list("globex")] == [CircuitState.CLOSED]
    assert [tenant for tenant, _, _ in desk.told] == ["acme"]


def test_what_is_held_back_uses_nothing_up() -> None:
    desk = Desk(EndpointLimits(1, parse_rate("2/m")))
    permit = desk.begin()
    for _ in range(5):
        desk.held()
    desk.end(permit)
    desk.begin()


def test_a_rate_that_is_changed_counts_anew() -> None:
    desk = Desk(EndpointLimits(9, parse_rate("1/h")))
    desk.begin()
    desk.held()
    desk.limits = EndpointLimits(9, parse_rate("2/h"))
    desk.begin()
    desk.limits = EndpointLimits(9)
    desk.begin()


def test_the_list_tells_who_uses_what_and_how_it_goes() -> None:
    desk = Desk(EndpointLimits(7, parse_rate("50/s")))
    for number in range(MOST_USERS + 1):
        desk.enter(user=User(AUTOMATION, f"a{number}"))
        desk.clock.turn(1_000)
        if number == 6:
            break
    desk.clock.turn(60_000)
    desk.end(desk.begin("https://other.example"), Ending.FAILED)

    other, partner = desk.endpoints.list("acme")

    assert (other.origin, other.requests, other.failures) == ("https://other.example", 1, 1)
    assert other.last_failure is not None
    assert other.last_failure.words == "no answer in time"
    assert (partner.in_flight, partner.concurrency) == (7, 7)
    assert [user.id for user in partner.used_by] == ["a6", "a5", "a4", "a3", "a2", "a1", "a0"]
    assert desk.endpoints.list("globex") == []
    desk.clock.turn(LATELY)
    assert desk.endpoints.list("acme") == []


def test_of_many_users_the_latest_are_listed() -> None:
    desk = Desk(UNLIMITED)
    for number in range(MOST_USERS + 3):
        desk.enter(user=User(AUTOMATION, f"a{number}"))
    desk.enter(user=User(AUTOMATION, "a4"))

    [view] = desk.endpoints.list("acme")

    latest = range(MOST_USERS + 2, 2, -1)
    expected = ["a4", *(f"a{number}" for number in latest if number != 4)]
    assert [user.id for user in view.used_by] == expected


def test_a_person_closes_a_circuit_and_nobody_elses() -> None:
    desk = Desk(UNLIMITED)
    desk.fail()
    [view] = desk.endpoints.list("acme")

    assert desk.endpoints.close("globex", view.id) is None
    desk.held()
    assert desk.endpoints.close("acme", view.id) is not None
    assert desk.called == ["somebody"]
    desk.begin()
    assert [change for _, change, _ in desk.told][-1] == Change(opened=False, since=NOW)


def test_only_so_many_endpoints_are_known_and_those_in_use_stay() -> None:
    desk = Desk(UNLIMITED)
    held = desk.begin("https://busy.example")
    for number in range(MOST_OF_A_TENANT + 5):
        desk.end(desk.begin(f"https://shop-{number}.example"))

    known = {view.origin for view in desk.endpoints.list("acme")}

    assert len(known) == MOST_OF_A_TENANT
    assert "https://busy.example" in known
    assert "https://shop-0.example" not in known
    desk.end(held)


def fill(desk: Desk, tenant: str, origin: str) -> int:
    """Stalled requests to an endpoint that has answered, as many as may be; how many they are."""
    desk.end(desk.begin(origin, tenant))
    count = 0
    while isinstance(desk.enter(origin, tenant), Permit):
        count += 1
    return count


def test_of_an_endpoint_that_never_answered_few_give_up_at_one_moment() -> None:
    desk = Desk(UNLIMITED)
    permits = [desk.begin() for _ in range(UNPROVEN)]
    held = [desk.held(waiter=str(number)) for number in range(5)]
    assert held[0].reason == (
        "32 requests to https://partner.example are under way, as many as may be until one is "
        "answered; this one waits for its turn"
    )
    assert [one.until - held[0].until for one in held[1:3]] == [
        APART_WITHOUT_ANSWER,
        2 * APART_WITHOUT_ANSWER,
    ]
    assert isinstance(desk.enter(placed=False), Permit)

    desk.end(permits[0])

    assert desk.called == ["0", "1"]
    desk.begin()
    desk.begin()
    desk.end(permits[1])
    assert desk.called == ["0", "1", "2", "3"]


def test_four_endpoints_that_stall_leave_places_for_a_fifth() -> None:
    desk = Desk(UNLIMITED)
    stalled = [fill(desk, "acme", f"https://{name}.example") for name in "abcd"]

    assert stalled[0] == 128
    assert sum(stalled) <= 384
    assert fill(desk, "acme", "https://well.example") >= ALWAYS
    assert fill(desk, "globex", "https://well.example") >= 32


@pytest.mark.parametrize("ending", list(Ending))
def test_places_are_free_again_once_what_stalled_has_ended(ending: Ending) -> None:
    desk = Desk(UNLIMITED)
    desk.end(desk.begin("https://well.example", "globex"))
    for number in range(20):
        permits = [desk.begin(f"https://shop-{number}.example") for _ in range(UNPROVEN)]
        for permit in permits:
            desk.end(permit, ending)

    assert fill(desk, "acme", "https://d.example") == 128
    assert fill(desk, "globex", "https://well.example") == 128


def test_who_waits_in_a_thread_of_their_own_takes_no_place() -> None:
    desk = Desk(UNLIMITED)
    callers = [desk.enter(placed=False) for _ in range(300)]
    assert all(isinstance(one, Permit) for one in callers)
    assert fill(desk, "acme", ORIGIN) == 128
    assert isinstance(desk.enter(placed=False), Permit)

    desk.limits = EndpointLimits(2)
    assert isinstance(desk.enter(placed=False), Held)


@given(
    capacity=st.integers(4 * ALWAYS, 512),
    stalling=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30)), max_size=80),
)
def test_however_many_stall_somebody_else_begins_at_once(
    capacity: int, stalling: list[tuple[str, int]]
) -> None:
    """Each endpoint takes all it gets and gives nothing back, and still one more can begin."""
    places = Places(capacity)
    taken: dict[tuple[str, int], int] = {}
    for key in stalling:
        while taken.get(key, 0) < places.limit(key[0]):
            places.take(key[0])
            taken[key] = taken.get(key, 0) + 1

    assert all(count <= capacity // 4 for count in taken.values())
    assert places.limit("c") >= ALWAYS
    for tenant in "ab":
        few = ALWAYS * sum(key[0] == tenant for key in taken)
        own = sum(count for key, count in taken.items() if key[0] == tenant)
        assert own <= capacity * 3 // 4 + few


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Partner.Example/a?b#c", "https://partner.example"),
        ("https://partner.example:443/", "https://partner.example"),
        ("http://partner.example:80", "http://partner.example"),
        ("http://partner.example:8080/x", "http://partner.example:8080"),
        ("https://[2606:4700::1111]:8443/", "https://[2606:4700::1111]:8443"),
        ("ftp://partner.example", None),
        ("https://", None),
        ("https://partner.example:99999/", None),
        ("https://[secret:HOST]/x", None),
        ("", None),
    ],
)
def test_the_origin_of_a_url(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    ("shown", "label"),
    [
        ("https://partner.example/orders", ORIGIN),
        ("[secret:BASE]/orders", "[secret:BASE]"),
        ("https://[secret:HOST]/orders?x=1", "https://[secret:HOST]"),
    ],
)
def test_what_a_secret_hides_the_label_hides_too(shown: str, label: str) -> None:
    assert label_of(ORIGIN, shown) == label


@given(st.text())
def test_no_url_breaks_it(url: str) -> None:
    found = origin_of(url)
    assert label_of(ORIGIN, url) is not None
    assert found is None or found.startswith("http")
