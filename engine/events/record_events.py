"""The events that tell how records change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.records import ChangeKind, Record, RecordChange
from engine.events.types import EventType, data_schema

_PROPERTIES: Mapping[str, Any] = {
    "collection": {"type": "string", "description": "The collection's name."},
    "id": {"type": "string", "description": "The record's id."},
    "version": {
        "type": ["integer", "null"],
        "description": "The record's version now; null when it was deleted.",
    },
    "record": {
        "type": ["object", "null"],
        "description": "The record's fields now; null when it was deleted.",
    },
    "previous": {
        "type": ["object", "null"],
        "description": "The record's fields before; null when it is new.",
    },
}

_EARLIER = {"name": "Ada", "partnerId": "p-1"}
_LATER = {"name": "Ada Lovelace", "partnerId": "p-1"}


def _type(kind: ChangeKind, title: str, description: str) -> EventType:
    gone, new = kind is ChangeKind.DELETED, kind is ChangeKind.CREATED
    example = {
        "collection": "customers",
        "id": "C-1042",
        "version": None if gone else 1795253400120,
        "record": None if gone else _LATER,
        "previous": None if new else _EARLIER,
    }
    return EventType(
        f"record.{kind.value}", 1, title, description, data_schema(_PROPERTIES), example
    )


RECORD_EVENTS = (
    _type(ChangeKind.CREATED, "A record was created", "A collection has a new record."),
    _type(ChangeKind.UPDATED, "A record was updated", "A record has other values than before."),
    _type(ChangeKind.DELETED, "A record was deleted", "A record was taken out of its collection."),
)


def record_data(change: RecordChange) -> Mapping[str, Any]:
    """The data of the event that tells of a change which did something."""
    found = change.record or change.previous
    if found is None:
        raise ValueError("nothing became of the record")
    return {
        "collection": found.collection,
        "id": found.id,
        "version": change.record.version if change.record else None,
        "record": _values(change.record),
        "previous": _values(change.previous),
    }


def _values(record: Record | None) -> Mapping[str, Any] | None:
    return None if record is None else record.values
