"""How a JSON value stands in an input, and so how the input is read.

Each kind has a twin of the same rule in static/islands/builder/fields/kinds.js, which reads:

`text`: the text as it is. `expression`: what stands between `{{ ` and ` }}`. `auto`: a number where
it looks like one, else a text. `json`: any value, as JSON text. `check`: true or false.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

TEXT = "text"
EXPRESSION = "expression"
AUTO = "auto"
JSON = "json"

VALUE_KINDS = (TEXT, EXPRESSION, JSON)
"""The forms of a value that may be anything."""

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_EXPRESSION = re.compile(r"\{\{ (\S|\S.*\S) \}\}", re.DOTALL)
_LOST = re.compile("[\x00-\x08\x0b-\x1f\ufffd\ufeff\ud800-\udfff]")
"""Characters that an HTML form does not give back as they were."""


def kind_of(value: Any, kinds: Iterable[str], *, keep: bool = False, single: bool = False) -> str:
    """The first kind that holds a value exactly, an expression before a text; `json` holds any."""
    for kind in sorted(kinds, key=lambda kind: kind != EXPRESSION):
        if written(kind, value, keep=keep, single=single) is not None:
            return kind
    return JSON


def written(kind: str, value: Any, *, keep: bool = False, single: bool = False) -> str | None:
    """The text of an input of a kind that holds a value, or None where it cannot.

    `keep`: an empty input is the empty text, not an absent value. `single`: in one line.
    """
    text = _WRITERS[kind](value)
    if text is None or kind == JSON:
        return text
    if (not text and not keep) or _LOST.search(text) or (single and "\n" in text):
        return None
    return text


def json_text(value: Any) -> str:
    """A value as indented JSON; short lists and objects stay in one line."""
    flat = _dump(value, None)
    return flat if len(flat) <= 60 and "{" not in flat[1:] else _dump(value, 2)


def _dump(value: Any, indent: int | None) -> str:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return json.dumps(value, indent=indent) if _LOST.search(text) else text


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _expression(value: Any) -> str | None:
    found = _EXPRESSION.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found and "}}" not in found[1] and "{{" not in found[1] else None


def _auto(value: Any) -> str | None:
    if isinstance(value, str):
        return None if _NUMBER.fullmatch(value.strip()) else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return json.dumps(value)


_WRITERS = {TEXT: _text, EXPRESSION: _expression, AUTO: _auto, JSON: json_text}
