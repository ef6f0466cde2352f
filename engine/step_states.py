"""Where the steps of a run stand: its journal, completed by what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from core.model import Run, StepRun
from core.states import RUN_ENDS, STEP_ENDS, RunStatus, StepStatus
from engine.graph import FAILURE, Graph, Progress, progress
from engine.regions import Regions
from engine.step_keys import Path, key_of


def states_of_steps(run: Run, regions: Regions, journal: Iterable[StepRun]) -> Sequence[StepRun]:
    """Every step that can be reached, without the bodies of loops, in the document's order."""
    entries = {entry.step_id: entry for entry in journal}
    ended, failing = run.status in RUN_ENDS, FAILURE in entries
    states = states_in(run, regions.main, entries, over=ended or failing)
    if regions.failure is not None and failing:
        states |= states_in(run, regions.failure, entries, over=ended)
    elif regions.failure is not None:
        unused = StepStatus.SKIPPED if ended else StepStatus.PENDING
        states |= {step: StepRun(step, unused) for step in regions.failure.steps}
    return [states[step] for step in regions.whole.steps if step in states]


def states_in(
    run: Run, graph: Graph, entries: Mapping[str, StepRun], *, over: bool, path: Path = ()
) -> dict[str, StepRun]:
    """The steps of a region that was begun, by step; with `over` none of them will be any more.

    `entries` are those of the journal, by step, too. `path` tells the item, in a loop's body.
    """
    coming = progress(graph, entries)
    states: dict[str, StepRun] = {}
    for step in graph.steps:
        if step in entries:
            states[step] = _as_it_stands(entries[step], over, step in graph.loops)
        elif over and step not in coming.dead:
            states[step] = StepRun(key_of(step, path), StepStatus.CANCELLED)
        else:
            states[step] = StepRun(key_of(step, path), _to_come(run, coming, step))
    return states


def _as_it_stands(entry: StepRun, over: bool, is_loop: bool) -> StepRun:
    if is_loop and entry.status not in (StepStatus.SUCCEEDED, StepStatus.FAILED):
        # What a loop keeps while it is under way is no output yet.
        entry = replace(entry, output=None)
    if over and entry.status not in STEP_ENDS:
        return replace(entry, status=StepStatus.CANCELLED, due_at=None)
    return entry


def _to_come(run: Run, coming: Progress, step: str) -> StepStatus:
    if step in coming.dead:
        return StepStatus.SKIPPED
    begins = step in coming.ready and run.status is RunStatus.RUNNING
    return StepStatus.RUNNING if begins else StepStatus.PENDING
