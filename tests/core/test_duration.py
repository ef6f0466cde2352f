"""Durations are read and written as people write them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.duration import PATTERN, format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0s", 0),
        ("500ms", 500),
        ("15s", 15_000),
        ("2m", 120_000),
        ("1h30m", 5_400_000),
        ("7d", 604_800_000),
        ("1d2h3m4s5ms", 93_784_005),
        ("90m", 5_400_000),
        ("1m1ms", 60_001),
    ],
)
def test_a_duration_is_its_units_added_up(text, milliseconds):
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize(
    "text",
    ["", "15", "s", "-1s", "1.5s", "1 s", "1s1m", "1s1s", "1S", "15s\n", "1w", "1234567890s"],
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="write it like 500ms, 15s or 1h30m"):
        parse_duration(text)


@given(st.integers(0, 10**12))
def test_what_is_written_is_read_back(milliseconds):
    text = format_duration(milliseconds)
    assert re.search(PATTERN, text)
    assert parse_duration(text) == milliseconds


def test_a_whole_unit_is_written_without_smaller_ones():
    assert [format_duration(count) for count in (0, 999, 60_000, 5_400_000)] == [
        "0s",
        "999ms",
        "1m",
        "1h30m",
    ]


@pytest.mark.parametrize("text", ["5s\n", "٣s", "1m5", "5s5m", "", "1.5h", "-1s"])
def test_the_schema_and_the_parser_refuse_the_same(text: str) -> None:
    assert not re.search(PATTERN, text)
    with pytest.raises(ValueError, match="15s"):
        parse_duration(text)
