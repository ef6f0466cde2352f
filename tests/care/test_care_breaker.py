"""The circuit breaker: a story, and what holds whatever happens to it."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.care.breaker import (
    FAILING_PERCENT,
    LEAST_REQUESTS,
    PAUSE,
    Breaker,
    Change,
    CircuitState,
    Ending,
    Ticket,
)
from engine.care.outcomes import WINDOW
from tests.support.builders import NOW


def end(breaker: Breaker, ending: Ending, now: int, times: int = 1) -> Change | None:
    """So many requests, one after another; what the last one changed."""
    change = None
    for _ in range(times):
        assert breaker.admits(now)
        change = breaker.leave(breaker.enter(now), ending, now)
    return change


def opened() -> Breaker:
    breaker = Breaker()
    assert end(breaker, Ending.FAILED, NOW, LEAST_REQUESTS) == Change(opened=True, since=NOW)
    return breaker


def test_nine_failures_open_nothing_and_the_tenth_does() -> None:
    breaker = Breaker()
    assert end(breaker, Ending.FAILED, NOW, 9) is None
    assert breaker.state(NOW) is CircuitState.CLOSED

    assert end(breaker, Ending.FAILED, NOW) == Change(opened=True, since=NOW)

    assert breaker.state(NOW) is CircuitState.OPEN
    assert breaker.open_until(NOW) == NOW + 30_000
    assert not breaker.admits(NOW)


def test_seven_of_ten_are_enough_and_six_are_not() -> None:
    breaker = Breaker()
    end(breaker, Ending.ANSWERED, NOW, 4)
    assert end(breaker, Ending.FAILED, NOW, 9) is None
    assert end(breaker, Ending.FAILED, NOW) is not None

    just_seven = Breaker()
    end(just_seven, Ending.ANSWERED, NOW, 3)
    assert end(just_seven, Ending.FAILED, NOW, 7) is not None


def test_failures_count_for_five_minutes_and_no_longer() -> None:
    breaker, patient = Breaker(), Breaker()
    for one in (breaker, patient):
        end(one, Ending.FAILED, NOW, 9)

    assert end(breaker, Ending.FAILED, NOW + 289_000) is not None
    assert end(patient, Ending.FAILED, NOW + 300_000) is None

    assert breaker.state(NOW + 289_000) is CircuitState.OPEN
    assert patient.state(NOW + 300_000) is CircuitState.CLOSED


def test_after_the_pause_one_tries_it_for_all() -> None:
    breaker, later = opened(), NOW + PAUSE
    assert not breaker.admits(later - 1)
    assert breaker.state(later) is CircuitState.HALF_OPEN

    probe = breaker.enter(later)

    assert not breaker.admits(later)
    assert breaker.leave(probe, Ending.ANSWERED, later + 5) == Change(opened=False, since=NOW)
    assert breaker.state(later + 5) is CircuitState.CLOSED
    assert end(breaker, Ending.FAILED, later + 5, 9) is None


def test_a_probe_that_fails_opens_it_anew_without_another_word() -> None:
    breaker, later = opened(), NOW + PAUSE
    assert end(breaker, Ending.FAILED, later) is None
    assert breaker.open_until(later) == later + PAUSE
    assert breaker.began_at == NOW


def test_a_probe_that_found_nothing_out_leaves_the_place_to_another() -> None:
    breaker, later = opened(), NOW + PAUSE
    assert end(breaker, Ending.NOTHING, later) is None
    assert breaker.state(later) is CircuitState.HALF_OPEN
    assert breaker.admits(later)


def test_what_was_under_way_as_it_opened_has_no_say_in_it() -> None:
    breaker = Breaker()
    stragglers = [breaker.enter(NOW) for _ in range(2)]
    end(breaker, Ending.FAILED, NOW, LEAST_REQUESTS)

    assert breaker.leave(stragglers[0], Ending.ANSWERED, NOW + 1) is None
    assert breaker.state(NOW + 1) is CircuitState.OPEN
    probe = breaker.enter(NOW + PAUSE)
    assert breaker.leave(stragglers[1], Ending.FAILED, NOW + PAUSE) is None
    assert breaker.state(NOW + PAUSE) is CircuitState.HALF_OPEN
    assert breaker.leave(probe, Ending.ANSWERED, NOW + PAUSE) is not None


def test_a_person_closes_it_at_once() -> None:
    breaker = opened()
    assert breaker.close() == Change(opened=False, since=NOW)
    assert breaker.admits(NOW)
    assert breaker.close() is None


def test_a_clock_that_is_set_back_keeps_it_open_for_nobody() -> None:
    breaker = opened()
    assert breaker.admits(NOW - 3_600_000)


@dataclass
class Request:
    ticket: Ticket
    state: CircuitState


class BreakerMachine(RuleBasedStateMachine):
    """Requests begin and end in any order, while the time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker()
        self.now = NOW
        self.under_way: list[Request] = []
        self.counted: list[tuple[int, bool]] = []
        self.opened_at: int | None = None
        self.changes: list[bool] = []

    @rule(duration=st.sampled_from([1, 500, 9_000, PAUSE, PAUSE - 1, WINDOW]))
    def wait(self, duration: int) -> None:
        self.now += duration

    @rule()
    def begin(self) -> None:
        state = self.breaker.state(self.now)
        if not self.breaker.admits(self.now):
            probing = any(one.state is CircuitState.HALF_OPEN for one in self.under_way)
            assert state is CircuitState.OPEN or probing
            return
        assert state is not CircuitState.OPEN
        self.under_way.append(Request(self.breaker.enter(self.now), state))

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 1 << 16), ending=st.sampled_from([*Ending, Ending.FAILED]))
    def end(self, which: int, ending: Ending) -> None:
        request = self.under_way.pop(which % len(self.under_way))
        before = self.breaker.state(self.now)
        change = self.breaker.leave(request.ticket, ending, self.now)
        if before is CircuitState.CLOSED and self.breaker.state(self.now) is not before:
            self._check_opening()
        if request.state is CircuitState.HALF_OPEN and ending is Ending.FAILED:
            assert self.breaker.state(self.now) is CircuitState.OPEN
        if change is not None:
            self.changes.append(change.opened)
        if self.breaker.open_until(self.now) == self.now + PAUSE:
            self.opened_at = self.now

    @rule()
    def close(self) -> None:
        change = self.breaker.close()
        if change is not None:
            self.changes.append(change.opened)
        self.opened_at = None

    def _check_opening(self) -> None:
        total, failed = self.breaker.counts(self.now)
        assert total >= LEAST_REQUESTS
        assert failed * 100 >= total * FAILING_PERCENT

    @invariant()
    def nobody_goes_within_the_pause(self) -> None:
        if self.opened_at is not None and self.now < self.opened_at + PAUSE:
            assert not self.breaker.admits(self.now)

    @invariant()
    def one_at_most_tries_a_circuit_that_is_half_open(self) -> None:
        if self.breaker.state(self.now) is CircuitState.HALF_OPEN:
            current = [
                one
                for one in self.under_way
                if one.ticket.probe and one.ticket.era == self.breaker._era
            ]
            assert len(current) <= 1
            assert self.breaker.admits(self.now) is (not current)

    @invariant()
    def openings_and_closings_are_told_in_turn(self) -> None:
        assert self.changes == [number % 2 == 0 for number in range(len(self.changes))]


TestBreaker = BreakerMachine.TestCase
