"""JSON columns: values to UTF-8 bytes, packed where they are large, or to text, and back."""

from __future__ import annotations

from typing import Any

import orjson

from core.errors import UnstorableError
from store.packing import pack, unpack

_OPTIONS = orjson.OPT_NON_STR_KEYS


def encode(value: Any) -> bytes:
    """The value as compact JSON. Raises UnstorableError when it has none."""
    return pack(_written(value))


def encode_optional(value: Any) -> bytes | None:
    """The value as compact JSON; None stays NULL."""
    return None if value is None else encode(value)


def encode_text(value: Any) -> str:
    """The value as compact JSON in a column that is searched. Raises UnstorableError."""
    return _written(value).decode()


def decode(column: bytes | memoryview | None) -> Any:
    """The value of a column; NULL is None."""
    return None if column is None else orjson.loads(unpack(column))


def decode_text(column: str) -> Any:
    """The value of a column that is searched."""
    return orjson.loads(column)


def _written(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        raise UnstorableError(f"a value cannot be stored as JSON: {error}") from error
