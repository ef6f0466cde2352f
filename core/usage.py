"""What a tenant uses in a month, and the quotas it is held against."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from core.clock import Milliseconds
from core.writes import Write

MONTH_PATTERN = r"^[2-8][0-9]{3}-(?:0[1-9]|1[0-2])(?![\s\S])"
"""A JSON Schema pattern of the name of a month."""

_NAME = re.compile(MONTH_PATTERN)


class Counted(StrEnum):
    """What is counted."""

    EVENTS = "events"
    """Events that came in by a request: at trigger URLs and by the generic channel."""
    RUNS = "runs"
    """Runs, whatever started them."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar in UTC, such as `2026-11`; `end` is the first moment after it."""

    name: str
    begin: Milliseconds
    end: Milliseconds


def month_of(moment: Milliseconds) -> Month:
    """The month in which a moment lies."""
    stamp = datetime.fromtimestamp(moment / 1000, UTC)
    return _month(stamp.year, stamp.month)


def month_named(name: str) -> Month:
    """The month of a name such as `2026-11`. Raises ValueError."""
    if not _NAME.match(name):
        raise ValueError(f"{name!r} is no month; write it like 2026-11")
    return _month(int(name[:4]), int(name[5:]))


def _month(year: int, month: int) -> Month:
    following = (year + month // 12, month % 12 + 1)
    return Month(f"{year:04d}-{month:02d}", _first_moment(year, month), _first_moment(*following))


def _first_moment(year: int, month: int) -> Milliseconds:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp()) * 1000


@dataclass(frozen=True, slots=True)
class Used:
    """How much was used in a month."""

    events: int = 0
    runs: int = 0

    def of(self, counted: Counted) -> int:
        """How much of one kind."""
        return self.events if counted is Counted.EVENTS else self.runs


@dataclass(frozen=True, slots=True)
class Crossing:
    """In a month, `percent` of a quota was reached, which was `size` then: noted once."""

    tenant: str
    month: str
    counted: Counted
    size: int
    percent: int
    used: int
    crossed_at: Milliseconds


class Usage(Protocol):
    """What was used, counted as the rows of events and runs are written, and in the same commit."""

    def used(self, tenant: str, month: str) -> Used:
        """How much of a month is used."""
        ...

    def cross(self, crossing: Crossing) -> Write:
        """Notes a crossing; guarded: refused when it is noted already."""
        ...

    def crossings(self, tenant: str, month: str) -> Sequence[Crossing]:
        """What is noted of a month, the oldest first."""
        ...
