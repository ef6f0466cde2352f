"""What a wake-up does in the worker that takes it."""

from __future__ import annotations

from collections.abc import Callable

from rq.job import Job

_sleepers: list[Callable[[], None]] = []


def woken_by_jobs(sleeper: Callable[[], None]) -> None:
    """From now on a wake-up calls this: quickly, and from any thread."""
    _sleepers.append(sleeper)


def wake() -> None:
    """Wakes everything in this process that looks for work."""
    for sleeper in _sleepers:
        sleeper()


class WakeUp(Job):
    """A job that wakes, whatever it says that it does.

    RQ would import and call any function whose name stands in Redis, as what is done and as what is
    called afterwards: whoever can write there could have anything done by workers, which know every
    secret.
    """

    @property
    def success_callback(self) -> None:
        """Nothing is called afterwards."""

    @property
    def failure_callback(self) -> None:
        """Nothing is called afterwards."""

    @property
    def stopped_callback(self) -> None:
        """Nothing is called afterwards."""

    def _execute(self) -> None:
        wake()
