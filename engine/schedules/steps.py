"""What is to be done about a schedule that is due: one tick at a time, or leaving some out."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.clock import Milliseconds
from core.schedules import LeftOut, Schedule, WhyLeftOut
from core.trigger_kinds import ScheduleTrigger

GRACE: Milliseconds = 5_000
"""A tick is in time so long after its moment, while no later one is due. Any other was missed."""
MOST_COUNTED = 10_000
"""Missed ticks are counted so far."""
_WINDOW: Milliseconds = 60_000
_WIDER = 8


@dataclass(frozen=True, slots=True)
class Tick:
    """Start a run for this moment and go on with the next. `missed`: how many it stands for."""

    scheduled_at: Milliseconds
    missed: int
    next_at: Milliseconds | None


@dataclass(frozen=True, slots=True)
class Omission:
    """Start nothing for these ticks and go on with the next."""

    left_out: LeftOut
    next_at: Milliseconds | None


def next_step(trigger: ScheduleTrigger, schedule: Schedule, now: Milliseconds) -> Tick | Omission:
    """The next thing to do about a schedule that is due: its `next_at` is not after now.

    A tick in time is done by itself. Those that were missed are one tick, at the moment of the last
    one of them, or none, as the schedule says.
    """
    first, anchor = _next_at(schedule), schedule.anchor
    last = _last_until(trigger, anchor, first, now)
    in_time = last >= now - GRACE
    if in_time and last == first:
        return Tick(first, 0, trigger.next_after(first, anchor))
    if in_time:
        last = _last_until(trigger, anchor, first, last - 1)
    count = _count(trigger, anchor, first, last)
    following = trigger.next_after(last, anchor)
    if trigger.makes_up:
        return Tick(last, count, following)
    return omission(trigger, schedule, LeftOut(last, count, WhyLeftOut.MISSED), following)


def overlapping(trigger: ScheduleTrigger, schedule: Schedule, tick: Tick) -> Omission:
    """What becomes of a tick that comes while an earlier run goes on."""
    left_out = LeftOut(tick.scheduled_at, max(tick.missed, 1), WhyLeftOut.OVERLAP)
    return omission(trigger, schedule, left_out, tick.next_at)


def omission(
    trigger: ScheduleTrigger, schedule: Schedule, left_out: LeftOut, next_at: Milliseconds | None
) -> Omission:
    """Leaves ticks out; those that were left out just before for the same reason count along."""
    before = schedule.left_out
    if (
        before is not None
        and before.why is left_out.why
        and trigger.next_after(before.last, schedule.anchor) == schedule.next_at
    ):
        left_out = replace(left_out, count=before.count + left_out.count)
    return Omission(left_out, next_at)


def _next_at(schedule: Schedule) -> Milliseconds:
    if schedule.next_at is None:
        raise ValueError("a schedule without a next tick is never due")
    return schedule.next_at


def _last_until(
    trigger: ScheduleTrigger, anchor: Milliseconds, first: Milliseconds, until: Milliseconds
) -> Milliseconds:
    """The last tick that is not after a moment; `first` is one. Sought from behind."""
    window = _WINDOW
    while until - window > first:
        found = trigger.next_after(until - window, anchor)
        if found is not None and found <= until:
            first = found
            break
        window *= _WIDER
    while (following := trigger.next_after(first, anchor)) is not None and following <= until:
        first = following
    return first


def _count(
    trigger: ScheduleTrigger, anchor: Milliseconds, first: Milliseconds, last: Milliseconds
) -> int:
    """How many ticks there are from one to another, both counted."""
    count = 1
    while first < last and count < MOST_COUNTED:
        following = trigger.next_after(first, anchor)
        if following is None:
            break
        first, count = following, count + 1
    return count
