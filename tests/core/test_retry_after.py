"""Retry-After in every form of RFC 9110, and whatever else partners write there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.retry_after import LONGEST, parse_retry_after

NOW = int(datetime(2026, 11, 21, 9, 30, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120_000),
        (" 7 ", 7_000),
        ("0", 0),
        ("0000000060", 60_000),
        ("86400", LONGEST),
        ("86401", LONGEST),
        ("9" * 5000, LONGEST),
        ("Sat, 21 Nov 2026 09:32:00 GMT", 120_000),
        ("Saturday, 21-Nov-26 09:32:00 GMT", 120_000),
        ("Sat Nov 21 09:32:00 2026", 120_000),
        ("Sat, 21 Nov 2026 09:29:00 GMT", 0),
        ("Sat, 21 Nov 2099 09:29:00 GMT", LONGEST),
    ],
)
def test_seconds_and_dates_are_obeyed_up_to_a_day(value, expected):
    assert parse_retry_after(value, NOW) == expected


@pytest.mark.parametrize(
    "value",
    [None, "", "soon", "-5", "1.5", "1e3", "٣", "120, 60", "Sat, 99 Nov 2026 09:32:00 GMT", "in 5"],
)
def test_what_is_neither_is_ignored(value):
    assert parse_retry_after(value, NOW) is None


@given(st.text() | st.from_regex(r"\A\w{3}, \d{1,9} \w{3} \d{1,9} \d+:\d+:\d+ ?[-+]?\w*\Z"))
@example("Sat, 21 Nov 2026 09:32:00 +9999")
def test_any_text_gives_a_bounded_wait_or_none(value):
    wait = parse_retry_after(value, NOW)
    assert wait is None or 0 <= wait <= LONGEST


@given(st.integers(0, 86_400))
def test_a_date_is_never_earlier_than_it_says(seconds):
    moment = datetime.fromtimestamp(NOW / 1000, UTC) + timedelta(seconds=seconds)
    assert parse_retry_after(format_datetime(moment, usegmt=True), NOW) == seconds * 1000
