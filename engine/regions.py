"""Which steps are executed together: those that follow the trigger, those that follow a failure."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

from engine.graph import FAILURE, TRIGGER, Edge, Graph


@dataclass(frozen=True, slots=True)
class Regions:
    """The steps of a graph by their owner: what they are reached from, TRIGGER or FAILURE.

    `owners` has every step that can be reached. `graphs` holds by owner its steps with the edges
    between and into them. `crossings` are edges that lead to a step of another owner.
    """

    whole: Graph
    owners: Mapping[str, str]
    graphs: Mapping[str, Graph]
    crossings: tuple[Edge, ...]

    @property
    def main(self) -> Graph:
        """What follows the trigger."""
        return self.graphs[TRIGGER]

    @property
    def failure(self) -> Graph | None:
        """What follows a failure, None when nothing does."""
        return self.graphs.get(FAILURE)

    def visible_to(self, step_id: str) -> frozenset[str]:
        """The steps to which a step may refer, whether they will have a result or not.

        None for a step that is not there.
        """
        is_there = step_id in self.whole.incoming
        before = self.whole.upstream(step_id) if is_there else frozenset[str]()
        return before | frozenset(self.main.steps) if self.follows_failure(step_id) else before

    def follows_failure(self, step_id: str) -> bool:
        """Whether a step is executed only when a run is about to end as failed or halted."""
        return self.owners.get(step_id, step_id) == FAILURE


def find_regions(graph: Graph) -> Regions:
    """The regions of a graph. A step to which both lead is the trigger's."""
    owners, crossings = _find_owners(graph)
    graphs = {
        owner: _part(graph, [step for step in graph.steps if owners.get(step) == owner])
        for owner in dict.fromkeys([TRIGGER, *owners.values()])
    }
    return Regions(graph, owners, graphs, tuple(crossings))


def _find_owners(graph: Graph) -> tuple[dict[str, str], list[Edge]]:
    owners: dict[str, str] = {}
    crossings: list[Edge] = []
    for entry in sorted(_entries(graph), key=lambda edge: edge.source != TRIGGER):
        waiting = deque([entry])
        while waiting:
            edge = waiting.popleft()
            owner = owners.get(edge.source, edge.source)
            if edge.target not in owners:
                owners[edge.target] = owner
                waiting.extend(graph.outgoing[edge.target])
            elif owners[edge.target] != owner:
                crossings.append(edge)
    return owners, crossings


def _entries(graph: Graph) -> list[Edge]:
    """The edges that come from no step."""
    return [
        edge
        for edges in graph.incoming.values()
        for edge in edges
        if edge.source not in graph.incoming
    ]


def _part(graph: Graph, steps: list[str]) -> Graph:
    """The steps with their edges, as far as those stay among them or come from outside."""
    kept = frozenset(steps)
    return replace(
        graph,
        steps=tuple(steps),
        incoming={step: graph.incoming[step] for step in steps},
        outgoing={
            step: tuple(edge for edge in graph.outgoing[step] if edge.target in kept)
            for step in steps
        },
    )
