"""What a wake-up does in the worker that takes it. RQ finds it by its name."""

from __future__ import annotations

from collections.abc import Callable

_sleepers: list[Callable[[], None]] = []


def woken_by_jobs(sleeper: Callable[[], None]) -> None:
    """From now on a wake-up calls this: quickly, and from any thread."""
    _sleepers.append(sleeper)


def wake() -> None:
    """Wakes everything in this process that looks for work."""
    for sleeper in _sleepers:
        sleeper()
