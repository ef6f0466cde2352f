"""`find-records`: looks records up by the values of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions import record_steps
from core.outcomes import Fail, Outcome, Succeed
from core.records import MOST_FOUND, as_seen
from core.spec import ActionContext, ActionSpec

LIMIT = 100


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """One attempt; to find nothing is a success."""
    return record_steps.attempt(lambda: _find(context, params))


def _find(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    where = params.get("where", {})
    if not isinstance(where, Mapping):
        return Fail("where: must be an object of fields and values; write it like {'city': 'Oslo'}")
    found = context.records.find(
        params["collection"],
        where,
        params.get("limit", LIMIT),
        falling=params.get("order") == "falling",
    )
    items = [as_seen(record) for record in found]
    return Succeed({"items": items, "count": len(items), "first": items[0] if items else None})


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `customers: by city, state`."""
    where = configuration.get("where")
    names = list(where)[:20] if isinstance(where, Mapping) else []
    return record_steps.summary_of(configuration, f"by {', '.join(names)}" if names else "all")


SPEC = ActionSpec(
    name="find-records",
    title="Find records",
    description="Looks records up in a collection by the values of their fields.",
    icon=record_steps.ICON,
    schema={
        "type": "object",
        "required": ["collection"],
        "additionalProperties": False,
        "properties": {
            "collection": record_steps.COLLECTION,
            "where": {
                "title": "Where",
                "description": "Fields and the values they must have, all of them. Texts, numbers, "
                "true, false and null are compared as texts: 5 is found by 5 and by the text 5.",
                "default": {},
                "examples": [{"partnerId": "<order.partner>"}],
                "x-template": "body",
                "x-widget": "rows",
            },
            "limit": {
                "title": "How many",
                "description": "How many records to give at most.",
                "type": "integer",
                "minimum": 1,
                "maximum": MOST_FOUND,
                "default": LIMIT,
                "examples": [1],
            },
            "order": {
                "title": "Order of ids",
                "description": "By id, rising or falling. Ids that Penstock makes rise with time, "
                "so that falling gives the newest first.",
                "enum": ["rising", "falling"],
                "default": "rising",
                "examples": ["falling"],
            },
        },
    },
    output={
        "type": "object",
        "required": ["items", "count", "first"],
        "properties": {
            "items": {"type": "array", "description": "The records, by id."},
            "count": {"type": "integer", "description": "How many are given."},
            "first": {
                "type": ["object", "null"],
                "description": "The first of them; null when there is none.",
            },
        },
    },
    retries=True,
    summary=summary,
)
