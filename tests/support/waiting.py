"""Waiting for what becomes true in another process: the only place where tests look again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

PATIENCE = 60.0
"""Seconds after which a test gives up; far more than anything takes."""
_SHORTEST_PAUSE = 0.02
_LONGEST_PAUSE = 0.2
_SHARE = 0.1
"""Of the time that has passed: who waited long is late by little if it looks more rarely. Most
looks are requests, whose answers cost the very processors that what is awaited needs."""


def eventually(condition: Callable[[], Value], seconds: float = PATIENCE) -> Value:
    """The first value of `condition` that holds. Fails when there is none within the time."""
    begun = looked = time.monotonic()
    pause = threading.Event()
    while not (value := condition()):
        now = time.monotonic()
        assert now - begun < seconds, f"still {value!r} after {seconds:.0f} s"
        pause.wait(_pause(waited=now - begun, look=now - looked))
        looked = time.monotonic()
    return value


def _pause(waited: float, look: float) -> float:
    """Seconds until the next look; at least as many as the last one took."""
    return max(look, min(max(waited * _SHARE, _SHORTEST_PAUSE), _LONGEST_PAUSE))
