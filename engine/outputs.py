"""How much the outputs of one run may come to: what is beyond makes its step fail, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from core.clock import Milliseconds
from core.model import Attempt, StepRun
from core.outcomes import Fail
from core.size import TooLarge, check_size
from core.states import StepStatus
from engine.attempt import Attempted
from engine.retry import RetryPolicy
from engine.settlement import settle

MOST_BYTES = 64 << 20
"""Bytes of JSON (about) of all outputs of one run; memory, database and pages hold them whole."""

_WORDS = (
    f"its output does not fit: the outputs of one run are {MOST_BYTES >> 20} MiB at most, all "
    "together; keep less of each answer (max_response), set fewer values, or collect less of items"
)


class Outputs:
    """What the outputs of one run have come to; `steps` are those it has already."""

    def __init__(self, steps: Iterable[StepRun] = ()) -> None:
        self.overflowed = False
        self._sizes: dict[str, int] = {}
        self._total = 0
        for step in steps:
            self._take(step)

    def settle(
        self,
        attempted: Attempted,
        earlier: tuple[Attempt, ...],
        policy: RetryPolicy,
        now: Milliseconds,
        chance: Callable[[], float],
    ) -> tuple[Attempted, StepRun]:
        """The attempt and its journal entry (`engine.settlement`); failed without room."""
        step = settle(attempted, earlier, policy, now, chance)
        if self._take(step):
            return attempted, step
        self.overflowed = True
        failed = replace(attempted, outcome=Fail(f"step {attempted.step_id}: {_WORDS}"), beside=())
        return failed, settle(failed, earlier, policy, now, chance)

    def admit(self, step: StepRun) -> StepRun:
        """The end of an item or of a loop as the journal takes it; failed without room."""
        if self._take(step):
            return step
        self.overflowed = True
        port = step.port and "error"
        return replace(step, status=StepStatus.FAILED, port=port, output=None, error=_WORDS)

    def _take(self, step: StepRun) -> bool:
        """Counts a step's output in place of its earlier one; False when there is no room."""
        self._total -= self._sizes.pop(step.step_id, 0)
        if step.output is None:
            return True
        try:
            size = check_size(step.output, MOST_BYTES - self._total)
        except TooLarge:
            return False
        self._sizes[step.step_id] = size
        self._total += size
        return True
