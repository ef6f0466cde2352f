"""What is done about a schedule that is due: in time, missed, left out; none twice, none lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.schedules import LeftOut, Schedule, WhyLeftOut
from engine.schedules.steps import (
    GRACE,
    MOST_COUNTED,
    Omission,
    Tick,
    next_step,
    overlapping,
)
from tests.support.builders import NOW
from triggers.schedule import compile_trigger

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
EVERY_HOUR = compile_trigger({"every": "1h"})
SKIPPING = compile_trigger({"every": "1h", "missed": "skip"})


def scheduled(next_at=NOW + HOUR, **changes):
    return Schedule("acme", "nightly", 1, anchor=NOW, next_at=next_at, **changes)


@pytest.mark.parametrize("trigger", [EVERY_HOUR, SKIPPING])
@pytest.mark.parametrize("late", [0, 1, GRACE])
def test_a_tick_in_time_stands_for_itself(trigger, late):
    step = next_step(trigger, scheduled(), NOW + HOUR + late)
    assert step == Tick(NOW + HOUR, 0, NOW + 2 * HOUR)


def test_one_that_was_missed_is_made_up_for():
    step = next_step(EVERY_HOUR, scheduled(), NOW + HOUR + GRACE + 1)
    assert step == Tick(NOW + HOUR, 1, NOW + 2 * HOUR)


def test_or_left_out_where_the_schedule_says_so():
    step = next_step(SKIPPING, scheduled(), NOW + HOUR + GRACE + 1)
    assert step == Omission(LeftOut(NOW + HOUR, 1, WhyLeftOut.MISSED), NOW + 2 * HOUR)


def test_many_that_were_missed_are_one_at_the_last_ones_moment():
    step = next_step(EVERY_HOUR, scheduled(), NOW + 5 * HOUR + 30 * MINUTE)
    assert step == Tick(NOW + 5 * HOUR, 5, NOW + 6 * HOUR)


@pytest.mark.parametrize(("trigger", "kind"), [(EVERY_HOUR, Tick), (SKIPPING, Omission)])
def test_one_in_time_behind_missed_ones_is_not_counted_among_them(trigger, kind):
    step = next_step(trigger, scheduled(), NOW + 5 * HOUR + 1)
    assert isinstance(step, kind)
    assert step.next_at == NOW + 5 * HOUR
    following = next_step(trigger, scheduled(step.next_at), NOW + 5 * HOUR + 1)
    assert following == Tick(NOW + 5 * HOUR, 0, NOW + 6 * HOUR)


def test_years_of_missed_ticks_are_counted_so_far_and_passed_at_once():
    trigger = compile_trigger({"cron": "* * * * *", "timezone": "Europe/Berlin"})
    first = NOW - NOW % MINUTE
    step = next_step(trigger, scheduled(first), first + 900 * DAY + 30 * SECOND)
    assert step == Tick(first + 900 * DAY, MOST_COUNTED, first + 900 * DAY + MINUTE)


def test_after_the_last_tick_there_is_no_other():
    trigger = compile_trigger({"at": "2027-01-15T08:00:00Z"})
    moment = trigger.next_after(0, 0)
    assert next_step(trigger, scheduled(moment), moment) == Tick(moment, 0, None)
    assert next_step(trigger, scheduled(moment), moment + DAY) == Tick(moment, 1, None)


def test_ticks_left_out_in_a_row_are_counted_together():
    before = LeftOut(NOW + HOUR, 4, WhyLeftOut.OVERLAP)
    schedule = scheduled(NOW + 2 * HOUR, left_out=before)
    tick = Tick(NOW + 2 * HOUR, 0, NOW + 3 * HOUR)

    found = overlapping(EVERY_HOUR, schedule, tick)

    assert found == Omission(LeftOut(NOW + 2 * HOUR, 5, WhyLeftOut.OVERLAP), NOW + 3 * HOUR)


@pytest.mark.parametrize(
    "before",
    [
        LeftOut(NOW + HOUR, 4, WhyLeftOut.MISSED),
        LeftOut(NOW, 4, WhyLeftOut.OVERLAP),
    ],
)
def test_those_for_another_reason_or_with_a_tick_between_are_not(before):
    schedule = scheduled(NOW + 2 * HOUR, left_out=before)
    tick = Tick(NOW + 2 * HOUR, 3, NOW + 3 * HOUR)

    found = overlapping(EVERY_HOUR, schedule, tick)

    assert found.left_out == LeftOut(NOW + 2 * HOUR, 3, WhyLeftOut.OVERLAP)


RHYTHMS = st.sampled_from(
    [
        {"every": "1s"},
        {"every": "7s"},
        {"every": "1h30m", "from": "2027-01-15T09:17:00Z"},
        {"cron": "* * * * *", "timezone": "Australia/Lord_Howe"},
        {"cron": "*/7 8-9 * * *", "timezone": "Europe/Berlin"},
        {"at": "2027-01-15T08:01:30Z"},
    ]
)
LOOKS = st.lists(
    st.one_of(
        st.integers(0, 3 * SECOND),
        st.integers(0, 2 * HOUR),
        st.integers(-HOUR, 0),
        st.integers(-DAY, DAY),
    ),
    min_size=1,
    max_size=12,
)
"""How the clock is turned between one look and the next: forwards, backwards, by much or little."""


@given(RHYTHMS, st.sampled_from(["once", "skip"]), LOOKS)
def test_however_the_clock_is_turned_each_tick_is_told_of_once(rhythm, missed, looks):
    trigger = compile_trigger({**rhythm, "missed": missed})
    schedule = scheduled(trigger.next_after(NOW, NOW))
    now, latest, told = NOW, NOW, []
    for turned in looks:
        now += turned
        latest = max(now, latest)
        while schedule.next_at is not None and schedule.next_at <= now:
            step = next_step(trigger, schedule, now)
            told.append(step)
            schedule = replace(schedule, next_at=step.next_at)

    ticks, moment = [], trigger.next_after(NOW, NOW)
    while moment is not None and moment <= latest and len(ticks) < MOST_COUNTED:
        ticks.append(moment)
        moment = trigger.next_after(moment, NOW)
    assume(len(ticks) < MOST_COUNTED)
    told_of = [tick for step in told for tick in told_by(step, ticks)]
    assert told_of == ticks


def told_by(step, ticks):
    """The ticks for which a step stands."""
    if isinstance(step, Omission):
        last, count = step.left_out.last, step.left_out.count
    else:
        last, count = step.scheduled_at, max(step.missed, 1)
    end = ticks.index(last) + 1
    return ticks[end - count : end]
