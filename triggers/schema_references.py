"""Where the subschemas of a JSON Schema (2020-12) are, and whether its references stay inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from core.schema_words import json_path

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ONE = frozenset(
    {
        "additionalProperties",
        "contains",
        "contentSchema",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    }
)
_LIST = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_BY_NAME = frozenset({"$defs", "dependentSchemas", "patternProperties", "properties"})

Located = tuple[tuple[str | int, ...], Any]
"""A subschema and where it stands."""


def reference_faults(schema: object, root: str) -> list[tuple[str, str]]:
    """References out of the schema or to nothing in it, as (path from `root`, message)."""
    everywhere = [(path, found) for path, found in subschemas(schema) if isinstance(found, Mapping)]
    nameless = without_name(schema)
    known = {id(nameless), *(id(found) for _, found in everywhere)}
    resolver = crawled(nameless).resolver()
    faults = []
    for path, subschema in everywhere:
        for word in ("$ref", "$dynamicRef"):
            if word in subschema and (fault := _reference_fault(subschema[word], resolver, known)):
                faults.append((json_path([*path, word], root), fault))
        faults += _name_faults(path, subschema, root)
    return faults


def crawled(nameless: Any) -> Registry[Any]:
    """A registry of a schema without a name, and of no other.

    Its anchors are known: otherwise each lookup of one would crawl the whole schema anew.
    """
    registry: Registry[Any] = Registry().with_resource("", DRAFT202012.create_resource(nameless))
    return registry.crawl()


def without_name(schema: Any) -> Any:
    """The schema without its own `$schema` and `$id`: nothing is fetched by them."""
    if not isinstance(schema, Mapping):
        return schema
    return {word: value for word, value in schema.items() if word not in ("$schema", "$id")}


def _name_faults(
    path: tuple[str | int, ...], subschema: Mapping[str, Any], root: str
) -> Iterator[tuple[str, str]]:
    if subschema.get("$schema", DIALECT) != DIALECT:
        yield json_path([*path, "$schema"], root), f"must be {DIALECT}"
    if path and "$id" in subschema:
        yield json_path([*path, "$id"], root), "only the whole schema may have an $id; remove it"


def _reference_fault(reference: str, resolver: Any, known: set[int]) -> str | None:
    if not reference.startswith("#"):
        return f"{reference[:100]!r} leads outside the schema; put what it needs under $defs"
    try:
        target = resolver.lookup(reference).contents
    except (Unresolvable, LookupError, TypeError, ValueError):
        return f"{reference[:100]!r} leads to nothing in this schema"
    if isinstance(target, bool) or id(target) in known:
        return None
    return f"{reference[:100]!r} does not lead to a schema; put it under $defs"


def subschemas(schema: object, path: tuple[str | int, ...] = ()) -> Iterator[Located]:
    """The schema and every subschema of it, of one without faults of form."""
    yield path, schema
    if not isinstance(schema, Mapping):
        return
    for word, value in schema.items():
        for place, subschema in _children(word, value):
            yield from subschemas(subschema, (*path, word, *place))


def _children(word: str, value: Any) -> Iterator[Located]:
    if word in _ONE:
        yield (), value
    elif word in _LIST:
        yield from (((index,), item) for index, item in enumerate(value))
    elif word in _BY_NAME:
        yield from (((name,), item) for name, item in value.items())
