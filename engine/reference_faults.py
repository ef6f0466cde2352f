"""What can be wrong with references: found at publish, so that no run has to find it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from core.errors import Fault
from engine.ancestry import Ancestry
from engine.graph import Graph
from engine.params import FoundReference
from expressions import ITEM_ROOTS

MOST_FAULTS = 100
"""References at fault that are named; a draft can hold a hundred thousand."""
MOST_NAMES = 20
"""Steps that a fault names as those that could be meant."""

_NO_ITEM = (
    "item and index are there only where a list is worked through, as in the values of a "
    "set-values step with for_each; where it is meant as it is written, write \\< for <"
)


def reference_faults(
    graph: Graph, callbacks: frozenset[str], references: Iterable[tuple[str, FoundReference]]
) -> Iterator[Fault]:
    """The faults of references, each given with its step, at most `MOST_FAULTS` of them.

    `callbacks` are the steps that others can tell something.
    """
    return islice(_every_fault(graph, callbacks, references), MOST_FAULTS)


def _every_fault(
    graph: Graph, callbacks: frozenset[str], references: Iterable[tuple[str, FoundReference]]
) -> Iterator[Fault]:
    ancestry = Ancestry(graph)
    for step, found in references:
        yield from _faults(graph, ancestry, step, found)
        yield from _callback_faults(callbacks, found)


def _callback_faults(callbacks: frozenset[str], found: FoundReference) -> Iterator[Fault]:
    match found.reference.path:
        case ("run", "callbacks", step, *_) if step not in callbacks:
            known = ", ".join(sorted(callbacks)[:MOST_NAMES]) or "none"
            words = f"{step} is no step that waits for a callback; those are: {known}"
            yield Fault(found.path, f"{found.reference.source}: {words}")


def _faults(graph: Graph, ancestry: Ancestry, step: str, found: FoundReference) -> Iterator[Fault]:
    root, *rest = found.reference.path
    if root == "secrets" and not found.secrets_allowed:
        yield Fault(found.path, "secrets can be used only where something is sent")
    if root in ITEM_ROOTS and not found.items_allowed:
        yield Fault(found.path, f"{found.reference.source}: {_NO_ITEM}")
    if root == "steps" and rest and not ancestry.precedes(str(rest[0]), step):
        words = _words(graph, step, str(rest[0]), ancestry.of(step))
        yield Fault(found.path, f"{found.reference.source}: {words}")


def _words(graph: Graph, step: str, referred: str, earlier: Sequence[str]) -> str:
    more = f" and {len(earlier) - MOST_NAMES} more" if len(earlier) > MOST_NAMES else ""
    known = (", ".join(earlier[:MOST_NAMES]) or "none") + more
    if referred in graph.incoming:
        return f"the step {referred} does not run before {step}; before it run: {known}"
    return f"there is no step {referred}; before {step} run: {known}"
