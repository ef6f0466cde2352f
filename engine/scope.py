"""Steps that are executed together: what has become of each, and what their templates see."""

from __future__ import annotations

from collections.abc import Iterable

from core.model import StepRun
from engine.context import Context, has_output, visible_output
from engine.graph import Graph, Progress, progress


class Scope:
    """One execution of a graph. `context` is what its steps see beside their own results.

    Of the journal's `entries` those of other steps are passed over. Other threads may ask for the
    context while one records.
    """

    def __init__(self, graph: Graph, context: Context, entries: Iterable[StepRun] = ()) -> None:
        self.graph = graph
        self.entries: dict[str, StepRun] = {}
        self._context = context
        self._results = dict(context["steps"])
        for entry in entries:
            if entry.step_id in graph.incoming:
                self.record(entry)

    @property
    def context(self) -> Context:
        """What its steps see, the results so far included."""
        return {**self._context, "steps": self._results}

    def progress(self) -> Progress:
        """What can start now, and what never will."""
        return progress(self.graph, self.entries)

    def record(self, entry: StepRun, *, shown: bool = True) -> None:
        """Notes what has become of a step; unless it is `shown` the others do not see it."""
        self.entries[entry.step_id] = entry
        if shown and has_output(entry):
            # A new mapping each time: attempts under way may be reading the old one.
            self._results = {**self._results, entry.step_id: visible_output(entry)}
