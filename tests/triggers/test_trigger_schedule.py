"""What a schedule takes: each fault in words at its field, whatever stands there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from triggers import schedule
from triggers.schedules.cron import cron_faults
from triggers.schedules.schema import ALTERNATIVES

PROPERTIES = schedule.SPEC.schema["properties"]


def faults(configuration):
    assert list(Draft202012Validator(schedule.SPEC.schema).iter_errors(configuration)) == []
    return schedule.SPEC.check(configuration)


@pytest.mark.parametrize(
    "configuration",
    [
        {"cron": "0 9 * * mon-fri", "timezone": "Europe/Berlin"},
        {"cron": "*/15 * * * *"},
        {"cron": " 0  9\t* JAN-mar SUN,7 "},
        {"cron": "30 2 L * *", "missed": "skip", "overlap": "skip"},
        {"cron": "0 9 * * 1#2,5L"},
        {"every": "15m"},
        {"every": "1h30m", "from": "2026-12-24T18:00:00Z"},
        {"at": "2026-12-24T18:00:00+01:00", "missed": "skip"},
    ],
)
def test_what_is_right_has_no_fault_and_can_be_compiled(configuration):
    assert faults(configuration) == []
    assert schedule.compile_trigger(configuration).next_after(0, 0) is not None


@pytest.mark.parametrize(
    ("configuration", "path", "message"),
    [
        ({}, "cron", "is missing; a schedule has one of cron, every, at"),
        ({"missed": "once"}, "cron", "is missing"),
        ({"cron": "* * * * *", "at": "2026-12-24T18:00:00Z"}, "at", "there is cron already"),
        ({"every": "1h", "timezone": "UTC"}, "timezone", "goes only with cron; remove it"),
        ({"cron": "* * * * *", "from": "2026-12-24T18:00:00Z"}, "from", "goes only with every"),
        ({"cron": "0 9 * *"}, "cron", "has 4 fields; a cron expression has five"),
        ({"cron": "0 0 9 * * *"}, "cron", "has 6 fields"),
        ({"cron": "@daily"}, "cron", "has 1 field;"),
        ({"cron": "60 9 * * *"}, "cron", "the minute: 60 is out of range; it takes 0 to 59"),
        ({"cron": "0 24 * * *"}, "cron", "the hour: 24 is out of range; it takes 0 to 23"),
        ({"cron": "0 9 0 * *"}, "cron", "the day of the month: 0 is out of range"),
        ({"cron": "0 9 * 13 *"}, "cron", "the month: 13 is out of range"),
        ({"cron": "0 9 * * 8"}, "cron", "the day of the week: 8 is out of range"),
        ({"cron": "0 9 * * fri-mon"}, "cron", "'fri-mon' goes backwards; write it as two ranges"),
        ({"cron": "0 9 * mai *"}, "cron", "the month: 'mai' is not taken; it takes 1 to 12, or"),
        ({"cron": "0 9, * * *"}, "cron", "the hour: an empty part is not taken"),
        ({"cron": "*/0 9 * * *"}, "cron", "the minute: '*/0' is not taken"),
        ({"cron": "0 9 31 2 *"}, "cron", "no month that the expression names has so many days"),
        ({"cron": "* * * * *", "timezone": "Berlin"}, "timezone", "do you mean Europe/Berlin?"),
        ({"cron": "* * * * *", "timezone": "utc"}, "timezone", "do you mean UTC?"),
        ({"cron": "* * * * *", "timezone": "New York"}, "timezone", "mean America/New_York?"),
        ({"cron": "* * * * *", "timezone": "Amerika/Nuw_York"}, "timezone", "America/New_York"),
        ({"cron": "* * * * *", "timezone": "../passwd"}, "timezone", "such as Europe/Berlin"),
        ({"every": "999ms"}, "every", "999ms is not between 1s and 366d"),
        ({"every": "367d"}, "every", "367d is not between 1s and 366d"),
        ({"every": "1h", "from": "2026-12-24T18:00:00"}, "from", "has no offset from UTC; add Z"),
        ({"at": "tomorrow"}, "at", "is not a date and time; write it like 2026-12-24T18:00:00+01"),
        ({"at": "2026-02-30T18:00:00Z"}, "at", "is not a date and time"),
        ({"at": "9500-01-01T00:00:00Z"}, "at", "is not between the years 1970 and 9000"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at", "is not"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(configuration, path, message):
    [(field, found)] = faults(configuration)
    assert field == path
    assert message in found


def test_each_field_of_an_expression_has_its_own_fault():
    found = faults({"cron": "99 24 * foo *"})
    assert [path for path, _ in found] == ["cron"] * 3
    assert [words.partition(":")[0] for _, words in found] == [
        "the minute",
        "the hour",
        "the month",
    ]


@given(st.text(st.sampled_from("0123456789*/,-#LW monfri?\xb2\u0663"), max_size=30))
def test_any_text_is_told_about_and_what_is_taken_ticks(text):
    if not cron_faults(text):
        schedule.compile_trigger({"cron": text}).next_after(0, 0)


@given(st.text(max_size=30))
def test_any_moment_and_zone_is_told_about(text):
    schedule.SPEC.check({"at": text})
    schedule.SPEC.check({"cron": "* * * * *", "timezone": text or " "})


def test_the_alternatives_name_every_field_that_is_not_for_all():
    named = [*ALTERNATIVES, *(name for company in ALTERNATIVES.values() for name in company)]
    assert sorted([*named, "missed", "overlap"]) == sorted(PROPERTIES)


def test_the_defaults_of_the_schema_are_those_of_the_compiled_trigger():
    written = {name: PROPERTIES[name]["default"] for name in ("timezone", "missed", "overlap")}
    spelled_out = schedule.compile_trigger({"cron": "* * * * *", **written})
    assert spelled_out == schedule.compile_trigger({"cron": "* * * * *"})


def test_settings_change_no_rhythm_and_times_do():
    first = schedule.compile_trigger({"cron": "0 9 * * *", "missed": "skip"}).rhythm
    assert first == schedule.compile_trigger({"cron": "0 9 * * *", "overlap": "skip"}).rhythm
    assert first != schedule.compile_trigger({"cron": "0 9 * * *", "timezone": "Asia/Tokyo"}).rhythm
    assert first != schedule.compile_trigger({"every": "1d"}).rhythm


@pytest.mark.parametrize(
    ("configuration", "words"),
    [
        (
            {"cron": "0 9 * * mon-fri", "timezone": "Europe/Berlin"},
            "At 09:00 on Monday through Friday, Europe/Berlin",
        ),
        ({"cron": "*/5 * * * *"}, "Every fifth minute of every hour, UTC"),
        ({"cron": "0 25 * * *"}, "0 25 * * *, UTC"),
        ({"cron": "0 9 * * *", "timezone": 7}, "At 09:00 every day, …"),
        ({"every": "15m"}, "Every 15m"),
        (
            {"every": "1d", "from": "2026-12-24T18:00:05Z"},
            "Every 1d, from 2026-12-24 18:00:05 +00:00",
        ),
        ({"at": "2026-12-24T18:00:00+01:00"}, "Once, on 2026-12-24 18:00 +01:00"),
        ({"at": "soon"}, "Once, on soon"),
        ({"at": 7, "every": []}, "Every …"),
        ({"cron": 7}, "No time yet"),
        ({}, "No time yet"),
    ],
)
def test_it_is_put_into_words_however_broken(configuration, words):
    assert schedule.summary(configuration) == words
