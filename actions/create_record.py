"""`create-record`: puts a new record into a collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions import record_steps
from actions.summaries import outline
from core.outcomes import Outcome, Succeed
from core.records import as_seen
from core.spec import ActionContext, ActionSpec


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """One attempt; repeated after a crash, it finds the record that it made before."""
    return record_steps.attempt(lambda: _create(context, params))


def _create(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    record_id = record_steps.id_of(params) if "id" in params else None
    made = context.records.create(params["collection"], record_id, params["values"]).record
    if made is None:
        raise ValueError("a new record is there")
    return Succeed({"id": made.id, "version": made.version, "record": as_seen(made)})


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `customers: {name, state}`."""
    return record_steps.summary_of(configuration, outline(configuration.get("values", {})))


SPEC = ActionSpec(
    name="create-record",
    title="Create record",
    description="Puts a new record into a collection. It fails where there is one of that id. "
    "A trial puts it there as well.",
    icon=record_steps.ICON,
    schema={
        "type": "object",
        "required": ["collection", "values"],
        "additionalProperties": False,
        "properties": {
            "collection": record_steps.COLLECTION,
            "id": {
                **record_steps.RECORD_ID,
                "title": "Id",
                "description": "The new record's id; without it, the id among the values or one "
                "that Penstock makes.",
            },
            "values": record_steps.VALUES,
        },
    },
    output={
        "type": "object",
        "required": ["id", "version", "record"],
        "properties": {
            "id": {"type": "string", "description": "The record's id."},
            "version": {"type": "integer", "description": "The record's version."},
            "record": record_steps.RECORD_OUTPUT,
        },
    },
    effect=True,
    local=True,
    retries=True,
    summary=summary,
)
