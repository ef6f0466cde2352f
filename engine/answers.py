"""Callers that wait for a run: where they wait, and how what they wait for reaches them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from core.outcomes import Answer
from core.states import RunStatus


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended that nobody answered for."""

    status: RunStatus
    output: Any
    error: str | None


Reply = Answer | Ended


class Waiter:
    """One caller. The first reply counts."""

    __slots__ = ("_arrived", "_lock", "reply")

    def __init__(self) -> None:
        self.reply: Reply | None = None
        self._lock = threading.Lock()
        self._arrived = threading.Event()

    def give(self, reply: Reply) -> None:
        """Hands over a reply unless there was one."""
        with self._lock:
            if self.reply is None:
                self.reply = reply
                self._arrived.set()

    def wait(self, seconds: float) -> Reply | None:
        """The reply, or None when none came in time."""
        self._arrived.wait(max(seconds, 0))
        return self.reply


class Answers:
    """The callers that wait in this process, by run."""

    def __init__(self) -> None:
        self._waiters: dict[str, Waiter] = {}

    @property
    def count(self) -> int:
        """How many wait now."""
        return len(self._waiters)

    def expect(self, run_id: str) -> Waiter:
        """A place to wait for this run; made before the run can start."""
        waiter = self._waiters[run_id] = Waiter()
        return waiter

    def forget(self, run_id: str) -> None:
        """Nobody waits any more."""
        self._waiters.pop(run_id, None)

    def give(self, run_id: str, reply: Reply) -> None:
        """Hands a reply to whoever waits for the run."""
        waiter = self._waiters.get(run_id)
        if waiter is not None:
            waiter.give(reply)
