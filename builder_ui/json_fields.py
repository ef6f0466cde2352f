"""JSON in the text areas of plain forms, and the version that comes back with it."""

from __future__ import annotations

from typing import Any

import orjson

from core import strict_json


def indented_text(value: Any) -> str:
    """A JSON value as people edit it."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def read_json(text: str) -> Any:
    """The value of a text area. Raises JsonError."""
    return strict_json.loads(text)


def read_version(text: str) -> int | None:
    """The version a form was made of, None where it says none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
