"""Percentiles of many short measurements together, and how sure one may be of their ratio.

The slowest hundredth of one short measurement hangs on a few requests, so the ratio of two of them
says little of what was compared. Here the times of all measurements of a kind are put together
before the percentile is taken. How far another such series might come out elsewhere is told by the
bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13): whole pairs are
drawn again, so that what a quarter of a minute had in common stays together.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

DRAWS = 1_000
SURE = 0.9
"""The share of the draws that lies between the ends of an interval."""

Times = Sequence[float]
"""How long the requests of one measurement took, in milliseconds."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio, and between what it lies as surely as `SURE` says."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


def percentile(measured: Sequence[Times], share: float) -> float:
    """The time of all together below which this share of them lies, such as 0.99."""
    together = sorted(chain.from_iterable(measured))
    return together[int(len(together) * share)]


def ratio_of(first: Sequence[Times], second: Sequence[Times], share: float) -> Ratio:
    """How many times the percentile of the first that of the second is; both come in pairs."""
    drawing = random.Random(0)
    numbers = range(len(first))
    drawn = sorted(
        _ratio(first, second, drawing.choices(numbers, k=len(numbers)), share) for _ in range(DRAWS)
    )
    beyond = round(DRAWS * (1 - SURE) / 2)
    return Ratio(_ratio(first, second, numbers, share), drawn[beyond], drawn[-1 - beyond])


def _ratio(
    first: Sequence[Times], second: Sequence[Times], numbers: Sequence[int], share: float
) -> float:
    below = percentile([first[number] for number in numbers], share)
    return percentile([second[number] for number in numbers], share) / below
