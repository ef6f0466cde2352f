"""`record`: a record of a collection is created, updated or deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.platform_events import PlatformEvent
from core.records import NAME_IN_WORDS, NAME_PATTERN, same_json
from core.spec import Family, TriggerSpec

KINDS = ("created", "updated", "deleted")
RECORD = "record"
"""What the record is called where nobody says otherwise."""
TAKEN = frozenset(
    {
        "change",
        "collection",
        "failure",
        "index",
        "item",
        "previous",
        "run",
        "secrets",
        "steps",
        "tenant",
        "trigger",
    }
)
"""Names that mean something else in a template."""


@dataclass(frozen=True, slots=True)
class CompiledRecord:
    """A `core.trigger_kinds.EventTrigger`. With `changed`, one of these fields must differ."""

    collection: str
    types: frozenset[str]
    name: str
    changed: tuple[str, ...]

    def takes_type(self, event_type: str) -> bool:
        """Whether it is one of the changes that are waited for."""
        return event_type in self.types

    def takes(self, event: PlatformEvent) -> bool:
        """Whether it is such a change of the collection, and of a field that matters."""
        if not self.takes_type(event.type) or event.data.get("collection") != self.collection:
            return False
        return not self.changed or any(_differs(event.data, name) for name in self.changed)

    def body(self, event: PlatformEvent) -> Any:
        """The record under its name, as it is or, once deleted, as it was; and what changed."""
        data = event.data
        values = data.get("record") or data.get("previous") or {}
        return {
            self.name: {"id": data.get("id"), **values, "_version": data.get("version")},
            "previous": data.get("previous"),
            "change": event.type.rpartition(".")[2],
            "collection": data.get("collection"),
        }


def compile_trigger(configuration: Mapping[str, Any]) -> CompiledRecord:
    """The trigger of a `with` that holds `SPEC.schema` and has no fault by `SPEC.check`."""
    return CompiledRecord(
        collection=configuration["collection"],
        types=frozenset(f"record.{kind}" for kind in configuration.get("on", KINDS)),
        name=configuration.get("as", RECORD),
        changed=tuple(configuration.get("changed", ())),
    )


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `customers: created, updated`."""
    name, kinds = configuration.get("collection"), configuration.get("on", list(KINDS))
    shown = name[:100] if isinstance(name, str) and name else "(no collection yet)"
    words = ", ".join(str(kind)[:20] for kind in kinds[:3]) if isinstance(kinds, list) else ""
    return f"{shown}: {words}" if words else shown


def _differs(data: Mapping[str, Any], name: str) -> bool:
    """Whether a field is not what it was; to come and to go is a difference, too."""
    new, old = data.get("record") or {}, data.get("previous") or {}
    if (name in new) is not (name in old):
        return True
    return not same_json(new.get(name), old.get(name))


def _check(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    name = configuration.get("as", RECORD)
    if name not in TAKEN:
        return []
    words = f"{name} means something else in templates; choose another name, such as customer"
    return [("as", words)]


SPEC = TriggerSpec(
    name="record",
    family=Family.EVENT,
    title="Record",
    description="Starts when a record of a collection is created, updated or deleted, by a person, "
    "a program or another automation.",
    icon="table",
    schema={
        "type": "object",
        "required": ["collection"],
        "additionalProperties": False,
        "properties": {
            "collection": {
                "title": "Collection",
                "description": "The collection's name, as it stands under Records.",
                "type": "string",
                "pattern": rf"^{NAME_PATTERN}(?![\s\S])",
                "x-expected": f"the name of a collection: {NAME_IN_WORDS}",
                "examples": ["customers"],
            },
            "on": {
                "title": "Starts when a record is",
                "description": "Which changes start the automation.",
                "type": "array",
                "items": {"enum": list(KINDS), "type": "string"},
                "minItems": 1,
                "uniqueItems": True,
                "default": list(KINDS),
                "examples": [["created", "updated"]],
                "x-widget": "checkboxes",
            },
            "as": {
                "title": "Call it",
                "description": "The name under which the steps see the record: called customer, "
                "its field name is <customer.name>.",
                "type": "string",
                "pattern": r"^[a-z][A-Za-z0-9_]{0,63}(?![\s\S])",
                "x-expected": "a name; use letters, digits and _, beginning with a small letter",
                "default": RECORD,
                "examples": ["customer"],
            },
            "changed": {
                "title": "Only when these change",
                "description": "Fields of which at least one must have another value than before; "
                "without them any change will do.",
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "maxItems": 100,
                "uniqueItems": True,
                "examples": [["partnerId", "address"]],
            },
        },
    },
    output={
        "type": "object",
        "description": "The event, as trigger.<name>.",
        "required": ["body"],
        "properties": {
            "body": {
                "type": "object",
                "description": "The record under its name, and what changed.",
                "properties": {
                    "record": {
                        "type": "object",
                        "description": "Its fields with id and _version, under the name that as "
                        "gives; of a deleted record, as they were.",
                    },
                    "previous": {
                        "type": ["object", "null"],
                        "description": "Its fields before; null when it is new.",
                    },
                    "change": {"enum": list(KINDS), "description": "What became of it."},
                    "collection": {"type": "string", "description": "The collection's name."},
                },
            },
            "received_at": {"type": "string", "format": "date-time"},
            "event_id": {"type": "string"},
            "type": {
                "type": "string",
                "description": "The event's name.",
                "examples": ["record.updated"],
            },
        },
    },
    check=_check,
    summary=summary,
)
