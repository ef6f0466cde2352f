"""Moments are whole milliseconds; as text they are RFC 3339 in UTC."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import SystemClock, from_rfc3339, to_rfc3339


def test_the_system_clock_counts_milliseconds_of_the_machine(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_123_999_999)
    assert SystemClock().now() == 1_700_000_000_123


def test_a_moment_is_written_in_utc_with_milliseconds():
    assert to_rfc3339(0) == "1970-01-01T00:00:00.000Z"
    assert to_rfc3339(1_700_000_000_007) == "2023-11-14T22:13:20.007Z"


def test_a_text_with_another_offset_names_the_same_moment():
    assert from_rfc3339("2023-11-14T23:13:20.007+01:00") == 1_700_000_000_007


@given(st.integers(0, 253_402_300_799_999))
def test_what_is_written_is_read_back(moment):
    assert from_rfc3339(to_rfc3339(moment)) == moment


def test_a_text_without_an_offset_is_refused_with_what_is_missing():
    with pytest.raises(ValueError, match=r"has no offset from UTC; add Z or \+00:00"):
        from_rfc3339("2023-11-14T22:13:20")


def test_a_text_that_is_no_moment_is_refused():
    with pytest.raises(ValueError, match="yesterday"):
        from_rfc3339("yesterday")
