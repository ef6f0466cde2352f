"""The journal of one run while it is executed: what is under way, and what is not yet on disk."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from core.clock import Milliseconds
from core.model import Attempt, StepRun
from core.states import STEP_ENDS, StepStatus

MOST_UNSAVED = 250
"""Entries after which steps without an outside effect wait for a commit."""


class Journal:
    """Entries by step id. What is recorded is `unsaved` until `saved` is called.

    What has ended and is on disk is not kept here: nothing of it can change.
    """

    def __init__(self, entries: Iterable[StepRun] = ()) -> None:
        self._open = {entry.step_id: entry for entry in entries if entry.status not in STEP_ENDS}
        self._unsaved: dict[str, StepRun] = {}

    @property
    def is_full(self) -> bool:
        """Whether the next commit carries as much as one should."""
        return len(self._unsaved) >= MOST_UNSAVED

    @property
    def unsaved(self) -> tuple[StepRun, ...]:
        """What the next commit must carry."""
        return tuple(self._unsaved.values())

    def saved(self, entries: Iterable[StepRun]) -> None:
        """These are on disk now."""
        for entry in entries:
            if self._unsaved.get(entry.step_id) is entry:
                del self._unsaved[entry.step_id]

    def record(self, entry: StepRun) -> None:
        """Sets what is known of a step."""
        self._unsaved[entry.step_id] = entry
        if entry.status in STEP_ENDS:
            self._open.pop(entry.step_id, None)
        else:
            self._open[entry.step_id] = entry

    def open(self, step_id: str) -> StepRun | None:
        """The entry of a step that has begun and not ended."""
        return self._open.get(step_id)

    def attempts(self, step_id: str) -> tuple[Attempt, ...]:
        """The attempts so far of a step that has not ended."""
        entry = self._open.get(step_id)
        return entry.attempts if entry else ()

    def waiting(self) -> list[StepRun]:
        """The steps that wait for their time, or to be told something."""
        return [entry for entry in self._open.values() if entry.status is StepStatus.WAITING]

    def due(self, now: Milliseconds) -> list[str]:
        """The waiting steps whose time has come."""
        return [
            entry.step_id
            for entry in self.waiting()
            if entry.due_at is not None and entry.due_at <= now
        ]

    def next_due(self, in_flight: Collection[str] = ()) -> Milliseconds | None:
        """When the next waiting step that is not being tried is due, None when none has a time."""
        times = [
            entry.due_at
            for entry in self.waiting()
            if entry.due_at is not None and entry.step_id not in in_flight
        ]
        return min(times, default=None)

    def cancel_open(self, now: Milliseconds) -> None:
        """Ends every step that has begun and not ended."""
        for entry in list(self._open.values()):
            self.record(replace(entry, status=StepStatus.CANCELLED, due_at=None, finished_at=now))
