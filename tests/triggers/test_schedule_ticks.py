"""The ticks of cron expressions, through every change of the clock: named days and brute force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import from_rfc3339, to_rfc3339
from triggers.schedule import compile_trigger

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

CLOCK_CHANGES = {
    "Europe/Berlin": ["2026-03-29", "2026-10-25"],
    "America/New_York": ["2026-03-08", "2026-11-01"],
    "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
    "Africa/Cairo": ["2026-04-24", "2026-10-29"],
    "Atlantic/Azores": ["2026-03-29", "2026-10-25"],
    "Europe/Dublin": ["2026-03-29", "2026-10-25"],
    "Asia/Tokyo": ["2026-03-29"],
    "UTC": ["2026-03-29"],
}
"""Zones that change by an hour, by half an hour, at midnight, backwards in winter, and never."""


def ticks(expression, zone, begin, count):
    """The first ticks after a moment, in the local time of the zone."""
    trigger = compile_trigger({"cron": expression, "timezone": zone})
    moment, found = from_rfc3339(begin), []
    for _ in range(count):
        moment = trigger.next_after(moment, 0)
        found.append(datetime.fromtimestamp(moment / 1000, ZoneInfo(zone)).isoformat()[5:])
    return found


class TestWhatTheClockLeavesOut:
    """Times of the day that it skips have one tick as it goes on; what goes with it has none."""

    def test_an_hour_in_berlin(self):
        assert ticks("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2) == [
            "03-29T03:00:00+02:00",
            "03-30T02:30:00+02:00",
        ]
        assert ticks("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:15:00Z", 3) == [
            "03-29T01:30:00+01:00",
            "03-29T03:00:00+02:00",
            "03-29T03:30:00+02:00",
        ]

    def test_an_hour_in_new_york(self):
        assert ticks("0 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", 2) == [
            "03-08T03:00:00-04:00",
            "03-09T02:00:00-04:00",
        ]
        assert ticks("*/30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", 2) == [
            "03-09T02:00:00-04:00",
            "03-09T02:30:00-04:00",
        ]

    def test_half_an_hour_on_lord_howe_island(self):
        assert ticks("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", 2) == [
            "10-04T02:30:00+11:00",
            "10-05T02:15:00+11:00",
        ]
        assert ticks("*/30 3 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", 2) == [
            "10-04T03:00:00+11:00",
            "10-04T03:30:00+11:00",
        ]

    def test_midnight_in_cairo(self):
        assert ticks("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", 2) == [
            "04-24T01:00:00+03:00",
            "04-25T00:00:00+03:00",
        ]

    def test_several_times_of_the_skipped_hour_are_one_tick(self):
        assert ticks("0,20,40 2,3 * * *", "Europe/Berlin", "2026-03-28T23:00:00Z", 3) == [
            "03-29T03:00:00+02:00",
            "03-29T03:20:00+02:00",
            "03-29T03:40:00+02:00",
        ]


class TestWhatTheClockShowsTwice:
    """Times of the day count the first time; what goes with the clock ticks both times."""

    def test_an_hour_in_berlin(self):
        assert ticks("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2) == [
            "10-25T02:30:00+02:00",
            "10-26T02:30:00+01:00",
        ]
        assert ticks("30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", 3) == [
            "10-25T02:30:00+02:00",
            "10-25T02:30:00+01:00",
            "10-25T03:30:00+01:00",
        ]

    def test_an_hour_in_new_york(self):
        assert ticks("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", 2) == [
            "11-01T01:30:00-04:00",
            "11-02T01:30:00-05:00",
        ]
        assert ticks("*/30 1 * * *", "America/New_York", "2026-11-01T04:00:00Z", 4) == [
            "11-01T01:00:00-04:00",
            "11-01T01:30:00-04:00",
            "11-01T01:00:00-05:00",
            "11-01T01:30:00-05:00",
        ]

    def test_half_an_hour_on_lord_howe_island(self):
        assert ticks("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00Z", 2) == [
            "04-05T01:45:00+11:00",
            "04-06T01:45:00+10:30",
        ]
        assert ticks("*/15 1 * * *", "Australia/Lord_Howe", "2026-04-04T14:20:00Z", 4) == [
            "04-05T01:30:00+11:00",
            "04-05T01:45:00+11:00",
            "04-05T01:30:00+10:30",
            "04-05T01:45:00+10:30",
        ]

    def test_who_asks_within_the_second_time_is_not_sent_back(self):
        """There a library would go back by an hour."""
        assert ticks("30 2 * * *", "Europe/Berlin", "2026-10-25T01:15:00Z", 1) == [
            "10-26T02:30:00+01:00"
        ]


def test_a_zone_without_such_changes_has_a_tick_a_day():
    assert ticks("30 2 * * *", "Asia/Tokyo", "2026-03-28T12:00:00Z", 2) == [
        "03-29T02:30:00+09:00",
        "03-30T02:30:00+09:00",
    ]


@pytest.mark.parametrize(
    ("expression", "first"),
    [
        ("0 0 29 2 *", "02-29T00:00:00+00:00"),
        ("0 0 L * *", "01-31T00:00:00+00:00"),
        ("0 0 LW * *", "01-29T00:00:00+00:00"),
        ("0 9 * * mon#2", "01-11T09:00:00+00:00"),
        ("0 9 * * 5L", "01-29T09:00:00+00:00"),
        ("0 0 13 * fri", "01-01T00:00:00+00:00"),
        ("0 0 */13 * fri", "01-01T00:00:00+00:00"),
    ],
)
def test_the_calendar_is_that_of_cron(expression, first):
    assert ticks(expression, "UTC", "2026-12-31T12:00:00Z", 1) == [first]


def test_what_never_comes_again_is_told():
    trigger = compile_trigger({"cron": "0 0 1 1 *"})
    assert trigger.next_after(from_rfc3339("8999-06-01T00:00:00Z"), 0) is None


@dataclass(frozen=True)
class Field:
    """A field as it is written, and the numbers it stands for."""

    text: str
    numbers: frozenset[int]


def chosen(least, most):
    """A list or a range of numbers."""
    numbers = st.sampled_from(range(least, most + 1))
    some = st.sets(numbers, min_size=1, max_size=3)
    return st.one_of(
        some.map(lambda found: Field(",".join(map(str, sorted(found))), frozenset(found))),
        st.tuples(numbers, numbers).map(sorted).map(between),
    )


def between(ends):
    return Field(f"{ends[0]}-{ends[1]}", frozenset(range(ends[0], ends[1] + 1)))


def fields(least, most):
    numbers = range(least, most + 1)
    return st.one_of(
        st.just(Field("*", frozenset(numbers))),
        st.integers(2, 40).map(lambda step: Field(f"*/{step}", frozenset(numbers[::step]))),
        chosen(least, most),
    )


@dataclass(frozen=True)
class Expression:
    """A cron expression that is matched without any library."""

    minute: Field
    hour: Field
    day: Field
    weekday: Field

    def __str__(self):
        return f"{self.minute.text} {self.hour.text} {self.day.text} * {self.weekday.text}"

    @property
    def names_times(self):
        return not (self.minute.text.startswith("*") or self.hour.text.startswith("*"))

    def matches(self, local):
        day = local.day in self.day.numbers
        weekday = local.isoweekday() % 7 in self.weekday.numbers
        either = self.day.text.startswith("*") or self.weekday.text.startswith("*")
        on_day = day and weekday if either else day or weekday
        return on_day and local.hour in self.hour.numbers and local.minute in self.minute.numbers


EXPRESSIONS = st.builds(
    Expression,
    minute=fields(0, 59),
    hour=st.one_of(fields(0, 23), chosen(0, 4)),
    day=st.one_of(st.just(Field("*", frozenset(range(1, 32)))), fields(1, 31)),
    weekday=st.one_of(st.just(Field("*", frozenset(range(7)))), fields(0, 6)),
)
DAYS = st.sampled_from([(zone, day) for zone, days in CLOCK_CHANGES.items() for day in days])


def by_brute_force(expression, zone, begin, end):
    """Every tick between two moments, found by looking at each minute."""
    if not expression.names_times:
        every = (begin + number * MINUTE for number in range((end - begin) // MINUTE + 1))
        return [one for one in every if expression.matches(one.astimezone(zone))]
    found = set()
    local = begin.astimezone(zone).replace(tzinfo=None) - DAY / 8
    while local <= end.astimezone(zone).replace(tzinfo=None):
        if expression.matches(local):
            found.add(first_moment_from(local, zone))
        local += MINUTE
    return sorted(one for one in found if begin <= one <= end)


def first_moment_from(local, zone):
    """When the clock shows a time first, or the first one after it that it does show."""
    while True:
        moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            return moment
        local += MINUTE


@given(EXPRESSIONS, DAYS, st.integers(0, 2 * 24 * 60 * 60))
def test_no_tick_is_left_out_and_none_invented(expression, place, seconds):
    """From any moment around a change of the clock on, for a day and a half."""
    zone, day = ZoneInfo(place[0]), datetime.fromisoformat(f"{place[1]}T00:00:00+00:00")
    start = day - DAY + timedelta(seconds=seconds)
    end = start.replace(second=0) + 1.5 * DAY
    trigger = compile_trigger({"cron": str(expression), "timezone": place[0]})

    expected = by_brute_force(expression, zone, start.replace(second=0), end)

    moment = round(start.timestamp() * 1000)
    for tick in [one for one in expected if one > start]:
        following = trigger.next_after(moment, 0)
        assert following > moment
        assert to_rfc3339(following) == to_rfc3339(round(tick.timestamp() * 1000))
        moment = following
    after = trigger.next_after(moment, 0)
    assert after is None or after > end.timestamp() * 1000


@given(st.integers(1_000, 999_999_999), st.integers(0, 10**13), st.integers(-(10**9), 10**13))
def test_intervals_tick_on_their_multiples_and_leave_none_out(every, anchor, moment):
    trigger = compile_trigger({"every": f"{every}ms"})
    tick = trigger.next_after(moment, anchor)
    assert tick > max(moment, anchor)
    assert (tick - anchor) % every == 0
    assert tick == anchor + every or tick - every <= moment


def test_an_interval_from_a_moment_begins_there_and_knows_no_anchor():
    trigger = compile_trigger({"every": "1h", "from": "2026-12-01T06:00:00+01:00"})
    first = from_rfc3339("2026-12-01T05:00:00Z")
    assert trigger.next_after(0, 77) == first
    assert trigger.next_after(first - 1, 77) == first
    assert trigger.next_after(first, 77) == first + 3_600_000


def test_a_single_moment_comes_once():
    trigger = compile_trigger({"at": "2026-12-24T18:00:00+01:00"})
    moment = from_rfc3339("2026-12-24T17:00:00Z")
    assert trigger.next_after(0, 0) == moment
    assert trigger.next_after(moment - 1, 0) == moment
    assert trigger.next_after(moment, 0) is None
