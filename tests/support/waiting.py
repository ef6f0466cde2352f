"""Waiting for what becomes true in another process: the only place where tests look again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

PATIENCE = 60.0
"""Seconds after which a test gives up; far more than anything takes."""
PAUSE = 0.02


def eventually(condition: Callable[[], Value], seconds: float = PATIENCE) -> Value:
    """The first value of `condition` that holds. Fails when there is none within the time."""
    last_moment = time.monotonic() + seconds
    pause = threading.Event()
    while not (value := condition()):
        assert time.monotonic() < last_moment, f"still {value!r} after {seconds:.0f} s"
        pause.wait(PAUSE)
    return value
