"""`manual`: a person starts the automation, with the fields of a form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import InvalidError
from core.spec import Family, TriggerSpec
from triggers.schemas import ValueCheck, schema_faults


@dataclass(frozen=True, slots=True)
class ManualTrigger:
    """A compiled manual trigger: what its form may send."""

    body_check: ValueCheck

    def check(self, body: object) -> tuple[tuple[str, str], ...]:
        """What is wrong with the fields a person sent, as (JSON path, message)."""
        try:
            faults = self.body_check.faults(body)
        except InvalidError as error:
            return (("$", str(error)),)
        return tuple((fault.path, fault.message) for fault in faults)


def compile_trigger(configuration: Mapping[str, Any]) -> ManualTrigger:
    """The trigger of a `with` that holds `SPEC.schema` and has no fault by `SPEC.check`."""
    fields = configuration.get("fields", {})
    return ManualTrigger(ValueCheck({"type": "object", **fields}))


def _check(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    fields = configuration.get("fields", {})
    if fields.get("type", "object") != "object":
        return [("fields.type", "a form's fields are an object; write object, or leave it out")]
    return schema_faults(fields, "fields")


def summary(configuration: Mapping[str, Any]) -> str:
    """The names of the form's fields."""
    fields = configuration.get("fields")
    properties = fields.get("properties") if isinstance(fields, Mapping) else None
    names = [str(name)[:40] for name in properties] if isinstance(properties, Mapping) else []
    return f"Asks for {', '.join(names[:10])}" if names else "Asks for nothing"


SPEC = TriggerSpec(
    name="manual",
    family=Family.PERSON,
    title="By hand",
    description="Starts when a person presses Run, with the values of a form.",
    icon="hand",
    schema={
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "fields": {
                "title": "Fields",
                "description": "The form's fields as a JSON Schema (2020-12) of an object. "
                "A $ref must stay inside the schema.",
                "type": "object",
                "default": {},
                "examples": [
                    {
                        "properties": {"email": {"type": "string", "format": "email"}},
                        "required": ["email"],
                    }
                ],
                "x-widget": "json",
            }
        },
    },
    output={
        "type": "object",
        "description": "The event, as trigger.<name>.",
        "required": ["body"],
        "properties": {
            "body": {"type": "object", "description": "The form's fields by name."},
            "received_at": {"type": "string", "format": "date-time"},
            "event_id": {"type": "string"},
            "type": {"type": "string", "examples": ["manual"]},
        },
    },
    check=_check,
    summary=summary,
)
