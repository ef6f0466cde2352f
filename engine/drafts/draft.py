"""A draft as far as it can be read: whatever stands in it, nothing here raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.clock import Milliseconds
from engine.document import DEFAULT_TIMEOUT, Definition, StepDefinition, TriggerDefinition
from engine.document_schema import MOST_STEPS
from engine.retry import RetryPolicy

TIMEOUT: Milliseconds = DEFAULT_TIMEOUT


def read_draft(document: object) -> Definition:
    """The definition of a draft: of its first `MOST_STEPS` steps, without those that have no id.

    Of twins the first counts.
    """
    root = mapping(document)
    trigger = mapping(root.get("trigger"))
    steps: dict[str, StepDefinition] = {}
    for _, step_id, step in draft_steps(document):
        steps.setdefault(step_id, _step(step_id, step))
    return Definition(
        name=text(root.get("name")),
        trigger=TriggerDefinition(
            text(trigger.get("type")), mapping(trigger.get("with")), _targets(trigger.get("next"))
        ),
        steps=tuple(steps.values()),
        timeout=TIMEOUT,
        on_failure=_targets(root.get("on_failure")),
    )


def draft_steps(document: object) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """Those of the first `MOST_STEPS` steps that have an id, each with its place and its id."""
    steps = mapping(document).get("steps")
    for index, step in enumerate(steps[:MOST_STEPS] if isinstance(steps, list) else []):
        step_id = mapping(step).get("id")
        if isinstance(step_id, str) and step_id:
            yield index, step_id, step


def find_step(document: object, step_id: str) -> tuple[int, Mapping[str, Any]] | None:
    """A step with its place in the document, or None when there is none of this id."""
    found = ((index, step) for index, own_id, step in draft_steps(document) if own_id == step_id)
    return next(found, None)


def mapping(value: object) -> Mapping[str, Any]:
    """The value where it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def text(value: object) -> str:
    """The value where it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def _step(step_id: str, step: Mapping[str, Any]) -> StepDefinition:
    following = step.get("next")
    ports = following if isinstance(following, Mapping) else {"success": following}
    return StepDefinition(
        id=step_id,
        name=text(step.get("name")) or step_id,
        action=text(step.get("action")),
        configuration=mapping(step.get("with")),
        next={str(port): _targets(targets) for port, targets in ports.items() if targets},
        join="any" if step.get("join") == "any" else "all",
        retry=_retry(step.get("retry")),
    )


def _retry(policy: object) -> RetryPolicy:
    try:
        return RetryPolicy.of(mapping(policy))
    except (TypeError, ValueError):
        return RetryPolicy()


def _targets(targets: object) -> tuple[str, ...]:
    if isinstance(targets, str):
        return (targets,)
    items = targets if isinstance(targets, list) else []
    return tuple(target for target in items if isinstance(target, str))
