"""`run-automation`: starts another automation, and waits for its end or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.summaries import one_line
from core.outcomes import Fail, Outcome, Park, Succeed
from core.signals import Waiting
from core.spec import ActionContext, ActionSpec


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """Starts it as the result is stored; with `wait`, goes on as that run has ended."""
    if context.waiting is not None:
        return _after(params["automation"], context.waiting)
    run_id = context.start_run(params["automation"], params.get("payload", {}))
    if params.get("wait", True):
        return Park(None, {"run_id": run_id})
    return Succeed({"run_id": run_id})


def _after(automation_id: str, waiting: Waiting) -> Outcome:
    if not waiting.signals:
        return Park(None, waiting.output)
    ended = waiting.signals[0].payload
    output = {name: ended[name] for name in ("run_id", "status", "output")}
    if ended["status"] == "succeeded":
        return Succeed(output)
    reason = f": {ended['error']}" if ended["error"] else ""
    return Fail(f"{automation_id} {ended['status']} in run {ended['run_id']}{reason}", output)


def summary(configuration: Mapping[str, Any]) -> str:
    """The automation, and whether it is waited for."""
    automation_id = configuration.get("automation")
    if not isinstance(automation_id, str) or not automation_id:
        return "(no automation yet)"
    return one_line(automation_id if configuration.get("wait", True) else f"start {automation_id}")


def starts(configuration: Mapping[str, Any]) -> str | None:
    """The automation's id; of a draft, what can be read."""
    automation_id = configuration.get("automation")
    return automation_id if isinstance(automation_id, str) else None


SPEC = ActionSpec(
    name="run-automation",
    title="Run automation",
    description="Starts another published automation with a payload of its own, whatever its "
    "trigger is, and waits for its end or goes on at once.",
    icon="flow",
    schema={
        "type": "object",
        "required": ["automation"],
        "additionalProperties": False,
        "properties": {
            "automation": {
                "title": "Automation",
                "description": "The id of a published automation. Automations that run one another "
                "in a circle are refused when they are published.",
                "type": "string",
                "minLength": 1,
                "maxLength": 200,
                "pattern": "^[^<{]*$",
                "x-expected": "an automation's id, written out",
                "examples": ["billing"],
                "x-widget": "automation",
            },
            "payload": {
                "title": "Payload",
                "description": "What that automation sees as the event's body.",
                "default": {},
                "examples": [{"order": "<order>"}],
                "x-template": "body",
                "x-widget": "json",
            },
            "wait": {
                "title": "Wait for its end",
                "description": "Whether the step ends with that run, and fails when it failed; "
                "else it is done as soon as the run is stored.",
                "type": "boolean",
                "default": True,
            },
        },
    },
    output={
        "type": "object",
        "properties": {
            "run_id": {"type": "string", "description": "The id of the run."},
            "status": {"type": "string", "description": "How it ended, where it was waited for."},
            "output": {"description": "Its output, where it was waited for."},
        },
    },
    starts=starts,
    summary=summary,
)
