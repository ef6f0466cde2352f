"""What a JSON Schema check found, in words for the person who wrote the thing that was checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from core.errors import Fault


class SchemaError(Protocol):
    """What this module reads of a validator's error (the attributes of `jsonschema` errors)."""

    @property
    def validator(self) -> Any:
        """The keyword that was broken."""
        ...

    @property
    def validator_value(self) -> Any:
        """What the keyword asks for."""
        ...

    @property
    def instance(self) -> Any:
        """What was checked."""
        ...

    @property
    def message(self) -> str:
        """The validator's own words."""
        ...

    @property
    def absolute_path(self) -> Iterable[Any]:
        """The way to the instance."""
        ...

    @property
    def schema(self) -> Any:
        """The schema the keyword stands in."""
        ...


_TYPE_WORDS = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def json_path(parts: Iterable[Any], root: str = "$") -> str:
    """A JSON path such as `$.steps[0].with` or `$.headers['X-Order']`."""
    path = root
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif str(part).isidentifier():
            path += f".{part}"
        else:
            path += f"['{part}']"
    return path


def faults_of(errors: Iterable[SchemaError], root: str = "$", most: int = 50) -> list[Fault]:
    """The faults by path, at most `most` of them; the check stops when it has so many."""
    found: dict[Fault, None] = {}
    for fault in (fault for error in errors for fault in _faults_of_one(error, root)):
        found[fault] = None
        if len(found) == most:
            break
    return sorted(found, key=lambda fault: fault.path)


def _faults_of_one(error: SchemaError, root: str) -> Iterator[Fault]:
    path = json_path(error.absolute_path, root)
    match error.validator:
        case "required":
            for name in error.validator_value:
                if name not in error.instance:
                    yield Fault(json_path([name], path), "is missing")
        case "additionalProperties":
            yield from _unknown_fields(error, path)
        case _:
            yield Fault(path, _words(error))


def _unknown_fields(error: SchemaError, path: str) -> Iterator[Fault]:
    known: Mapping[str, Any] = error.schema.get("properties", {})
    patterns: Mapping[str, Any] = error.schema.get("patternProperties", {})
    names = ", ".join(known)
    for name in error.instance:
        if name not in known and not any(re.search(pattern, name) for pattern in patterns):
            yield Fault(json_path([name], path), f"is not a known field; known are: {names}")


_BOUNDS = {
    "maxLength": "has more than {}",
    "maxItems": "has more than {}",
    "maxProperties": "has more than {}",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "uniqueItems": "has an item twice",
}


def _words(error: SchemaError) -> str:
    value, shown = error.validator_value, _shown(error.instance)
    expected = error.schema.get("x-expected") if isinstance(error.schema, Mapping) else None
    if error.validator in _BOUNDS:
        return _BOUNDS[error.validator].format(value)
    match error.validator:
        case "type":
            return f"must be {_types(value)}, not {_kind_of(error.instance)}"
        case "enum":
            return f"must be one of {', '.join(map(str, value))}, not {shown}"
        case "const":
            return f"must be {_shown(value)}, not {shown}"
        case "minLength" | "minItems" | "minProperties":
            return "must not be empty" if value == 1 else f"needs at least {value}"
        case "pattern":
            return f"{shown} is not {expected or f'a text that matches {value}'}"
    return f"{shown} is not {expected}" if expected else error.message[:200]


def _types(value: str | Sequence[str]) -> str:
    names = [value] if isinstance(value, str) else value
    return " or ".join(_TYPE_WORDS.get(name, name) for name in names)


def _kind_of(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "a text"
        case int() | float():
            return "a number"
        case list():
            return "a list"
    return "an object"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
