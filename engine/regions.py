"""Which steps are executed together: those that follow the trigger or a failure, a loop's body."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.spec import EACH
from engine.graph import FAILURE, TRIGGER, Edge, Graph


@dataclass(frozen=True, slots=True)
class Regions:
    """The steps of a graph by their owner: TRIGGER, FAILURE, or the loop in whose body they are.

    `owners` has every step that can be reached. `graphs` holds by owner its steps with the edges
    between and into them. No edge leads out of a region but the `crossings`, which are faults.
    """

    whole: Graph
    owners: Mapping[str, str]
    graphs: Mapping[str, Graph]
    crossings: tuple[Edge, ...]

    @property
    def main(self) -> Graph:
        """What follows the trigger, without the bodies of its loops."""
        return self.graphs[TRIGGER]

    @property
    def failure(self) -> Graph | None:
        """What follows a failure, None when nothing does."""
        return self.graphs.get(FAILURE)

    @property
    def bodies(self) -> Mapping[str, tuple[str, ...]]:
        """The steps in the body of each loop, with those in the bodies of loops in it."""
        return {
            loop: tuple(step for step in self.owners if loop in self.loops_around(step))
            for loop in self.whole.steps
            if loop in self.graphs
        }

    def graph_of(self, owner: str) -> Graph:
        """The steps of an owner; none where it has none, as a loop tried without its body."""
        return self.graphs.get(owner) or _part(self.whole, [])

    def loops_around(self, step_id: str) -> tuple[str, ...]:
        """The loops in whose bodies a step is, from the outermost inwards."""
        found: list[str] = []
        owner = self.owners.get(step_id, TRIGGER)
        while owner in self.whole.incoming:
            found.append(owner)
            owner = self.owners[owner]
        return tuple(reversed(found))

    def loops_between(self, step_id: str, other: str) -> tuple[str, ...]:
        """The loops around another step but not around this one, from the outermost inwards."""
        around = self.loops_around(step_id)
        return tuple(loop for loop in self.loops_around(other) if loop not in around)

    def enters_body(self, edge: Edge) -> bool:
        """Whether an edge leads from a loop into its body."""
        return _enters_body(self.whole, edge)

    def follows_failure(self, step_id: str) -> bool:
        """Whether a step is executed only when a run is about to end as failed or halted."""
        outermost, *_ = *self.loops_around(step_id), step_id
        return self.owners.get(outermost, outermost) == FAILURE

    def visible_to(self, step_id: str) -> frozenset[str]:
        """The steps to which a step may refer, whether they will have a result or not.

        None for a step that is not there.
        """
        is_there = step_id in self.whole.incoming
        before = self.whole.upstream(step_id) if is_there else frozenset[str]()
        return before | frozenset(self.main.steps) if self.follows_failure(step_id) else before


def find_regions(graph: Graph) -> Regions:
    """The regions of a graph. A step into which several lead belongs to the first that reaches it.

    First comes what the trigger leads to, in the order of its edges, and then what follows a
    failure.
    """
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
            owner = _owner(graph, owners, edge)
            if edge.target not in owners:
                owners[edge.target] = owner
                waiting.extend(graph.outgoing[edge.target])
            elif owners[edge.target] != owner:
                crossings.append(edge)
    return owners, crossings


def _owner(graph: Graph, owners: Mapping[str, str], edge: Edge) -> str:
    """The region into which an edge leads."""
    enters = edge.source not in graph.incoming or _enters_body(graph, edge)
    return edge.source if enters else owners[edge.source]


def _enters_body(graph: Graph, edge: Edge) -> bool:
    return edge.source in graph.loops and edge.port == EACH


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
