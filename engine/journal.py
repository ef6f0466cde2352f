"""The journal of one run while it is executed: what has happened, and what is not yet on disk."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from core.clock import Milliseconds
from core.model import Attempt, StepRun
from core.states import STEP_ENDS, StepStatus


class Journal:
    """Step runs by id. What is recorded is `unsaved` until `saved` is called."""

    def __init__(self, steps: Iterable[StepRun] = ()) -> None:
        self.steps: dict[str, StepRun] = {step.step_id: step for step in steps}
        self._unsaved: dict[str, StepRun] = {}

    @property
    def unsaved(self) -> tuple[StepRun, ...]:
        """What the next commit must carry."""
        return tuple(self._unsaved.values())

    def saved(self, steps: Iterable[StepRun]) -> None:
        """These are on disk now."""
        for step in steps:
            if self._unsaved.get(step.step_id) is step:
                del self._unsaved[step.step_id]

    def record(self, step: StepRun) -> None:
        """Sets what is known of a step."""
        self.steps[step.step_id] = step
        self._unsaved[step.step_id] = step

    def attempts(self, step_id: str) -> tuple[Attempt, ...]:
        """The attempts of a step so far."""
        step = self.steps.get(step_id)
        return step.attempts if step else ()

    def output(self, step_id: str) -> Any:
        """What a step's last attempt gave, None when there was none."""
        step = self.steps.get(step_id)
        return step.output if step else None

    def waiting(self) -> list[StepRun]:
        """The steps that wait for their time."""
        return [step for step in self.steps.values() if step.status is StepStatus.WAITING]

    def due(self, now: Milliseconds) -> list[str]:
        """The waiting steps whose time has come."""
        return [
            step.step_id
            for step in self.waiting()
            if step.due_at is not None and step.due_at <= now
        ]

    def next_due(self, in_flight: Collection[str] = ()) -> Milliseconds | None:
        """When the next waiting step that is not being tried is due, None when none has a time."""
        times = [
            step.due_at
            for step in self.waiting()
            if step.due_at is not None and step.step_id not in in_flight
        ]
        return min(times, default=None)

    def cancel_open(self, now: Milliseconds) -> None:
        """Ends every step that has begun and not ended."""
        for step in list(self.steps.values()):
            if step.status not in STEP_ENDS:
                self.record(
                    replace(step, status=StepStatus.CANCELLED, due_at=None, finished_at=now)
                )
