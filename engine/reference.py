"""The reference of triggers and actions as Markdown, made from their SPECs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from core.spec import ActionSpec, TriggerSpec
from engine.registry import Registry

HEAD = """# Triggers and actions

What each takes in `with`, made from the code by `scripts/reference`. Fields marked *template* may
hold references and expressions ([expressions](expressions.md)); *secrets* says that
`<secrets.NAME>` may stand there.
"""


def render_reference(registry: Registry) -> str:
    """The whole page."""
    triggers = [line for one in registry.triggers.values() for line in _trigger(one.SPEC)]
    actions = [line for one in registry.actions.values() for line in _action(one.SPEC)]
    return (
        "\n".join([HEAD, "## Triggers", "", *triggers, "## Actions", "", *actions]).rstrip() + "\n"
    )


def _trigger(spec: TriggerSpec) -> Iterator[str]:
    yield from _title(spec.name, spec.title, spec.description)
    yield from _fields(spec.schema)
    yield from _alternatives(spec.schema)


def _action(spec: ActionSpec) -> Iterator[str]:
    yield from _title(spec.name, spec.title, spec.description)
    ports = ", ".join(f"`{port}`" for port in spec.ports.fixed) or "none"
    own = ", and those its configuration names" if spec.ports.of_configuration else ""
    yield from (f"Ports: {ports}{own}.", "")
    yield from _fields(spec.schema)
    yield from _output(spec.output)


def _title(name: str, title: str, description: str) -> Iterator[str]:
    yield from (f"### `{name}`", "", f"**{title}.** {description}", "")


def _fields(schema: Mapping[str, Any]) -> Iterator[str]:
    rows = list(_rows(schema, ""))
    if rows:
        yield from ("| field | takes | default | |", "| --- | --- | --- | --- |", *rows, "")


def _alternatives(schema: Mapping[str, Any]) -> Iterator[str]:
    """Of which fields there is exactly one, each with what goes with it."""
    kinds = [
        f"`{kind}`" + (f" (with {', '.join(f'`{name}`' for name in company)})" if company else "")
        for kind, company in schema.get("x-alternatives", {}).items()
    ]
    if kinds:
        yield from (f"Exactly one of {', '.join(kinds)}.", "")


def _output(schema: Mapping[str, Any]) -> Iterator[str]:
    fields = schema.get("properties", {})
    if fields:
        yield from ("Output, as `steps.<id>`:", "")
        yield from (f"- `{name}`: {_words(field)}" for name, field in fields.items())
        yield ""


def _rows(schema: Mapping[str, Any], path: str) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        if "const" not in field:
            yield _row(f"{path}{name}", field, name in required)
            yield from _rows(field, f"{path}{name}.")
            yield from _rows(_items(field), f"{path}{name}[].")
    for branch in schema.get("allOf", ()):
        kind = branch.get("if", {}).get("properties", {}).get("type", {}).get("const")
        yield from _rows(branch.get("then", {}), f"{path.rstrip('.')}({kind}).")


def _row(name: str, field: Mapping[str, Any], required: bool) -> str:
    hints = field if "x-template" in field else _items(field)
    marks = [f"*template: {hints['x-template']}*"] if "x-template" in hints else []
    marks += ["*secrets*"] if hints.get("x-secrets") else []
    default = f"`{orjson.dumps(field['default']).decode()}`" if "default" in field else ""
    cells = [
        f"`{name}`" + (" (required)" if required else ""),
        ", ".join([_kind(field), *marks]),
        default,
        _words(field),
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _items(field: Mapping[str, Any]) -> Mapping[str, Any]:
    items = field.get("items", {})
    return items if isinstance(items, Mapping) else {}


def _kind(field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    kinds = field.get("type") or [one.get("type", "any") for one in field.get("anyOf", [{}])]
    return kinds if isinstance(kinds, str) else " or ".join(dict.fromkeys(kinds))


def _words(field: Mapping[str, Any]) -> str:
    words = field.get("description") or field.get("title") or ""
    return " ".join(str(words).split())
