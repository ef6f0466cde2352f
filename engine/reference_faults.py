"""What can be wrong with references: found at publish, so that no run has to find it."""

from __future__ import annotations

from collections.abc import Iterator

from core.errors import Fault
from engine.graph import Graph
from engine.params import FoundReference


def reference_faults(graph: Graph, step_id: str, found: FoundReference) -> Iterator[Fault]:
    """The faults of one reference of a step."""
    root, *rest = found.reference.path
    if root == "secrets" and not found.secrets_allowed:
        yield Fault(found.path, "secrets can be used only where something is sent")
    if root == "steps" and rest:
        yield from _step_faults(graph, step_id, found, str(rest[0]))


def _step_faults(
    graph: Graph, step_id: str, found: FoundReference, referred: str
) -> Iterator[Fault]:
    earlier = graph.upstream(step_id)
    if referred in earlier:
        return
    known = ", ".join(step for step in graph.steps if step in earlier) or "none"
    if referred in graph.steps:
        words = f"the step {referred} does not run before {step_id}; before it run: {known}"
    else:
        words = f"there is no step {referred}; before {step_id} run: {known}"
    yield Fault(found.path, f"{found.reference.source}: {words}")
