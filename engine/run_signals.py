"""What the waiting steps of one run were told, and what of it they have heard."""

from __future__ import annotations

from collections.abc import Iterable

from core.model import StepRun
from core.signals import Signal, Waiting
from core.states import StepStatus
from engine.settlement import WAITED


class RunSignals:
    """Signals by step. One thread at a time adds; others, each of another step, may hear them."""

    def __init__(self, signals: Iterable[Signal] = ()) -> None:
        self._signals: dict[str, tuple[Signal, ...]] = {}
        self._known: set[str] = set()
        self._unheard: set[str] = set()
        self.add(signals)

    def add(self, signals: Iterable[Signal]) -> None:
        """Takes in those that are not known yet."""
        for signal in [one for one in signals if one.id not in self._known]:
            self._known.add(signal.id)
            self._signals[signal.step_id] = (*self._signals.get(signal.step_id, ()), signal)
            # Last: a step that hears in this moment is asked once too often, never too seldom.
            self._unheard.add(signal.step_id)

    def has(self, step: StepRun) -> bool:
        """Whether there is something for a waiting step that it was not asked about yet."""
        return step.step_id in self._unheard and is_waiting(step)

    def waiting(self, step: StepRun | None) -> Waiting | None:
        """What a step gets to know as it is asked again; None for one that did not wait."""
        if step is None or not is_waiting(step):
            return None
        self._unheard.discard(step.step_id)
        signals = self._signals.get(step.step_id, ())
        return Waiting(step.attempts[-1].started_at, step.output, signals)


def is_waiting(step: StepRun) -> bool:
    """Whether a step waits because its action asked for it, and not to be tried again."""
    if step.status is not StepStatus.WAITING or not step.attempts:
        return False
    return step.attempts[-1].outcome == WAITED
