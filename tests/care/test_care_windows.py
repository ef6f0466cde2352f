"""Windows over time: what they count, and when there is room in them again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.rates import Rate
from engine.care.outcomes import WINDOW, OutcomeWindow
from engine.care.turns import MOST_AHEAD, Turns
from engine.moving_window import MovingWindow
from tests.support.builders import NOW

STEPS = st.lists(st.integers(0, 400), min_size=1, max_size=200)
"""Milliseconds between one thing and the next."""


def moments(steps: list[int]) -> list[int]:
    now, found = NOW, []
    for each in steps:
        now += each
        found.append(now)
    return found


@given(STEPS, st.integers(1, 8))
def test_no_stretch_of_time_holds_more_than_the_rate(steps: list[int], amount: int) -> None:
    rate = Rate(amount, 1_000, "")
    window = MovingWindow(rate)
    taken = [now for now in moments(steps) if window.take(now)]

    for moment in taken:
        assert sum(moment - rate.period < one <= moment for one in taken) <= amount
    assert taken[0] == NOW + steps[0]


@given(STEPS, st.integers(1, 8))
def test_a_full_window_opens_at_the_moment_it_names_and_not_before(
    steps: list[int], amount: int
) -> None:
    window = MovingWindow(Rate(amount, 1_000, ""))
    now = NOW
    for now in moments(steps):
        window.take(now)
    opens_at = window.opens_at(now)

    if opens_at > now:
        assert not window.take(opens_at - 1)
    assert window.take(opens_at)


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    window = MovingWindow(Rate(1, 1_000, ""))
    assert window.take(NOW)
    assert window.take(NOW - 3_600_000)
    outcomes = OutcomeWindow()
    outcomes.add(True, NOW)
    assert outcomes.counts(NOW - 3_600_000) == (0, 0)


@given(st.lists(st.tuples(st.integers(0, 20_000), st.booleans()), max_size=200))
def test_outcomes_are_counted_for_five_minutes_to_a_tenth_of_one(
    ended: list[tuple[int, bool]],
) -> None:
    window, now, past = OutcomeWindow(), NOW, []
    for after, failed in ended:
        now += after
        window.add(failed, now)
        past.append((now, failed))

    total, failures = window.counts(now)

    whole = [failed for at, failed in past if at > now - WINDOW]
    sure = [failed for at, failed in past if at > now - WINDOW + 10_000]
    assert len(sure) <= total <= len(whole)
    assert sum(sure) <= failures <= sum(whole)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 200)), min_size=2))
def test_turns_come_one_after_another_and_never_too_early(asked: list[tuple[int, int]]) -> None:
    turns, now, last, spacing_before = Turns(), NOW, 0, 0
    for after, spacing in asked:
        now += after
        turn = turns.take(now, spacing)
        assert turn >= now
        assert turn >= last + spacing_before
        last, spacing_before = turn, spacing


def test_nobody_is_sent_away_for_longer_than_an_hour() -> None:
    turns = Turns()
    waits = [turns.take(NOW, 60_000) - NOW for _ in range(100)]
    assert waits[:61] == list(range(0, MOST_AHEAD + 1, 60_000))
    assert waits[61:] == waits[:39], "more than fit into it begin with the first moment again"
