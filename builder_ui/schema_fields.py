"""Fields of a plain form from a JSON Schema of nested objects, and back to a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from builder_ui.payloads import indented
from core.errors import Fault, JsonError
from core.strict_json import loads


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` is the path of its value (`channels.events`).

    `kind` is `boolean`, `integer`, `string`, `choice`, `numbers` for a list of them, or `map`
    for an object with names of a person's choice, which is written as JSON.
    """

    name: str
    kind: str
    label: str
    hint: str
    value: Any
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    example: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, as an object holds them."""

    label: str
    hint: str
    fields: tuple[Field, ...]


def groups_of(schema: Mapping[str, Any], values: Mapping[str, Any]) -> list[Group]:
    """The groups of a schema, one for each object of its properties."""
    return [
        Group(
            _label(name, part),
            part.get("description", ""),
            tuple(_fields(part, name, values.get(name, {}))),
        )
        for name, part in schema["properties"].items()
    ]


def syntax_faults(schema: Mapping[str, Any], form: MultiDict[str, str]) -> list[Fault]:
    """What was to be JSON and is none; `read_form` takes it as a text."""
    faults = []
    for name, part in schema["properties"].items():
        try:
            if _is_map(part) and form.get(name, "").strip():
                loads(form[name].encode(errors="surrogatepass"))
        except JsonError as error:
            faults.append(Fault(f"$.{name}", f"is no JSON: {error}"))
    return faults


def read_form(schema: Mapping[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    """What a person filled in, as a value of the schema; an empty field is left out."""
    return {
        name: _read_map(form.get(name, "")) if _is_map(part) else _read_group(part, name, form)
        for name, part in schema["properties"].items()
    }


def _is_map(part: Mapping[str, Any]) -> bool:
    return "properties" not in part


def _read_group(part: Mapping[str, Any], name: str, form: MultiDict[str, str]) -> dict[str, Any]:
    return {
        inner: value
        for inner, one in part["properties"].items()
        if (value := _read(one, f"{name}.{inner}", form)) is not None
    }


def _read_map(text: str) -> Any:
    """The value of JSON, `{}` of nothing, and of what is no JSON the text itself."""
    try:
        return loads(text.encode(errors="surrogatepass")) if text.strip() else {}
    except JsonError:
        return text


def _fields(part: Mapping[str, Any], name: str, held: Any, above: str = "") -> Iterator[Field]:
    """The fields of an object; those of an object in it are called by both names."""
    if _is_map(part):
        written = held if isinstance(held, str) else indented(held) if held else ""
        example = indented(part["examples"][0]) if part.get("examples") else ""
        yield Field(name, "map", "As JSON", "", written, example=example)
        return
    for inner, one in part["properties"].items():
        if "properties" in one:
            label = f"{above}{_label(inner, one)}: "
            yield from _fields(one, f"{name}.{inner}", held.get(inner, {}), label)
            continue
        yield Field(
            name=f"{name}.{inner}",
            kind=_kind(one),
            label=above + _label(inner, one),
            hint=one.get("description", ""),
            value=_written(held.get(inner, one.get("default"))),
            choices=tuple(one.get("enum", ())),
            least=one.get("minimum"),
            most=one.get("maximum"),
        )


def _kind(part: Mapping[str, Any]) -> str:
    if "enum" in part:
        return "choice"
    return "numbers" if part["type"] == "array" else str(part["type"])


def _written(value: Any) -> Any:
    """A list of numbers as people write it."""
    return ", ".join(map(str, value)) if isinstance(value, list) else value


def _label(name: str, part: Mapping[str, Any]) -> str:
    return str(part.get("title") or name.replace("_", " ").capitalize())


def _read(part: Mapping[str, Any], name: str, form: MultiDict[str, str]) -> Any:
    if "properties" in part:
        return _read_group(part, name, form)
    text = form.get(name, "")
    if part.get("type") == "boolean":
        return text == "on"
    if not text:
        return None
    if part.get("type") == "array":
        return [_number(one.strip()) for one in text.split(",")]
    return _number(text) if part.get("type") == "integer" else text


def _number(text: str) -> int | str:
    """What is no number goes on as it is: the schema's words tell of it."""
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 16 else text
