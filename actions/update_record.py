"""`update-record`: changes fields of a record, or all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions import record_steps
from actions.summaries import outline, text
from core.outcomes import Outcome, Succeed
from core.records import as_seen
from core.spec import ActionContext, ActionSpec


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """One attempt; repeated after a crash, it tells what it changed before and changes nothing."""
    return record_steps.attempt(lambda: _update(context, params))


def _update(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    change = context.records.update(
        params["collection"],
        record_steps.id_of(params),
        params["values"],
        merge=params.get("mode", "merge") == "merge",
        create=params.get("create", False),
        version=record_steps.version_of(params),
    )
    record, previous = change.record, change.previous
    if record is None:
        raise ValueError("a record that was updated is there")
    output = {
        "id": record.id,
        "version": record.version,
        "record": as_seen(record),
        "previous": None if previous is None else as_seen(previous),
        "change": change.kind.value,
    }
    return Succeed(output)


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `customers: … {state}`."""
    shown = text(configuration.get("id", "")), outline(configuration.get("values", {}))
    return record_steps.summary_of(configuration, " ".join(filter(None, shown)))


SPEC = ActionSpec(
    name="update-record",
    title="Update record",
    description="Changes a record of a collection. It fails where there is none, unless it may "
    "make it. When others change the record at the same time, none of the changes is lost. A "
    "trial changes it as well.",
    icon=record_steps.ICON,
    schema={
        "type": "object",
        "required": ["collection", "id", "values"],
        "additionalProperties": False,
        "properties": {
            "collection": record_steps.COLLECTION,
            "id": record_steps.RECORD_ID,
            "values": {
                **record_steps.VALUES,
                "description": "The fields to change by name, or a reference to an object of "
                "them. Merged, null takes a field away.",
                "examples": [{"state": "synced", "remoteId": "<steps.sync.body.id>"}],
            },
            "mode": {
                "title": "How",
                "description": "merge: other fields stay (JSON Merge Patch). replace: the record "
                "has these fields alone.",
                "enum": ["merge", "replace"],
                "default": "merge",
                "examples": ["replace"],
            },
            "create": {
                "title": "Make it where there is none",
                "description": "Whether a record that is not there is made.",
                "type": "boolean",
                "default": False,
            },
            "if_version": record_steps.IF_VERSION,
        },
    },
    output={
        "type": "object",
        "required": ["id", "version", "record", "previous", "change"],
        "properties": {
            "id": {"type": "string", "description": "The record's id."},
            "version": {"type": "integer", "description": "The record's version now."},
            "record": record_steps.RECORD_OUTPUT,
            "previous": {
                "type": ["object", "null"],
                "description": "The record as it was before; null when the step made it.",
            },
            "change": {
                "enum": ["updated", "created", "nothing"],
                "description": "What became of it; nothing when it had these values already.",
            },
        },
    },
    effect=True,
    local=True,
    retries=True,
    summary=summary,
)
