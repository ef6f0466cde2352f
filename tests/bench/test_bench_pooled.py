"""Percentiles of many measurements together, and the intervals of their ratios."""

from __future__ import annotations

import random

import pytest

from bench.pooled import percentile, ratio_of


def measurements(seed: int, longer: float = 1.0, rounds: int = 20) -> list[list[float]]:
    """So many times of a hundred requests whose slow ones are rare, each a bit different."""
    drawing = random.Random(seed)
    return [[longer * drawing.expovariate(1) for _ in range(100)] for _ in range(rounds)]


def test_a_percentile_is_that_of_all_together():
    assert percentile([[1, 2, 3], [4, 100]], 0.5) == 3
    assert percentile([[1, 2, 3], [4, 100]], 0.99) == 100


@pytest.mark.parametrize("longer", [1.0, 1.5])
def test_what_is_so_lies_in_the_interval(longer):
    ratio = ratio_of(measurements(1), measurements(2, longer), 0.9)
    assert ratio.low < longer < ratio.high
    assert ratio.low < ratio.value < ratio.high


def test_more_rounds_make_it_narrower():
    few = ratio_of(measurements(1, rounds=5), measurements(2, rounds=5), 0.9)
    many = ratio_of(measurements(1, rounds=80), measurements(2, rounds=80), 0.9)
    assert many.high - many.low < few.high - few.low


def test_the_same_measurements_give_the_same_interval():
    first, second = measurements(1), measurements(2)
    assert ratio_of(first, second, 0.9) == ratio_of(first, second, 0.9)


def test_what_is_printed_says_between_what_it_lies():
    assert str(ratio_of([[1.0, 2.0]], [[2.0, 4.0]], 0.5)) == "2.00 (2.00 to 2.00)"
