"""The keywords of JSON Schema (2020-12) that match regular expressions, over `triggers.patterns`.

The library's own use Python's `re`, in `additionalProperties` and `unevaluatedProperties` too.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

from core.schema_words import json_path
from triggers.patterns import PatternError, compiled
from triggers.schema_references import subschemas

MOST_WORK = 400_000_000
"""Steps of patterns in one check, at worst: about two seconds of one core."""

Keyword = Callable[[Validator, Any, Any, Mapping[str, Any]], Iterator[ValidationError]]

_check = threading.local()


class TooMuchWork(Exception):
    """The patterns of a check have used their steps up."""


def begin() -> None:
    """A check begins in this thread."""
    _check.left = MOST_WORK


def pattern_faults(schema: object, root: str) -> list[tuple[str, str]]:
    """Patterns that cannot be used, as (path from `root`, message)."""
    faults: list[tuple[str, str]] = []
    found = [(path, one) for path, one in subschemas(schema) if isinstance(one, Mapping)]
    has_patterns = any("patternProperties" in one for _, one in found)
    for path, one in found:
        for word in ("pattern", "patternProperties"):
            written = one.get(word, ())
            for pattern in (written,) if isinstance(written, str) else written:
                faults += _fault_of(pattern, json_path([*path, word], root))
        if has_patterns and "unevaluatedProperties" in one:
            place = json_path([*path, "unevaluatedProperties"], root)
            faults.append((place, "cannot stand in a schema that has patternProperties"))
    return faults


def _fault_of(pattern: str, place: str) -> list[tuple[str, str]]:
    try:
        compiled(pattern)
    except PatternError as error:
        shown = pattern if len(pattern) <= 60 else f"{pattern[:57]}..."
        return [(place, f"{shown!r} {error}")]
    return []


def _matches(pattern: str, text: str) -> bool:
    sought, written = compiled(pattern), text.encode(errors="surrogatepass")
    _check.left -= sought.size * len(written)
    if _check.left < 0:
        raise TooMuchWork
    return sought.is_in(written)


def _pattern(
    _validator: Validator, pattern: str, instance: object, _schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _matches(pattern, instance):
        yield ValidationError(f"does not match {pattern}")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], instance: object, _schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for pattern, subschema in patterns.items():
        for name, value in instance.items():
            if _matches(pattern, name):
                yield from validator.descend(value, subschema, path=name, schema_path=pattern)


def _additional_properties(
    validator: Any, others: Any, instance: object, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extras = {
        name: value
        for name, value in instance.items()
        if name not in known and not any(_matches(pattern, name) for pattern in patterns)
    }
    if others is False and extras:
        # Who puts the error into words looks at these two, and would match the patterns itself.
        yield ValidationError("has unknown fields", instance=extras, schema={"properties": known})
    elif others is not False:
        for name, value in extras.items():
            yield from validator.descend(value, others, path=name)


KEYWORDS: Mapping[str, Keyword] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
}
"""In place of the library's; `unevaluatedProperties` is refused beside patterns."""
