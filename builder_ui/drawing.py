"""Where the steps of an automation stand in a drawing, and the lines between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.model import Document
from engine.document import read_document
from engine.graph import FAILURE, TRIGGER, Edge, edges_of

WIDTH = 220
HEIGHT = 64
COLUMN = 300
ROW = 104
MARGIN = 16
INSET = 12
"""How far a frame is from the steps, or the frames, in it."""
TRIGGER_POSITION = "$trigger"
"""The name of the trigger's place in `canvas`; that of what follows a failure is FAILURE."""


@dataclass(frozen=True, slots=True)
class Node:
    """A step (the trigger: TRIGGER, what follows a failure: FAILURE) with its upper left corner."""

    id: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """A way between two nodes: an SVG path, and where its port's name stands."""

    edge: Edge
    path: str
    label_x: float
    label_y: float


@dataclass(frozen=True, slots=True)
class Frame:
    """What is drawn around the body of a loop."""

    loop: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """Nodes, lines and frames in a picture of `width` by `height`, all of them inside it."""

    nodes: Sequence[Node]
    lines: Sequence[Line]
    frames: Sequence[Frame]
    width: float
    height: float


def draw(document: Document, bodies: Mapping[str, Sequence[str]] | None = None) -> Drawing:
    """The drawing of a document of right form: as its canvas has it, or laid out in layers.

    `bodies` has by loop the steps that are to be framed.
    """
    definition = read_document(document)
    steps = [step.id for step in definition.steps]
    edges = [edge for edge in edges_of(definition) if edge.target in steps]
    entries = [TRIGGER, FAILURE] if definition.on_failure else [TRIGGER]
    places = _canvas(document, entries, steps, edges) or _layered(entries, steps, edges)
    insets = _insets(bodies or {})
    margin = MARGIN + max(insets.values(), default=0)
    left = min(x for x, _ in places.values()) - margin
    top = min(y for _, y in places.values()) - margin
    nodes = [Node(step, x - left, y - top) for step, (x, y) in places.items()]
    by_id = {node.id: node for node in nodes}
    lines = [_line(edge, by_id[edge.source], by_id[edge.target]) for edge in edges]
    return Drawing(
        nodes=nodes,
        lines=lines,
        frames=[
            _frame(loop, inset, [by_id[one] for one in (bodies or {})[loop]])
            for loop, inset in sorted(insets.items(), key=lambda one: -one[1])
        ],
        width=max(node.x for node in nodes) + WIDTH + margin,
        height=max(node.y for node in nodes) + HEIGHT + margin,
    )


def _canvas(
    document: Document, entries: Sequence[str], steps: Sequence[str], edges: Sequence[Edge]
) -> dict[str, tuple[float, float]] | None:
    """The places people gave the steps; None unless every step has one."""
    canvas = document.get("canvas", {})
    found = {step: _position(canvas.get(step)) for step in steps}
    places = {step: place for step, place in found.items() if place is not None}
    if not places or len(places) < len(steps):
        return None
    before = min(x for x, _ in places.values()) - COLUMN
    firsts = {edge.source: edge.target for edge in reversed(edges)}
    beside = {
        entry: _position(canvas.get(entry or TRIGGER_POSITION))
        or (before, places[firsts.get(entry, steps[0])][1])
        for entry in entries
    }
    return {**beside, **places}


def _position(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, Mapping) or "x" not in value or "y" not in value:
        return None
    return value["x"], value["y"]


def _layered(
    entries: Sequence[str], steps: Sequence[str], edges: Sequence[Edge]
) -> dict[str, tuple[float, float]]:
    """Each step one column behind the last of those that lead to it, in the document's order."""
    layers = {**dict.fromkeys(entries, 0), **dict.fromkeys(steps, 1)}
    for _ in steps:
        before = dict(layers)
        for edge in edges:
            layers[edge.target] = max(layers[edge.target], layers[edge.source] + 1)
        if layers == before:
            break
    filled: dict[int, int] = {}
    places: dict[str, tuple[float, float]] = {}
    for step, layer in layers.items():
        row = filled[layer] = filled.get(layer, -1) + 1
        places[step] = layer * COLUMN, row * ROW
    return places


def _insets(bodies: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How far each frame is from the steps in it: the wider, the more frames it has inside."""

    def inset(loop: str) -> int:
        inner = [inset(one) for one in bodies if one in bodies[loop]]
        return INSET + max(inner, default=0)

    return {loop: inset(loop) for loop in bodies}


def _frame(loop: str, inset: int, nodes: Sequence[Node]) -> Frame:
    left, top = min(node.x for node in nodes), min(node.y for node in nodes)
    width = max(node.x for node in nodes) - left + WIDTH
    height = max(node.y for node in nodes) - top + HEIGHT
    return Frame(loop, left - inset, top - inset, width + 2 * inset, height + 2 * inset)


def _line(edge: Edge, source: Node, target: Node) -> Line:
    x1, y1 = source.x + WIDTH, source.y + HEIGHT / 2
    x2, y2 = target.x, target.y + HEIGHT / 2
    bend = max((x2 - x1) / 2, 40)
    path = f"M{x1:g} {y1:g} C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
    return Line(edge, path, (x1 + x2) / 2, (y1 + y2) / 2 - 6)
