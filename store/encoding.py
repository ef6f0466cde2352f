"""JSON columns: values to UTF-8 bytes and back."""

from __future__ import annotations

from typing import Any

import orjson

from core.errors import UnstorableError

_OPTIONS = orjson.OPT_NON_STR_KEYS


def encode(value: Any) -> bytes:
    """The value as compact JSON. Raises UnstorableError when it has none."""
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError as error:
        raise UnstorableError(f"a value cannot be stored as JSON: {error}") from error


def encode_optional(value: Any) -> bytes | None:
    """The value as compact JSON; None stays NULL."""
    return None if value is None else encode(value)


def decode(column: bytes | memoryview | None) -> Any:
    """The value of a column; NULL is None."""
    return None if column is None else orjson.loads(column)
