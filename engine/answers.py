"""Callers that wait for a run: where they wait, and how what they wait for reaches them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.answer_store import StoredAnswers
from core.clock import Milliseconds
from core.model import Run
from core.outcomes import Answer
from core.run_store import Runs
from core.states import RunStatus
from core.writes import Write

KEPT: Milliseconds = 600_000
"""How long an answer is kept for a caller elsewhere: longer than any caller waits."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended that nobody answered for."""

    status: RunStatus
    output: Any
    error: str | None


Reply = Answer | Ended


class Waiter:
    """One caller. The first reply counts."""

    __slots__ = ("_arrived", "_lock", "is_dismissed", "reply", "waits")

    def __init__(self) -> None:
        self.reply: Reply | None = None
        self.waits = False
        self.is_dismissed = False
        self._lock = threading.Lock()
        self._arrived = threading.Event()

    def give(self, reply: Reply) -> None:
        """Hands over a reply unless there was one."""
        with self._lock:
            if self.reply is None:
                self.reply = reply
                self._arrived.set()

    def dismiss(self) -> None:
        """Ends the waiting, reply or not."""
        self.is_dismissed = True
        self._arrived.set()

    def wait(self, seconds: float) -> Reply | None:
        """The reply, or None when none came in time, or before the caller was dismissed."""
        self.waits = True
        self._arrived.wait(max(seconds, 0))
        return self.reply


class Answers:
    """The callers that wait in this process, by run.

    `stored` is how answers travel between processes that share a store, if they do.
    """

    def __init__(self, stored: StoredAnswers | None = None) -> None:
        self._stored = stored
        self._waiters: dict[str, Waiter] = {}
        self._are_dismissed = False

    @property
    def count(self) -> int:
        """How many wait now."""
        return len(self._waiters)

    def expect(self, run_id: str) -> Waiter:
        """A place to wait for this run; made before the run can start."""
        waiter = self._waiters[run_id] = Waiter()
        if self._are_dismissed:
            waiter.dismiss()
        return waiter

    def forget(self, run_id: str) -> None:
        """Nobody waits any more."""
        self._waiters.pop(run_id, None)

    def dismiss(self) -> None:
        """From now on nobody waits for what goes on elsewhere or later: the process stops."""
        self._are_dismissed = True
        for waiter in tuple(self._waiters.values()):
            waiter.dismiss()

    def give(self, run_id: str, reply: Reply) -> None:
        """Hands a reply to whoever waits here for the run."""
        waiter = self._waiters.get(run_id)
        if waiter is not None:
            waiter.give(reply)

    def send(self, run: Run, answer: Answer, now: Milliseconds) -> Sequence[Write]:
        """What brings an answer to a caller that waits in another process, if it may be there."""
        if self._stored is None or run.id in self._waiters:
            return ()
        return (self._stored.keep(run.tenant, run.id, answer, now + KEPT),)

    def collect(self, runs: Runs) -> None:
        """Gives callers here what came of their runs elsewhere. Raises StorageUnavailable."""
        waiting = [run_id for run_id, waiter in tuple(self._waiters.items()) if waiter.waits]
        if not waiting or self._stored is None:
            return
        # In this order: an answer is stored no later than its run's end.
        ended = runs.ended(waiting)
        for run_id, answer in self._stored.of(waiting).items():
            self.give(run_id, answer)
        for run in ended:
            self.give(run.id, Ended(run.status, run.output, run.error))
