"""The graph of an automation: its edges, and which steps are ready. Pure functions of data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.model import StepRun
from core.states import STEP_ENDS, StepStatus
from engine.document import Definition

TRIGGER = ""
"""The source of the edges that leave the trigger; no step has an empty id."""
FAILURE = "$failure"
"""The source of the edges that leave `on_failure`; no step id has a `$`."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from a port of a step to another step."""

    source: str
    port: str
    target: str


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges by their target and by their source, and what is special about steps.

    `any_joins` need only one of their edges, nobody waits for `detached` ones, and `loops` have a
    body behind their port `each`.
    """

    steps: tuple[str, ...]
    incoming: Mapping[str, tuple[Edge, ...]]
    outgoing: Mapping[str, tuple[Edge, ...]]
    any_joins: frozenset[str] = frozenset()
    detached: frozenset[str] = frozenset()
    loops: frozenset[str] = frozenset()

    def wired(self, step_id: str, port: str) -> bool:
        """Whether anything follows this port."""
        return any(edge.port == port for edge in self.outgoing[step_id])

    @property
    def leaves(self) -> tuple[str, ...]:
        """The steps that nothing follows."""
        return tuple(step for step in self.steps if not self.outgoing[step])

    def downstream(self, *step_ids: str) -> frozenset[str]:
        """The steps and every step that can be reached from them."""
        return frozenset(_reach(step_ids, self._following))

    def upstream(self, step_id: str) -> frozenset[str]:
        """Every step from which this one can be reached, without itself."""
        return frozenset(_reach(self._before(step_id), self._before))

    def _following(self, step_id: str) -> Iterable[str]:
        return (edge.target for edge in self.outgoing[step_id])

    def _before(self, step_id: str) -> list[str]:
        return [edge.source for edge in self.incoming[step_id] if edge.source in self.incoming]


@dataclass(frozen=True, slots=True)
class Progress:
    """What a journal allows next: steps that can start, and steps that never will."""

    ready: tuple[str, ...]
    dead: tuple[str, ...]


def build_graph(
    definition: Definition,
    detached: frozenset[str] = frozenset(),
    loops: frozenset[str] = frozenset(),
) -> Graph:
    """The graph of a definition; edges to steps that do not exist are left out."""
    incoming: dict[str, list[Edge]] = {step.id: [] for step in definition.steps}
    outgoing: dict[str, list[Edge]] = {step.id: [] for step in definition.steps}
    for edge in edges_of(definition):
        if edge.target in incoming:
            incoming[edge.target].append(edge)
            outgoing.setdefault(edge.source, []).append(edge)
    return Graph(
        steps=tuple(incoming),
        incoming={step: tuple(edges) for step, edges in incoming.items()},
        outgoing={step: tuple(outgoing[step]) for step in incoming},
        any_joins=frozenset(step.id for step in definition.steps if step.join == "any"),
        detached=detached,
        loops=loops,
    )


def edges_of(definition: Definition) -> list[Edge]:
    """Every edge as it is written."""
    edges = [Edge(TRIGGER, "success", target) for target in definition.trigger.next]
    edges += [Edge(FAILURE, "success", target) for target in definition.on_failure]
    for step in definition.steps:
        for port, targets in step.next.items():
            edges += [Edge(step.id, port, target) for target in targets]
    return list(dict.fromkeys(edges))


def progress(graph: Graph, journal: Mapping[str, StepRun]) -> Progress:
    """What can start, and what never will, given what has happened so far.

    A step is ready when every incoming edge is settled (taken, or dead) and at least one was taken,
    or, where it joins `any`, as soon as one was. It is dead when all of its edges are: dead-path
    elimination, carried on until nothing more dies.
    """
    dead: dict[str, None] = {}
    ready: dict[str, None] = {}
    changed = True
    while changed:
        changed = False
        for step in graph.steps:
            if step in journal or step in dead or step in ready:
                continue
            states = [_edge_state(graph, journal, dead, edge) for edge in graph.incoming[step]]
            if _is_ready(states, step in graph.any_joins):
                ready[step] = None
            elif all(state is False for state in states):
                dead[step] = None
                changed = True
    return Progress(tuple(ready), tuple(dead))


def find_cycle(steps: Sequence[str], outgoing: Mapping[str, tuple[Edge, ...]]) -> list[str]:
    """The steps of one cycle in order, or nothing."""
    state: dict[str, int] = {}
    for start in steps:
        trail: list[str] = []
        stack = [(start, iter(outgoing[start]))] if start not in state else []
        while stack:
            step, edges = stack[-1]
            if step not in state:
                state[step] = 1
                trail.append(step)
            target = next((edge.target for edge in edges if state.get(edge.target) != 2), None)
            if target is None:
                state[step] = 2
                trail.pop()
                stack.pop()
            elif state.get(target) == 1:
                return [*trail[trail.index(target) :], target]
            else:
                stack.append((target, iter(outgoing[target])))
    return []


def _is_ready(states: Sequence[bool | None], any_join: bool) -> bool:
    if any_join:
        return any(states)
    return any(states) and None not in states


def _edge_state(
    graph: Graph, journal: Mapping[str, StepRun], dead: Mapping[str, None], edge: Edge
) -> bool | None:
    """True when taken, False when it can no longer be, None while that is open."""
    if edge.source not in graph.incoming:
        return True
    if edge.source in dead:
        return False
    step = journal.get(edge.source)
    if step is None:
        return None
    if step.status in (StepStatus.SKIPPED, StepStatus.CANCELLED):
        return False
    if edge.source in graph.detached:
        return edge.port == "success"
    return step.port == edge.port if step.status in STEP_ENDS else None


def _reach(starts: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        step = waiting.pop()
        if step not in found:
            found.add(step)
            waiting.extend(following(step))
    return found
