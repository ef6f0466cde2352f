"""How a run ends of itself, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.model import StepRun
from core.states import RunStatus, StepStatus
from engine.plan import Plan


@dataclass(frozen=True, slots=True)
class Verdict:
    """An end and its reason."""

    status: RunStatus
    output: Any = None
    error: str | None = None


def natural_verdict(plan: Plan, steps: Mapping[str, StepRun]) -> Verdict:
    """The end of a run with nothing left to do.

    It failed when a step failed whose `error` port leads nowhere, else it succeeded; its output is
    that of the last step, or, where several are last, theirs by step id.
    """
    for step in steps.values():
        if _fails_the_run(plan, step):
            return Verdict(RunStatus.FAILED, error=f"{step.step_id}: {step.error}")
    outputs = {
        leaf: steps[leaf].output
        for leaf in plan.leaves
        if leaf in steps and steps[leaf].status is StepStatus.SUCCEEDED
    }
    output = next(iter(outputs.values())) if len(outputs) == 1 else outputs or None
    return Verdict(RunStatus.SUCCEEDED, output=output)


def _fails_the_run(plan: Plan, step: StepRun) -> bool:
    if step.status is not StepStatus.FAILED or step.step_id in plan.graph.detached:
        return False
    return not plan.graph.wired(step.step_id, "error")
