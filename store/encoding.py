"""JSON columns: values to UTF-8 bytes and back."""

from __future__ import annotations

from typing import Any

import orjson

_OPTIONS = orjson.OPT_NON_STR_KEYS


def encode(value: Any) -> bytes:
    """The value as compact JSON."""
    return orjson.dumps(value, option=_OPTIONS)


def encode_optional(value: Any) -> bytes | None:
    """The value as compact JSON; None stays NULL."""
    return None if value is None else orjson.dumps(value, option=_OPTIONS)


def decode(column: bytes | memoryview | None) -> Any:
    """The value of a column; NULL is None."""
    return None if column is None else orjson.loads(column)
