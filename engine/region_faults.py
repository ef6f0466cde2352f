"""What can be wrong with regions: steps that follow a failure, and the bodies of loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.errors import Fault
from core.schema_words import json_path
from core.spec import EACH, Action
from engine.document import Definition
from engine.graph import FAILURE, TRIGGER, Edge
from engine.regions import Regions

DEEPEST = 3
"""Loops inside each other."""


def region_faults(
    definition: Definition, regions: Regions, actions: Mapping[str, Action]
) -> Iterator[Fault]:
    """Every fault of the regions of a definition."""
    for edge in regions.crossings:
        yield Fault(_edge_path(definition, edge), _words(regions, edge))
    yield from _bodies(definition, regions)
    yield from _answers_to_nobody(definition, regions, actions)


def _words(regions: Regions, edge: Edge) -> str:
    """What is wrong with an edge that crosses from one region into another."""
    if regions.follows_failure(edge.source) != regions.follows_failure(edge.target):
        return (
            f"leads to {edge.target}, which the trigger leads to as well; "
            "what follows a failure has steps of its own"
        )
    here, there = _loops_of(regions, edge), regions.loops_around(edge.target)
    left = [loop for loop in here if loop not in there]
    if left:
        return (
            f"leads out of the body of {left[-1]}, to {edge.target}; "
            f"what comes after {left[-1]} follows its port done"
        )
    [entered, *_] = [loop for loop in there if loop not in here]
    return (
        f"leads into the body of {entered}, to {edge.target}; "
        "a body is entered by the port each of its loop alone"
    )


def _loops_of(regions: Regions, edge: Edge) -> tuple[str, ...]:
    """The loops in whose bodies an edge lies."""
    around = regions.loops_around(edge.source)
    return (*around, edge.source) if regions.enters_body(edge) else around


def _bodies(definition: Definition, regions: Regions) -> Iterator[Fault]:
    for step_id in regions.whole.steps:
        if step_id not in regions.whole.loops:
            continue
        path = definition.path_of(step_id)
        if not regions.whole.wired(step_id, EACH):
            words = "leads nowhere by its port each; lead it to the steps for each item"
            yield Fault(f"{path}.next", words)
        around = regions.loops_around(step_id)
        if len(around) >= DEEPEST:
            words = f"stands in the bodies of {', '.join(around)}; loops go {DEEPEST} deep at most"
            yield Fault(path, words)


def _answers_to_nobody(
    definition: Definition, regions: Regions, actions: Mapping[str, Action]
) -> Iterator[Fault]:
    for index, step in enumerate(definition.steps):
        action = actions.get(step.action)
        if action and action.SPEC.answers and regions.follows_failure(step.id):
            words = "the caller has its 502 by then; remove the step from what follows a failure"
            yield Fault(f"$.steps[{index}].action", words)


def _edge_path(definition: Definition, edge: Edge) -> str:
    if edge.source == FAILURE:
        return "$.on_failure"
    if edge.source == TRIGGER:
        return "$.trigger.next"
    return json_path([edge.port], f"{definition.path_of(edge.source)}.next")
