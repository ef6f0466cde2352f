"""The JSON Schemas of collections: checked as they are set, compiled once, asked at each write."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from core.errors import Fault, InvalidError
from core.records import LONGEST_FIELD_NAME, Collection, Values
from core.spec import ValueCheck
from engine.registry import CompileSchema

LARGEST_SCHEMA = 64 * 1024
"""Bytes of a schema as JSON."""
MOST_COMPILED = 512
"""Schemas that are kept compiled."""


class RecordSchemas:
    """Checks records against the schema of their collection."""

    def __init__(self, compile_schema: CompileSchema) -> None:
        self._compile = compile_schema
        self._lock = threading.Lock()
        self._compiled: OrderedDict[bytes, ValueCheck] = OrderedDict()

    def schema_faults(self, schema: Any) -> Sequence[Fault]:
        """Why this cannot be the schema of a collection, none where it can."""
        if not isinstance(schema, Mapping):
            return [Fault("$", "must be a JSON Schema: an object")]
        if len(orjson.dumps(schema)) > LARGEST_SCHEMA:
            return [Fault("$", f"is larger than {LARGEST_SCHEMA >> 10} KiB")]
        if faults := list(_form_faults(schema)):
            return faults
        try:
            self._compile(schema, "$")
        except InvalidError as error:
            return error.faults
        return ()

    def faults(self, collection: Collection, record_id: str, values: Values) -> Sequence[Fault]:
        """What is wrong with a record's values.

        A schema that speaks of `id` sees the record's id among them. Raises InvalidError when the
        check would take too long.
        """
        seen = {**values, "id": record_id} if _speaks_of_id(collection.schema) else dict(values)
        return self._check_of(collection.schema).faults(seen)

    def _check_of(self, schema: Mapping[str, Any]) -> ValueCheck:
        # By its content: a collection that is made anew may have the revision of an earlier one.
        key = orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)
        with self._lock:
            if (known := self._compiled.get(key)) is not None:
                self._compiled.move_to_end(key)
                return known
        check = self._compile({"type": "object", **schema}, "$")
        with self._lock:
            self._compiled[key] = check
            while len(self._compiled) > MOST_COMPILED:
                self._compiled.popitem(last=False)
        return check


def _form_faults(schema: Mapping[str, Any]) -> Iterator[Fault]:
    if schema.get("type", "object") != "object":
        yield Fault("$.type", "a record is an object; write object, or leave it out")
    if schema.keys() == {"schema"}:
        yield Fault("$.schema", "is no keyword of JSON Schema; send the schema itself")
    properties = schema.get("properties")
    for name in properties if isinstance(properties, Mapping) else ():
        if name.startswith("_") or not 1 <= len(name) <= LONGEST_FIELD_NAME:
            words = (
                f"{name[:60]!r} can be no field: a name has 1 to {LONGEST_FIELD_NAME} characters "
                "and does not begin with _"
            )
            yield Fault("$.properties", words)


def _speaks_of_id(schema: Mapping[str, Any]) -> bool:
    required, properties = schema.get("required", ()), schema.get("properties", {})
    return "id" in required or "id" in properties
