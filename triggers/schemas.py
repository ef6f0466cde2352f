"""JSON Schemas that implementers write (2020-12): checked when they are published, built once.

`format` is asserted for `date`, `date-time`, `email`, `ipv4`, `ipv6`, `uri` and `uuid`; any other
format is an annotation. Patterns are RE2's (`triggers.patterns`). Nothing is ever fetched: a
`$ref` stays inside its schema.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from core.errors import Fault, InvalidError
from core.schema_words import faults_of
from triggers.schema_patterns import KEYWORDS, TooMuchWork, begin, pattern_faults
from triggers.schema_references import crawled, reference_faults, without_name

MOST_FAULTS = 50
LONGEST_SECONDS = 2.0
"""Of one core, for one check. References may multiply the work without any bound."""

_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]{8}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-\[\]_a-z~]+")
_FANS_OUT = "The value takes too long to check: the references of its JSON Schema fan out."
_TOO_LONG = "The value is too long for the patterns of its JSON Schema to be checked."
_ENDLESS = "a $ref leads back to itself without going deeper into the value"
_SAMPLES: tuple[object, ...] = (None, True, 0, "", [], {})

_FORMATS = FormatChecker(("date", "email", "ipv4", "ipv6", "uuid"))
_META_CHECK = Draft202012Validator(Draft202012Validator.META_SCHEMA)


@_FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    """RFC 3339, section 5.6."""
    if not isinstance(value, str):
        return True
    return bool(_DATE_TIME.fullmatch(value)) and bool(datetime.fromisoformat(value.upper()))


@_FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    """RFC 3986: a scheme and what follows it, in the characters it allows."""
    return not isinstance(value, str) or bool(_URI.fullmatch(value))


def _unique_items(
    _validator: Validator, wanted: bool, instance: object, _schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    """`uniqueItems` in linear time; the library compares unsortable items pair by pair."""
    if wanted and isinstance(instance, list):
        frozen = [_frozen(item) for item in instance]
        if len(set(frozen)) != len(frozen):
            yield ValidationError("has an item twice")


def _frozen(value: object) -> object:
    """A hashable twin, equal where JSON Schema says so: 1 and 1.0, but not 1 and true."""
    match value:
        case dict():
            return "object", frozenset((key, _frozen(item)) for key, item in value.items())
        case list():
            return "array", tuple(_frozen(item) for item in value)
        case bool():
            return "boolean", value
    return value


_REFERENCES = {word: Draft202012Validator.VALIDATORS[word] for word in ("$ref", "$dynamicRef")}
_check = threading.local()


class _TooLong(Exception):
    """A check has used its time up."""


def _bounded(word: str) -> Any:
    """The library's keyword; nothing but references leads to a part of the schema twice."""
    follow = _REFERENCES[word]

    def reference(
        validator: Validator, target: str, instance: object, schema: Mapping[str, Any]
    ) -> Iterator[ValidationError]:
        if time.thread_time() > _check.last_moment:
            raise _TooLong
        yield from follow(validator, target, instance, schema) or ()

    return reference


_CheckingValidator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        **KEYWORDS,
        "uniqueItems": _unique_items,
        **{word: _bounded(word) for word in _REFERENCES},
    },
)


class ValueCheck:
    """Checks values against one schema, built once. The schema must have no `schema_faults`."""

    def __init__(self, schema: Mapping[str, Any] | bool) -> None:
        self.schema = schema
        nameless = without_name(schema)
        self._validator: Validator = _CheckingValidator(
            nameless, format_checker=_FORMATS, registry=crawled(nameless)
        )

    def faults(self, value: Any) -> list[Fault]:
        """What is wrong with a value, at most `MOST_FAULTS` faults.

        Raises InvalidError when it nests too deeply for the schema to be followed, or when that
        takes too long.
        """
        _check.last_moment = time.thread_time() + LONGEST_SECONDS
        begin()
        try:
            return faults_of(self._validator.iter_errors(value), most=MOST_FAULTS)
        except RecursionError:
            message = "The value nests too deeply for its JSON Schema to be checked."
            raise InvalidError(message) from None
        except _TooLong:
            raise InvalidError(_FANS_OUT) from None
        except TooMuchWork:
            raise InvalidError(_TOO_LONG) from None


def compile_schema(schema: Any, root: str) -> ValueCheck:
    """The check of a schema. Raises InvalidError with every fault of it, by path from `root`."""
    if faults := schema_faults(schema, root):
        raise InvalidError("the JSON Schema has faults", [Fault(*found) for found in faults])
    return ValueCheck(schema)


def schema_faults(schema: Any, root: str) -> list[tuple[str, str]]:
    """What is wrong with a schema, as (path from `root`, message)."""
    errors = [best_match([error]) or error for error in _META_CHECK.iter_errors(schema)]
    faults = [(fault.path, fault.message) for fault in faults_of(errors, root, MOST_FAULTS)]
    faults = faults or reference_faults(schema, root) + pattern_faults(schema, root)
    return faults or _endless_faults(schema, root)


def _endless_faults(schema: Any, root: str) -> list[tuple[str, str]]:
    check = ValueCheck(schema)
    try:
        for sample in _SAMPLES:
            check.faults(sample)
    except InvalidError as error:
        return [(root, "has references that fan out" if str(error) == _FANS_OUT else _ENDLESS)]
    return []
