"""How a resolved value is written into a request or an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import orjson

from core.errors import PenstockError


class ContentError(PenstockError):
    """A value cannot stand where the step puts it; the message names the field and the reason."""


def to_json(value: object) -> bytes:
    """The JSON (RFC 8259) of a value, in UTF-8, without blanks.

    Raises ContentError for what strict JSON has no place for, such as an integer beyond 64 bits.
    """
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise ContentError(f"a value cannot be written as JSON: {error}") from error


def as_text(value: object) -> str:
    """Text as it is; anything else as JSON, so `true`, `1.5` or `{"a":1}`. Raises ContentError."""
    return value if isinstance(value, str) else to_json(value).decode()


def pairs(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The names and texts of a query, a form or headers: a list gives a pair an item, null none."""
    for name, value in fields.items():
        for item in value if isinstance(value, list) else (value,):
            if item is not None:
                yield name, as_text(item)
