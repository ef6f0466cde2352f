"""Automations that start one another in a circle are found when one of them is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.errors import Fault
from engine.catalog import Live
from engine.plan import Plan


def circle_faults(automation_id: str, plan: Plan, live: Mapping[str, Live]) -> Iterator[Fault]:
    """A fault for each step that starts an automation which leads back to this one."""
    for index, step in enumerate(plan.definition.steps):
        started = plan.steps[step.id].starts
        if started is None:
            continue
        if way := _way(started, automation_id, live):
            circle = " → ".join((automation_id, *way))
            path = f"$.steps[{index}].with.automation"
            yield Fault(path, f"automations would run one another in a circle: {circle}")


def _way(start: str, goal: str, live: Mapping[str, Live]) -> tuple[str, ...]:
    """The automations on a way from one to another, both included; nothing where there is none."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while waiting:
        way = waiting.pop()
        if way[-1] == goal:
            return way
        for following in _started_by(way[-1], live):
            if following not in seen:
                seen.add(following)
                waiting.append((*way, following))
    return ()


def _started_by(automation_id: str, live: Mapping[str, Live]) -> list[str]:
    found = live.get(automation_id)
    steps = found.plan.steps.values() if found else ()
    return [step.starts for step in steps if step.starts is not None]
