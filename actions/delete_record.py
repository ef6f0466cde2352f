"""`delete-record`: takes a record out of its collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions import record_steps
from actions.summaries import text
from core.outcomes import Outcome, Succeed
from core.records import as_seen
from core.spec import ActionContext, ActionSpec


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """One attempt; a record that is not there is no failure: it is as it should be."""
    return record_steps.attempt(lambda: _delete(context, params))


def _delete(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    record_id, version = record_steps.id_of(params), record_steps.version_of(params)
    gone = context.records.delete(params["collection"], record_id, version).previous
    output = {
        "id": record_id,
        "deleted": gone is not None,
        "record": None if gone is None else as_seen(gone),
    }
    return Succeed(output)


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `customers: C-1042`."""
    return record_steps.summary_of(configuration, text(configuration.get("id", "")))


SPEC = ActionSpec(
    name="delete-record",
    title="Delete record",
    description="Takes a record out of its collection. Where there is none, nothing is wrong. "
    "A trial deletes it as well.",
    icon=record_steps.ICON,
    schema={
        "type": "object",
        "required": ["collection", "id"],
        "additionalProperties": False,
        "properties": {
            "collection": record_steps.COLLECTION,
            "id": record_steps.RECORD_ID,
            "if_version": record_steps.IF_VERSION,
        },
    },
    output={
        "type": "object",
        "required": ["id", "deleted", "record"],
        "properties": {
            "id": {"type": "string", "description": "The record's id."},
            "deleted": {"type": "boolean", "description": "Whether there was such a record."},
            "record": {
                "type": ["object", "null"],
                "description": "The record as it was; null when there was none.",
            },
        },
    },
    effect=True,
    local=True,
    retries=True,
    summary=summary,
)
