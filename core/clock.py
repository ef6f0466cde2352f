"""Time as Penstock counts it: whole milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

Milliseconds = int
"""A duration, or a moment as milliseconds since the Unix epoch in UTC."""


class Clock(Protocol):
    """Where code reads the time, so that a test can turn the hands."""

    def now(self) -> Milliseconds:
        """The moment, in milliseconds since the epoch."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> Milliseconds:
        """The moment, in milliseconds since the epoch."""
        return time.time_ns() // 1_000_000


def to_rfc3339(moment: Milliseconds) -> str:
    """A moment as RFC 3339 text in UTC with milliseconds: `2026-11-21T09:30:00.000Z`."""
    stamp = datetime.fromtimestamp(moment // 1000, UTC)
    return f"{stamp.isoformat()[:19]}.{moment % 1000:03d}Z"


def to_words(moment: Milliseconds) -> str:
    """A moment in UTC as it stands in words for people: `2026-11-21 09:30:00 UTC`."""
    return f"{to_rfc3339(moment)[:19].replace('T', ' ')} UTC"


def from_rfc3339(text: str) -> Milliseconds:
    """The moment an RFC 3339 text names. Raises ValueError when it is none or has no offset."""
    stamp = datetime.fromisoformat(text)
    if stamp.tzinfo is None:
        raise ValueError(f"{text!r} has no offset from UTC; add Z or +00:00")
    return round(stamp.timestamp() * 1000)
