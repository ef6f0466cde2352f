"""A run that is about to end as failed or halted, and executes the steps of `on_failure` first.

That it is stands in the journal, as an entry of its own that is committed with the steps that were
cancelled for it: whoever takes the run up knows it, and how the run will end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import Milliseconds, to_rfc3339
from core.duration import format_duration
from core.model import StepRun
from core.states import RUN_FAILURES, RunStatus, StepStatus
from engine.context import Context
from engine.graph import FAILURE
from engine.run_end import Verdict

LONGEST: Milliseconds = 600_000
"""How long the steps of `on_failure` may take; a run that took too long can tell of it, too."""


@dataclass(frozen=True, slots=True)
class Failure:
    """How a run will end, and since when that is known."""

    verdict: Verdict
    at: Milliseconds

    @property
    def deadline(self) -> Milliseconds:
        """When the steps that follow it are to be done."""
        return self.at + LONGEST

    @property
    def root(self) -> Mapping[str, Any]:
        """What the steps that follow it see as `failure`."""
        return {
            "status": self.verdict.status.value,
            "error": self.verdict.error,
            "step": self.verdict.step,
            "at": to_rfc3339(self.at),
        }

    @property
    def entry(self) -> StepRun:
        """The journal's entry of it."""
        return StepRun(
            FAILURE,
            StepStatus.SUCCEEDED,
            port="success",
            output={**self.root, "output": self.verdict.output},
            started_at=self.at,
            finished_at=self.at,
        )

    def end(self, following: Verdict) -> Verdict:
        """The end of the run once what follows is done: its own, with what went wrong there."""
        if following.status not in RUN_FAILURES:
            return self.verdict
        error = f"{self.verdict.error}; then on_failure: {following.error}"
        return Verdict(self.verdict.status, self.verdict.output, error, self.verdict.step)

    def too_late(self) -> Verdict:
        """What follows took too long."""
        return Verdict(RunStatus.FAILED, error=f"it took longer than {format_duration(LONGEST)}")


def failure_of(journal: Iterable[StepRun]) -> Failure | None:
    """The failure that a journal tells of."""
    entry = next((one for one in journal if one.step_id == FAILURE), None)
    if entry is None:
        return None
    told = entry.output
    verdict = Verdict(RunStatus(told["status"]), told["output"], told["error"], told["step"])
    return Failure(verdict, entry.started_at or 0)


def context_after(failure: Failure, main: Context) -> Context:
    """What the steps that follow a failure see: what the main ones came to, and the failure."""
    return {**main, "failure": failure.root}
