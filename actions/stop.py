"""`stop`: ends the run at once, as a success or a failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.encoding import ContentError, as_text
from actions.summaries import one_line, text
from core.outcomes import Fail, Finish, Outcome
from core.spec import ActionContext, ActionSpec, Ports

MESSAGE = "A stop step ended the run."


def run(_context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """The end of the run, with the message as its reason."""
    try:
        message = as_text(params.get("message", MESSAGE))
    except ContentError as error:
        return Fail(f"message: {error}")
    return Finish(params["status"] == "succeeded", message)


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `failed: Order … has no lines.`."""
    status = text(configuration.get("status", "(no end yet)"))
    message = configuration.get("message")
    return status if message is None else one_line(f"{status}: {text(message)}")


SPEC = ActionSpec(
    name="stop",
    title="Stop",
    description="Ends the run here and now; branches that still run are cancelled.",
    icon="stop",
    schema={
        "type": "object",
        "required": ["status"],
        "additionalProperties": False,
        "properties": {
            "status": {
                "title": "End as",
                "description": "How the run ends. A failed run shows up among the failures and "
                "alerts.",
                "enum": ["succeeded", "failed"],
                "examples": ["failed"],
            },
            "message": {
                "title": "Message",
                "description": "Why, for whoever reads the run.",
                "type": "string",
                "default": MESSAGE,
                "examples": ["Order <order.id> has no lines."],
                "x-template": "text",
            },
        },
    },
    output={"type": "object", "description": "Nothing: no step comes after it."},
    ports=Ports(fixed=()),
    summary=summary,
)
