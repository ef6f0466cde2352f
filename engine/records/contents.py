"""What a record may hold: from what somebody sent to its own fields, with every fault of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from core.errors import Fault, InvalidError
from core.records import (
    LARGEST_RECORD,
    LONGEST_FIELD_NAME,
    MOST_FIELDS,
    NAME_IN_WORDS,
    NAME_PATTERN,
    Collection,
    Values,
)
from core.schema_words import json_path
from core.strict_json import MAX_DEPTH
from engine.records.schemas import RecordSchemas

OWN_NAMES = frozenset({"_version", "_created_at", "_updated_at"})
"""What is shown with a record and read-only: it may come back with what was read."""

_NAME = re.compile(NAME_PATTERN)


def check_name(name: str, path: str, what: str) -> None:
    """Raises InvalidError unless a collection or a record can be called so."""
    if not _NAME.fullmatch(name):
        words = f"{name[:60]!r} is no {what}; use {NAME_IN_WORDS}"
        raise InvalidError(f"that is no {what}", [Fault(path, words)])


def as_json(value: Any) -> Any:
    """A value as it will be read again. Raises InvalidError where JSON has no place for it."""
    try:
        return orjson.loads(orjson.dumps(value))
    except orjson.JSONEncodeError as error:
        raise InvalidError(
            "the record cannot be kept as JSON", [Fault("$", f"is no JSON: {error}")]
        ) from None


def own_fields(sent: Any, record_id: str | None = None) -> tuple[dict[str, Any], str | None]:
    """The fields of what was sent, without what is shown beside them, and the id it names.

    Raises InvalidError when it is no object, or names another id than `record_id`.
    """
    if not isinstance(sent, Mapping):
        raise InvalidError("a record is an object", [Fault("$", "must be an object of fields")])
    named = sent.get("id")
    if named is not None:
        _check_id(named, record_id)
    fields = {name: value for name, value in sent.items() if name not in OWN_NAMES | {"id"}}
    return fields, record_id if named is None else named


def _check_id(named: Any, record_id: str | None) -> None:
    if not isinstance(named, str):
        raise InvalidError("that is no id", [Fault("$.id", "must be a text; or leave it out")])
    if record_id is not None and named != record_id:
        words = f"is {named[:60]!r}, but the record is {record_id}; an id cannot be changed"
        raise InvalidError("an id cannot be changed", [Fault("$.id", words)])


def check_values(
    schemas: RecordSchemas, collection: Collection, record_id: str, values: Values
) -> None:
    """Raises InvalidError with every fault of a record's values."""
    faults = [*_bounds(values), *_names(values)]
    if not faults:
        faults = list(schemas.faults(collection, record_id, values))
    if faults:
        raise InvalidError(f"the record does not fit into {collection.name}", faults)


def _bounds(values: Values) -> Iterator[Fault]:
    if len(values) > MOST_FIELDS:
        yield Fault("$", f"has {len(values)} fields; {MOST_FIELDS} is the most")
    try:
        size = len(orjson.dumps(values))
    except orjson.JSONEncodeError:
        yield Fault("$", "is no JSON that can be kept")
        return
    if size > LARGEST_RECORD:
        yield Fault("$", f"is {size} bytes of JSON; {LARGEST_RECORD >> 10} KiB is the most")
    if _is_deep(values):
        yield Fault("$", f"nests deeper than {MAX_DEPTH} levels")


def _names(values: Values) -> Iterator[Fault]:
    for name in values:
        if name.startswith("_"):
            known = ", ".join(sorted(OWN_NAMES))
            words = f"begins with _, as only Penstock's own names do ({known}); call it otherwise"
            yield Fault(json_path([name]), words)
        elif not 1 <= len(name) <= LONGEST_FIELD_NAME or min(name) < " ":
            words = (
                f"needs a name of 1 to {LONGEST_FIELD_NAME} characters, none a control character"
            )
            yield Fault(json_path([name[:60]]), words)


def _is_deep(values: Values) -> bool:
    level: list[Any] = [values]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, Mapping) else item)
            if isinstance(inner, Mapping | list)
        ]
    return bool(level)
