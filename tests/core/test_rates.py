"""Rates as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.rates import Rate, parse_rate


@pytest.mark.parametrize(
    ("text", "amount", "period", "spacing"),
    [
        ("10/s", 10, 1_000, 100),
        ("100/m", 100, 60_000, 600),
        ("1000/h", 1_000, 3_600_000, 3_600),
        ("1/d", 1, 86_400_000, 86_400_000),
        ("100000/s", 100_000, 1_000, 1),
    ],
)
def test_a_rate_is_read(text: str, amount: int, period: int, spacing: int) -> None:
    rate = parse_rate(text)
    assert rate == Rate(amount, period, text)
    assert rate.spacing == spacing


@pytest.mark.parametrize("text", ["", "0/s", "10", "10/", "/s", "100001/s", "10/w", "10/s\n"])
def test_what_is_no_rate_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match="write it like 10/s"):
        parse_rate(text)


@given(st.integers(1, 100_000), st.sampled_from("smhd"))
def test_every_amount_in_every_unit_is_one(amount: int, unit: str) -> None:
    assert parse_rate(f"{amount}/{unit}").amount == amount
