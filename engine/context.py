"""What templates and expressions of a run can see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.clock import Milliseconds, to_rfc3339
from core.model import Event, Run, StepRun
from core.states import StepStatus
from expressions import RESERVED_ROOTS

Context = Mapping[str, Any]
"""What templates see, by root."""


def build_context(
    event: Event,
    run: Run,
    journal: Iterable[StepRun],
    secrets: Mapping[str, str],
) -> Context:
    """The context of a run. `secrets` is reached only by what sends."""
    context = event_context(event)
    context["steps"] = {step.step_id: visible_output(step) for step in journal if has_output(step)}
    context["secrets"] = secrets
    context["run"] = {
        "id": run.id,
        "automation_id": run.automation_id,
        "version": run.version,
        "created_at": to_rfc3339(run.created_at),
        "callbacks": {},
    }
    context["tenant"] = {"id": run.tenant}
    return context


def event_context(event: Event) -> dict[str, Any]:
    """What an event gives to see.

    A body's key that is the name of another root is reachable as `trigger.body.<key>`.
    """
    context: dict[str, Any] = {}
    if isinstance(event.body, dict):
        context = {key: event.body[key] for key in event.body if key not in RESERVED_ROOTS}
    context["trigger"] = {
        "body": event.body,
        "headers": event.headers,
        "query": event.query,
        "params": event.params,
        "method": event.method,
        "path": event.path,
        "received_at": to_rfc3339(event.received_at),
        "event_id": event.id,
        "type": event.type,
    }
    return context


def with_callbacks(context: Context, addresses: Mapping[str, str]) -> Context:
    """The context with the one-time addresses of more steps in sight."""
    if not addresses:
        return context
    run = context["run"]
    return {**context, "run": {**run, "callbacks": {**run["callbacks"], **addresses}}}


def context_at(context: Context, now: Milliseconds) -> Context:
    """The context as an attempt sees it that begins at this moment."""
    return {**context, "run": {**context["run"], "now": to_rfc3339(now)}}


def has_output(step: StepRun) -> bool:
    """Whether later steps can refer to this one."""
    return step.status in (StepStatus.SUCCEEDED, StepStatus.FAILED)


def visible_output(step: StepRun) -> Any:
    """What `steps.<id>` is: the output, and for a failed step also its `error`."""
    if step.error is None:
        return step.output
    output = step.output if isinstance(step.output, dict) else {}
    return {**output, "error": step.error}
