"""How a run ends of itself, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.model import StepRun
from core.states import RunStatus, StepStatus
from engine.graph import Graph


@dataclass(frozen=True, slots=True)
class Verdict:
    """An end and its reason; `step` brought it about, where one did."""

    status: RunStatus
    output: Any = None
    error: str | None = None
    step: str | None = None


def natural_verdict(graph: Graph, steps: Mapping[str, StepRun]) -> Verdict:
    """The end of steps, given by their ids, with nothing left to do.

    They failed when one failed whose `error` port leads nowhere, else they succeeded; the output is
    that of the last step, or, where several are last, theirs by step id. Of several that failed the
    first counts, in time and then in the document: so it does not matter who goes on with them.
    """
    failed = [one for one in graph.steps if one in steps and _fails_the_run(graph, one, steps[one])]
    if failed:
        step_id = min(failed, key=lambda one: steps[one].finished_at or 0)
        step = steps[step_id]
        error = f"{step_id}: {step.error}"
        return Verdict(RunStatus.FAILED, error=error, step=step.step_id)
    outputs = {
        leaf: steps[leaf].output
        for leaf in graph.leaves
        if leaf in steps and steps[leaf].status is StepStatus.SUCCEEDED
    }
    output = next(iter(outputs.values())) if len(outputs) == 1 else outputs or None
    return Verdict(RunStatus.SUCCEEDED, output=output)


def _fails_the_run(graph: Graph, step_id: str, step: StepRun) -> bool:
    if step.status is not StepStatus.FAILED or step_id in graph.detached:
        return False
    return not graph.wired(step_id, "error")
