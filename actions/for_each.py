"""`for-each`: the steps behind its port `each` are executed for every item of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.summaries import text
from core.outcomes import Each, Fail, Outcome, Succeed
from core.spec import EACH, ActionContext, ActionSpec, Ports

MOST_ITEMS = 10_000
MOST_AT_ONCE = 100
DONE = "done"


def run(_context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """Asks for the steps behind `each`; an empty list is done at once."""
    items = params["items"]
    if not isinstance(items, list):
        return Fail(f"items: {_short(items)} is not a list; refer to a list, such as <order.lines>")
    if len(items) > MOST_ITEMS:
        words = f"there are {len(items)}, and a for-each takes {MOST_ITEMS} at most"
        return Fail(f"items: {words}; split the list, or have it come in several events")
    if not items:
        return Succeed({"count": 0, "succeeded": 0, "failed": 0, "results": [], "errors": []}, DONE)
    return Each(items, params.get("concurrency", 1), params.get("on_error", "stop") == "stop")


def summary(configuration: Mapping[str, Any]) -> str:
    """The list, and how many of its items are worked on at once."""
    items, concurrency = configuration.get("items"), configuration.get("concurrency", 1)
    if items is None or items == "":
        return "(no list yet)"
    words = items if isinstance(items, str) else text(items)
    return words if concurrency == 1 else f"{words}, {concurrency} at once"


def _short(value: Any) -> str:
    return text(value) if value is not None else "null"


SPEC = ActionSpec(
    name="for-each",
    title="For each",
    description="Executes the steps behind its port each for every item of a list; they see the "
    "item as item and its number, from 0, as index. Then it goes on by done.",
    icon="repeat",
    schema={
        "type": "object",
        "required": ["items"],
        "additionalProperties": False,
        "properties": {
            "items": {
                "title": "Items",
                "description": "The list. It is read once, as the step begins; 10,000 items at "
                "most.",
                "type": ["string", "array"],
                "minLength": 1,
                "examples": ["<order.lines>"],
                "x-template": "body",
                "x-widget": "line",
            },
            "concurrency": {
                "title": "At once",
                "description": "How many items are worked on at the same time.",
                "type": "integer",
                "minimum": 1,
                "maximum": MOST_AT_ONCE,
                "default": 1,
                "examples": [5],
            },
            "on_error": {
                "title": "When an item fails",
                "description": "stop: no other item is begun, and the step leaves by error; items "
                "under way come to their end. continue: the others go on, and the output says "
                "which failed.",
                "enum": ["stop", "continue"],
                "default": "stop",
                "examples": ["continue"],
            },
            "collect": {
                "title": "Collect",
                "description": "What is kept of each item, worked out after its steps. Without it "
                "that is what its last step came to.",
                "examples": [{"sku": "<item.sku>", "id": "<steps.sync.body.id>"}],
                "x-template": "body",
                "x-collect": True,
                "x-widget": "json",
            },
        },
    },
    output={
        "type": "object",
        "properties": {
            "count": {"type": "integer", "description": "How many items there were."},
            "succeeded": {"type": "integer", "description": "How many went well."},
            "failed": {"type": "integer", "description": "How many failed."},
            "results": {
                "type": "array",
                "description": "What was kept of each item, in the order of the items; null for "
                "one that failed or was not begun.",
            },
            "errors": {
                "type": "array",
                "description": "Of each item that failed its index and its error.",
            },
        },
    },
    ports=Ports(fixed=(EACH, DONE, "error")),
    loops=True,
    summary=summary,
)
