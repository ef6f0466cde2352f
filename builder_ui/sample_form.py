"""A sample event written by hand: what to begin with, and fields for what its schema names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue

from builder_ui.bodies import read_object, take
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from engine.registry import Registry

DEEPEST = 4
MOST_FIELDS = 60

_BY_TYPE: Mapping[str, Any] = {
    "string": "",
    "integer": 0,
    "number": 0,
    "boolean": False,
    "array": [],
    "null": None,
}


@dataclass(frozen=True, slots=True)
class SampleField:
    """One value of the body. `path` are the names on the way to it."""

    path: tuple[str, ...]
    label: str
    kind: str
    hint: str
    required: bool
    choices: tuple[str, ...] = ()


def add_to(routes: Routes) -> None:
    """Adds the parts of this subject."""
    routes.post("/automations/<automation_id>/sample-form", sample_form, Permission.VIEW)


def sample_form(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """An event to begin with, and the fields of its body, both from the draft's trigger."""
    document = take(read_object(), "document", dict)
    visit.service.automations.get(visit.tenant, automation_id)
    schema = body_schema(visit.service.registry, document)
    fields = list(sample_fields(schema))[:MOST_FIELDS]
    return jsonify(
        {
            "event": {"method": _method(document), "body": example_of(schema)},
            "fields": render_template("builder/_sample_fields.html", fields=fields),
        }
    )


def body_schema(registry: Registry, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON Schema of the events' bodies: the draft's own, or that of its kind of trigger."""
    trigger = _object(document.get("trigger"))
    configuration = _object(trigger.get("with"))
    own = _object(configuration.get("body_schema") or configuration.get("fields"))
    kind = registry.triggers.get(str(trigger.get("type")))
    if own or kind is None:
        return own
    return _object(_object(kind.SPEC.output.get("properties")).get("body"))


def sample_fields(schema: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[SampleField]:
    """The plain values of an object's schema; lists and what may be anything stay with the JSON."""
    required = schema.get("required")
    for name, part in _object(schema.get("properties")).items():
        here, member = (*path, name), _object(part)
        if "properties" in member and len(here) < DEEPEST:
            yield from sample_fields(member, here)
        elif kind := _kind(member):
            yield SampleField(
                path=here,
                label=".".join(here),
                kind=kind,
                hint=str(member.get("description", "")),
                required=isinstance(required, list) and name in required,
                choices=tuple(str(one) for one in member.get("enum", ())),
            )


def example_of(schema: Mapping[str, Any], depth: int = 0) -> Any:
    """A value to begin with: the schema's own example or default, else what its type allows."""
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0]
    for word in ("default", "const"):
        if word in schema:
            return schema[word]
    if isinstance(schema.get("enum"), list) and schema["enum"]:
        return schema["enum"][0]
    properties = _object(schema.get("properties"))
    if depth == DEEPEST or not (properties or schema.get("type") == "object" or depth == 0):
        return _BY_TYPE.get(str(schema.get("type")), "")
    return {name: example_of(_object(part), depth + 1) for name, part in properties.items()}


def _kind(schema: Mapping[str, Any]) -> str | None:
    if isinstance(schema.get("enum"), list):
        return "choice"
    kind = schema.get("type")
    return kind if kind in ("string", "integer", "number", "boolean") else None


def _method(document: Mapping[str, Any]) -> str:
    methods = _object(_object(document.get("trigger")).get("with")).get("methods")
    first = methods[0] if isinstance(methods, list) and methods else "POST"
    return first if isinstance(first, str) else "POST"


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
