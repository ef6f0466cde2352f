"""What the waiting steps of one run were told, and what of it they have heard."""

from __future__ import annotations

from collections.abc import Iterable

from core.model import StepRun
from core.signals import Signal, Waiting
from core.states import StepStatus
from engine.settlement import WAITED


class RunSignals:
    """Signals by step, as they were when the run was taken up."""

    def __init__(self, signals: Iterable[Signal] = ()) -> None:
        self._signals: dict[str, tuple[Signal, ...]] = {}
        for signal in signals:
            self._signals[signal.step_id] = (*self._signals.get(signal.step_id, ()), signal)
        self._unheard = set(self._signals)

    def has(self, step: StepRun) -> bool:
        """Whether there is something for a waiting step that it was not asked about yet."""
        return step.step_id in self._unheard and _has_waited(step)

    def waiting(self, step: StepRun | None) -> Waiting | None:
        """What a step gets to know as it is asked again; None for one that did not wait."""
        if step is None or not _has_waited(step):
            return None
        self._unheard.discard(step.step_id)
        signals = self._signals.get(step.step_id, ())
        return Waiting(step.attempts[-1].started_at, step.output, signals)


def _has_waited(step: StepRun) -> bool:
    """Whether a step waits because its action asked for it, and not to be tried again."""
    if step.status is not StepStatus.WAITING or not step.attempts:
        return False
    return step.attempts[-1].outcome == WAITED
