"""Which steps run before which: worked out once for a whole graph."""

from __future__ import annotations

from collections.abc import Mapping

from engine.graph import Graph


class Ancestry:
    """The steps before each step of a graph, in time near linear in its edges."""

    def __init__(self, graph: Graph) -> None:
        self._steps = graph.steps
        self._bits = {step: 1 << place for place, step in enumerate(graph.steps)}
        self._before = _before(graph, self._bits)

    def precedes(self, earlier: str, step: str) -> bool:
        """Whether `step`, which is in the graph, can be reached from `earlier`."""
        return bool(self._before[step] & self._bits.get(earlier, 0))

    def of(self, step: str) -> list[str]:
        """Every step before this one, in the document's order."""
        before = self._before[step]
        return [one for one in self._steps if before & self._bits[one]]


def _before(graph: Graph, bits: Mapping[str, int]) -> dict[str, int]:
    """By step a set of bits; one pass finds them where there is no circle."""
    order = _sources_first(graph)
    sources = {
        step: [edge.source for edge in graph.incoming[step] if edge.source in graph.incoming]
        for step in order
    }
    before = dict.fromkeys(order, 0)
    changed = True
    while changed:
        changed = False
        for step in order:
            found = 0
            for source in sources[step]:
                found |= before[source] | bits[source]
            if found != before[step]:
                before[step] = found
                changed = True
    return before


def _sources_first(graph: Graph) -> list[str]:
    """The steps, each behind those that lead to it, as far as there is no circle."""
    seen: set[str] = set()
    left: list[str] = []
    for start in graph.steps:
        stack = [(start, iter(graph.outgoing[start]))] if start not in seen else []
        seen.add(start)
        while stack:
            step, edges = stack[-1]
            target = next((edge.target for edge in edges if edge.target not in seen), None)
            if target is None:
                left.append(step)
                stack.pop()
            else:
                seen.add(target)
                stack.append((target, iter(graph.outgoing[target])))
    return left[::-1]
