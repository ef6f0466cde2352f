"""Steps that are executed together: what has become of each, and what their templates see."""

from __future__ import annotations

from collections.abc import Mapping

from core.model import StepRun
from core.states import STEP_ENDS
from engine.context import Context, has_output, visible_output
from engine.graph import Graph, Progress, progress
from engine.step_keys import Path


class Scope:
    """One execution of a graph: the run's own, or that of a loop's body for the item at `path`.

    `context` is what its steps see beside their own results; `entries` are the journal's, by step.
    Threads may go on reading a context that they were given while others record.
    """

    def __init__(
        self, graph: Graph, context: Context, entries: Mapping[str, StepRun], path: Path = ()
    ) -> None:
        self.graph = graph
        self.path = path
        self.entries: dict[str, StepRun] = {}
        self._context = context
        self._results = dict(context["steps"])
        for step_id, entry in entries.items():
            self.record(step_id, entry)

    @property
    def context(self) -> Context:
        """What its steps see, the results so far included."""
        return {**self._context, "steps": self._results}

    @property
    def is_at_work(self) -> bool:
        """Whether a step has begun and not ended."""
        return any(entry.status not in STEP_ENDS for entry in self.entries.values())

    def progress(self) -> Progress:
        """What can start now, and what never will."""
        return progress(self.graph, self.entries)

    def record(self, step_id: str, entry: StepRun, *, shown: bool = True) -> None:
        """Notes what has become of a step; unless it is `shown` the others do not see it."""
        self.entries[step_id] = entry
        if shown and has_output(entry):
            # A new mapping each time: attempts under way may be reading the old one.
            self._results = {**self._results, step_id: visible_output(entry)}
