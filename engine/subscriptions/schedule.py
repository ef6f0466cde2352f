"""When a delivery that failed is tried again: eleven attempts over 24 hours."""

from __future__ import annotations

from collections.abc import Callable

from core.clock import Milliseconds

_SECOND: Milliseconds = 1_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE

WAITS: tuple[Milliseconds, ...] = (
    5 * _SECOND,
    30 * _SECOND,
    2 * _MINUTE,
    10 * _MINUTE,
    30 * _MINUTE,
    1 * _HOUR,
    2 * _HOUR,
    4 * _HOUR,
    8 * _HOUR,
    8 * _HOUR,
)
"""The wait after the first attempt, after the second, and so on; after the last, none is made."""
MOST_TRIES = len(WAITS) + 1
JITTER = 0.2
"""The share of a wait by which it may be shorter, so that deliveries that failed together part."""


def wait_after(
    tries: int, asked: Milliseconds | None, chance: Callable[[], float]
) -> Milliseconds | None:
    """How long to wait after so many failed attempts; None when no other is made.

    `asked` is the endpoint's `Retry-After`: it is never tried earlier than that. `chance` gives a
    number from 0 to 1 that spreads the wait downwards.
    """
    if tries >= MOST_TRIES:
        return None
    spread = round(WAITS[tries - 1] * (1 - JITTER * chance()))
    return max(spread, asked or 0)
