"""Which steps of a draft a trial executes, made ready; or the faults that are in the way.

A trial executes the steps that lead to its last one, or all that can be reached. Faults of those
steps stop it, faults elsewhere do not: neither another step's, nor the trigger's, which has done
its part once there is an event.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.errors import Fault, InvalidError
from engine.compiler import Compiler, planned_step
from engine.document import Definition, Next, StepDefinition
from engine.drafts.draft import draft_steps, read_draft
from engine.drafts.faults import DraftFaults
from engine.plan import Plan, PlannedStep
from engine.regions import Regions
from engine.registry import Registry
from engine.trying.first_items import Loops, compiled_loops

_STEP = re.compile(r"\$\.steps\[(\d+)\](.*)", re.DOTALL)
_OF_EVERY_TRIAL = ("$", "$.steps", "$.trigger", "$.trigger.next")


MOST_ITEMS = 10
"""Items of each list that are tried where nobody asks for more."""


@dataclass(frozen=True, slots=True)
class Part:
    """What of a draft is executed: up to the step `last`, or with `alone` only that one.

    A loop is executed with its body, which takes the first `items` of its list.
    """

    last: str | None = None
    alone: bool = False
    items: int = MOST_ITEMS


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """The part of a draft, compiled, and the steps before it whose results it may see.

    `around` are the loops in whose bodies the part stands, where those are not executed.
    """

    plan: Plan
    earlier: frozenset[str]
    around: Loops


class TrialPlanner:
    """Makes parts of drafts ready to be executed."""

    def __init__(self, registry: Registry, compiler: Compiler, faults: DraftFaults) -> None:
        self._registry = registry
        self._compiler = compiler
        self._faults = faults

    def plan(self, document: Any, part: Part) -> TrialPlan:
        """The plan of a part. Raises InvalidError with every fault of the part."""
        definition = read_draft(document)
        regions = self._compiler.regions(definition)
        if part.last is not None and part.last not in regions.whole.incoming:
            raise InvalidError(f"the draft has no step {part.last}")
        wanted = _wanted(regions, part)
        faults = list(_faults_of(self._faults.find(document), document, wanted, part))
        if faults:
            raise InvalidError("what is to be tried has faults", faults)
        chosen = _cut(definition, regions, wanted, part)
        earlier = regions.visible_to(part.last) - wanted if part.last else frozenset[str]()
        around = regions.loops_around(part.last) if part.last and part.alone else ()
        loops = compiled_loops(self._compiler, document, around)
        return TrialPlan(self._compiled(document, chosen), earlier, loops)

    def _compiled(self, document: Any, definition: Definition) -> Plan:
        written = {step_id: (index, step) for index, step_id, step in draft_steps(document)}
        return Plan(
            definition=definition,
            regions=self._compiler.regions(definition),
            steps={step.id: self._step(step, *written[step.id]) for step in definition.steps},
            trigger_configuration=definition.trigger.configuration,
            trigger=None,
        )

    def _step(self, definition: StepDefinition, index: int, step: Mapping[str, Any]) -> PlannedStep:
        checked = self._compiler.check_step(step, f"$.steps[{index}]")
        if checked.params is None:
            raise InvalidError("what is to be tried has faults", checked.faults)
        action = self._registry.actions[definition.action]
        return planned_step(definition, action, checked.params)


def _wanted(regions: Regions, part: Part) -> frozenset[str]:
    if part.last is None:
        return frozenset(regions.owners)
    before = frozenset[str]() if part.alone else regions.whole.upstream(part.last)
    return before | {part.last, *regions.bodies.get(part.last, ())}


def _cut(definition: Definition, regions: Regions, wanted: Iterable[str], part: Part) -> Definition:
    """The definition with nothing but the wanted steps; one alone begins and ends it."""
    steps = tuple(step for step in definition.steps if step.id in wanted)
    if not part.alone or part.last is None:
        return replace(definition, steps=steps)
    body = frozenset(regions.bodies.get(part.last, ()))
    alone = tuple(replace(step, next=_within(step.next, body)) for step in steps)
    if regions.follows_failure(part.last):
        return replace(definition, on_failure=(part.last,), steps=alone)
    trigger = replace(definition.trigger, next=(part.last,))
    return replace(definition, trigger=trigger, steps=alone)


def _within(following: Next, body: frozenset[str]) -> Next:
    """What leads from a step to those of a body."""
    within = {port: tuple(one for one in ids if one in body) for port, ids in following.items()}
    return {port: targets for port, targets in within.items() if targets}


def _faults_of(
    faults: Iterable[Fault], document: Any, wanted: frozenset[str], part: Part
) -> Iterator[Fault]:
    ids = {index: step_id for index, step_id, _ in draft_steps(document)}
    for fault in faults:
        found = _STEP.fullmatch(fault.path)
        if found is None:
            if fault.path in _OF_EVERY_TRIAL and not part.alone:
                yield fault
        elif (step := ids.get(int(found[1]))) in wanted and not _is_behind(found[2], step, part):
            yield fault


def _is_behind(below: str, step: str | None, part: Part) -> bool:
    """Whether a fault of a step concerns only what follows it, or how it is reached."""
    if step != part.last:
        return False
    return below.startswith(".next") or (part.alone and below == "")
