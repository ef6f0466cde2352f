"""Rates as people write them: `10/s`, `100/m`, `1000/h`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from core.clock import Milliseconds
from core.duration import UNITS

PATTERN = r"^(?:[1-9][0-9]{0,4}|100000)/[smhd](?![\s\S])"
"""The JSON Schema pattern of a rate: 1 to 100,000 in a second, a minute, an hour or a day."""
WORDS = (
    "a rate of 1 to 100000 in a second, minute, hour or day; write it like 10/s, 100/m or 1000/h"
)

_WHOLE = re.compile(PATTERN)


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` within any `period`."""

    amount: int
    period: Milliseconds
    text: str

    @property
    def spacing(self) -> Milliseconds:
        """How far apart they are when they are spread evenly, at least 1 ms."""
        return max(self.period // self.amount, 1)


@lru_cache(maxsize=1024)
def parse_rate(text: str) -> Rate:
    """The rate a text names. Raises ValueError with what would be right."""
    if not _WHOLE.match(text):
        raise ValueError(f"{text!r} is not {WORDS}")
    amount, _, unit = text.partition("/")
    return Rate(int(amount), UNITS[unit], text)
