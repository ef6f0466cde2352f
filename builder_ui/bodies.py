"""What islands send: JSON of a bounded size, strictly read."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from core import strict_json
from core.errors import Fault, InvalidError

MOST_BYTES = 2 << 20
"""The longest draft with its sample."""


def read_object(most: int = MOST_BYTES) -> dict[str, Any]:
    """The JSON object of the request. Raises JsonError, InvalidError, RequestEntityTooLarge."""
    raw = request.stream.read(most + 1)
    if len(raw) > most:
        raise RequestEntityTooLarge(f"At most {most >> 20} MiB can be sent.")
    value = strict_json.loads(raw)
    if not isinstance(value, dict):
        raise InvalidError("the body must be an object", [Fault("$", "must be an object")])
    return value


def take(body: dict[str, Any], name: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
    """A member of a kind. Raises InvalidError when it is missing or of another kind."""
    value = body.get(name, default)
    if value is ... or not (value is default or isinstance(value, kind)):
        words = "is missing" if value is ... else "is of the wrong kind"
        raise InvalidError(f"{name} {words}", [Fault(f"$.{name}", words)])
    return value
