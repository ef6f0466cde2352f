"""`validate`: checks a value against a JSON Schema, and parts what holds it from what does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.summaries import one_line, outline, text
from core.errors import InvalidError
from core.outcomes import Fail, Outcome, Succeed
from core.spec import ActionContext, ActionSpec, Ports

VALID, INVALID = "valid", "invalid"


def run(_context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """The value and what is wrong with it, by the port that says whether anything is."""
    value = params["value"]
    try:
        faults = params["schema"].faults(value)
    except InvalidError as error:
        return Fail(f"value: {error}")
    errors = [{"path": fault.path, "message": fault.message} for fault in faults]
    output = {"valid": not errors, "errors": errors, "value": value}
    return Succeed(output, INVALID if errors else VALID)


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `… has {id, lines}`: the value, and the fields its schema knows."""
    if "value" not in configuration:
        return "(no value yet)"
    schema = configuration.get("schema")
    fields = schema.get("properties") if isinstance(schema, Mapping) else None
    shown = text(configuration["value"])
    return one_line(f"{shown} has {outline(fields)}") if isinstance(fields, dict) else shown


SPEC = ActionSpec(
    name="validate",
    title="Validate",
    description="Checks a value against a JSON Schema. What holds it goes on by the port valid, "
    "anything else by invalid, with every fault and its path.",
    icon="check",
    schema={
        "type": "object",
        "required": ["value", "schema"],
        "additionalProperties": False,
        "properties": {
            "value": {
                "title": "Value",
                "description": "What to check.",
                "examples": ["<order>", "<steps.fetch.body>"],
                "x-template": "body",
                "x-widget": "line",
            },
            "schema": {
                "title": "JSON Schema",
                "description": "What the value must be (2020-12). A $ref must stay inside the "
                "schema; patterns have the syntax of RE2.",
                "type": ["object", "boolean"],
                "examples": [
                    {
                        "type": "object",
                        "required": ["id"],
                        "properties": {"id": {"type": "string"}, "total": {"minimum": 0}},
                    }
                ],
                "x-json-schema": True,
                "x-widget": "json",
            },
        },
    },
    output={
        "type": "object",
        "required": ["valid", "errors", "value"],
        "properties": {
            "valid": {"type": "boolean", "description": "Whether the value holds the schema."},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["path", "message"],
                    "properties": {
                        "path": {"type": "string", "description": "Where it is wrong."},
                        "message": {"type": "string", "description": "What is wrong."},
                    },
                },
                "description": "What is wrong with it, at most 50 faults; empty when nothing is.",
                "examples": [[{"path": "$.id", "message": "is missing"}]],
            },
            "value": {"description": "The value as it was checked."},
        },
    },
    ports=Ports(fixed=(VALID, INVALID, "error")),
    summary=summary,
)
