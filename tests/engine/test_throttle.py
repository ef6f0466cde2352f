"""Who guesses passwords waits longer and longer; who knows theirs does not."""

from __future__ import annotations

import pytest

from core.errors import InvalidError, SignInRefused
from engine.people.throttle import (
    BY_ADDRESS,
    BY_EMAIL,
    FORGOTTEN_AFTER,
    MOST_KNOWN,
    Counter,
    Throttle,
)
from tests.engine.people import ADA, ADDRESS, set_up
from tests.support.builders import NOW
from tests.support.people import PASSWORD
from tests.support.workbench import TurnedClock, Workbench


def waits(throttle: Throttle, email: str, address: str = ADDRESS) -> int:
    """How long a try has to wait; 0, and it is counted, when it is let through."""
    try:
        throttle.admit(email, address)
    except SignInRefused as refused:
        return refused.wait
    return 0


def test_waits_for_an_email_grow_up_to_a_limit_and_are_forgotten() -> None:
    clock = TurnedClock()
    throttle = Throttle(clock)
    assert [waits(throttle, ADA, "") for _ in range(BY_EMAIL.free)] == [0] * BY_EMAIL.free

    grown = []
    for _ in range(11):
        wait = waits(throttle, ADA, "")
        grown.append(wait)
        clock.turn(wait * 1000)
        assert waits(throttle, ADA, "") == 0

    assert grown == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert waits(throttle, "grace@acme.example", "") == 0
    clock.turn(FORGOTTEN_AFTER)
    assert [waits(throttle, ADA, "") for _ in range(2)] == [0, 0]


def test_one_address_cannot_try_many_emails() -> None:
    throttle = Throttle(TurnedClock())
    tried = [waits(throttle, f"user{n}@acme.example") for n in range(BY_ADDRESS.free)]

    assert tried == [0] * BY_ADDRESS.free
    assert waits(throttle, "another@acme.example") == 1
    assert waits(throttle, "another@acme.example", "203.0.113.6") == 0


def test_neighbours_in_an_ipv6_network_count_as_one() -> None:
    throttle = Throttle(TurnedClock())
    for number in range(BY_ADDRESS.free):
        assert waits(throttle, f"user{number}@acme.example", f"2001:db8::{number:x}") == 0

    assert waits(throttle, "another@acme.example", "2001:db8::ffff") == 1
    assert waits(throttle, "another@acme.example", "2001:db8:0:1::1") == 0


def test_a_good_try_forgives_the_email_and_gives_back_one_of_the_address() -> None:
    throttle = Throttle(TurnedClock())
    for _ in range(BY_ADDRESS.free * 2):
        assert waits(throttle, ADA) == 0
        throttle.forgive(ADA, ADDRESS)


def test_only_so_many_are_remembered() -> None:
    counter = Counter(BY_EMAIL)
    for number in range(MOST_KNOWN + BY_EMAIL.free + 1):
        counter.count(str(max(0, number - BY_EMAIL.free)), NOW)

    assert counter.wait("0", NOW) == 0
    assert len(counter._known) == MOST_KNOWN


def test_a_throttled_sign_in_says_how_long_to_wait_and_then_succeeds(bench: Workbench) -> None:
    set_up(bench)
    sign_in = bench.service.accounts.sign_in
    for _ in range(BY_EMAIL.free):
        with pytest.raises(SignInRefused, match="No account"):
            sign_in(ADA, "not the password", ADDRESS)

    with pytest.raises(SignInRefused, match="Wait 1 second") as refused:
        sign_in(ADA, PASSWORD, ADDRESS)

    bench.clock.turn(refused.value.wait * 1000)
    assert sign_in(ADA, PASSWORD, ADDRESS)


def test_who_knows_the_password_may_mistype_it_again_and_again(bench: Workbench) -> None:
    set_up(bench)
    sign_in = bench.service.accounts.sign_in
    for _ in range(2):
        for _ in range(BY_EMAIL.free - 1):
            with pytest.raises(SignInRefused, match="No account"):
                sign_in(ADA, "not the password", ADDRESS)
        assert sign_in(ADA, PASSWORD, ADDRESS)


def test_a_stolen_session_cannot_guess_the_password_either(bench: Workbench) -> None:
    ada, _ = set_up(bench)
    for _ in range(BY_EMAIL.free):
        with pytest.raises(InvalidError):
            bench.service.accounts.change_password(ada.user, "not the password", PASSWORD)

    with pytest.raises(SignInRefused):
        bench.service.accounts.change_password(ada.user, PASSWORD, PASSWORD)
