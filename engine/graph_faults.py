"""What can be wrong with a graph: found all at once, each with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from core.errors import Fault
from core.schema_words import json_path
from core.spec import Action
from engine.document import Definition
from engine.graph import Graph, find_cycle
from engine.region_faults import region_faults
from engine.regions import Regions

MOST_PORTS = 60
"""Ports that a fault names as those there are."""


def graph_faults(
    definition: Definition, regions: Regions, actions: Mapping[str, Action]
) -> Iterator[Fault]:
    """Every fault of the edges and ids of a definition."""
    graph = regions.whole
    yield from _repeated_ids(definition)
    yield from _edges_to_nowhere(definition, graph)
    yield from _unknown_ports(definition, actions)
    yield from _cycles(definition, graph)
    yield from _unreachable(definition, regions)
    yield from region_faults(definition, regions, actions)


def _repeated_ids(definition: Definition) -> Iterator[Fault]:
    counts = Counter(step.id for step in definition.steps)
    seen: set[str] = set()
    for index, step in enumerate(definition.steps):
        if counts[step.id] > 1 and step.id in seen:
            yield Fault(f"$.steps[{index}].id", f"the id {step.id} is taken by an earlier step")
        seen.add(step.id)


def _edges_to_nowhere(definition: Definition, graph: Graph) -> Iterator[Fault]:
    known = graph.incoming.keys()
    for target in definition.trigger.next:
        if target not in known:
            yield Fault("$.trigger.next", f"there is no step {target}")
    for target in definition.on_failure:
        if target not in known:
            yield Fault("$.on_failure", f"there is no step {target}")
    for index, step in enumerate(definition.steps):
        for port, targets in step.next.items():
            for target in targets:
                if target not in known:
                    path = json_path([port], f"$.steps[{index}].next")
                    yield Fault(path, f"there is no step {target}")


def _unknown_ports(definition: Definition, actions: Mapping[str, Action]) -> Iterator[Fault]:
    for index, step in enumerate(definition.steps):
        if step.action not in actions:
            continue
        ports = dict.fromkeys(actions[step.action].SPEC.ports.names(step.configuration))
        offered = ", ".join([*ports][:MOST_PORTS]) or "none"
        for port in step.next:
            if port not in ports:
                path = json_path([port], f"$.steps[{index}].next")
                yield Fault(path, f"{step.action} has no port {port}; it has: {offered}")


def _cycles(definition: Definition, graph: Graph) -> Iterator[Fault]:
    cycle = find_cycle(graph.steps, graph.outgoing)
    if cycle:
        path = definition.path_of(cycle[0])
        yield Fault(f"{path}.next", f"the steps lead in a circle: {' → '.join(cycle)}")


def _unreachable(definition: Definition, regions: Regions) -> Iterator[Fault]:
    if not definition.trigger.next and definition.steps:
        yield Fault("$.trigger.next", "is missing: nothing follows the trigger")
        return
    places = {step.id: index for index, step in reversed([*enumerate(definition.steps)])}
    for step_id in regions.whole.steps:
        if step_id not in regions.owners:
            yield Fault(f"$.steps[{places[step_id]}]", f"the step {step_id} cannot be reached")
