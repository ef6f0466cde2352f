"""The JSON Schemas (2020-12) that the descriptions of answers share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.spec import JsonSchema

TEXT: JsonSchema = {"type": "string"}
OPTIONAL_TEXT: JsonSchema = {"type": ["string", "null"]}
OPTIONAL_NUMBER: JsonSchema = {"type": ["integer", "null"]}
TIME: JsonSchema = {"type": "string", "format": "date-time"}
OPTIONAL_TIME: JsonSchema = {"type": ["string", "null"], "format": "date-time"}
ANY: JsonSchema = {"description": "Any JSON value."}
TEXTS_BY_NAME: JsonSchema = {"type": "object", "additionalProperties": {"type": "string"}}


def record(properties: Mapping[str, Any], description: str = "") -> JsonSchema:
    """An object that has each of these members and no other."""
    schema = {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": dict(properties),
    }
    return {"description": description, **schema} if description else schema


def list_of(item: JsonSchema) -> JsonSchema:
    """A list with any number of these."""
    return {"type": "array", "items": item}


def page_schema(item: JsonSchema) -> JsonSchema:
    """A page of a list."""
    following = {
        "type": ["string", "null"],
        "description": "The cursor of the next page; null on the last one.",
    }
    return record({"items": list_of(item), "next": following})


def component(name: str) -> JsonSchema:
    """A reference to a schema among the components of the OpenAPI document."""
    return {"$ref": f"#/components/schemas/{name}"}


FAULTS: JsonSchema = list_of(
    record(
        {
            "path": {**TEXT, "description": "Where: `$.steps[0].with.url`, `query.limit`, …"},
            "message": {**TEXT, "description": "What is wrong and what would be right."},
        }
    )
)

PROBLEM: JsonSchema = {
    "type": "object",
    "description": "A refusal (RFC 9457, `application/problem+json`).",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {**TEXT, "description": "The kind of refusal."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {**TEXT, "description": "What happened, for a person."},
        "errors": {**FAULTS, "description": "The fields at fault, all of them at once."},
        "type": {**TEXT, "description": "Of a limit or a quota that is reached."},
        "violated-policies": {
            **list_of(TEXT),
            "description": "Which it is: `key`, `trigger`, `tenant`, `calls`, `monthly-events` or "
            "`monthly-runs`.",
        },
        "retry_at": {**TIME, "description": "When it is over."},
    },
}
