"""Functions that write a text in another form, and read it again."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote

from core import strict_json
from core.errors import ExpressionError, JsonError
from expressions.budget import Budget, text_size
from expressions.functions.function import function
from expressions.json_text import to_json


def json(budget: Budget, value: object) -> str:
    """Any value as JSON text."""
    return to_json(value, budget)


def parse_json(budget: Budget, text: str) -> object:
    """The value of a JSON text. Duplicate keys, NaN and nesting over 64 levels are errors."""
    values, lists, objects = text.count(",") + text.count(":"), text.count("["), text.count("{")
    budget.work(len(text) // 8 + 3 * values + 4 * (lists + objects))
    budget.memory(text_size(text) + 35 * values + 60 * lists + 200 * objects)
    try:
        return strict_json.loads(text)
    except JsonError as error:
        reason = "the text is not strict JSON" if budget.discreet else str(error)
        raise ExpressionError(f"parse_json(): {reason}") from None


def base64_encode(budget: Budget, text: str) -> str:
    """The text's UTF-8 bytes as base64 with padding."""
    budget.text(2 * text_size(text))
    return base64.b64encode(text.encode()).decode()


def base64url_encode(budget: Budget, text: str) -> str:
    """The text's UTF-8 bytes as URL-safe base64 without padding."""
    budget.text(2 * text_size(text))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def base64_decode(budget: Budget, text: str) -> str:
    """The text that base64 holds, in either alphabet, with or without padding; it must be UTF-8."""
    budget.text(2 * text_size(text))
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        padded = standard + "=" * (-len(standard) % 4)
        return base64.b64decode(padded, validate=True).decode()
    except (binascii.Error, ValueError):
        raise ExpressionError("base64_decode(): the text is not base64 of UTF-8 text") from None


def url_encode(budget: Budget, text: str) -> str:
    """The text percent-encoded, for use as one part of a URL."""
    budget.work(text_size(text))
    budget.text(3 * text_size(text))
    return quote(text, safe="")


FUNCTIONS = (
    function(json, "json(order.tags)", '"[\\"new\\",\\"paid\\"]"'),
    function(parse_json, "parse_json('{\"a\": [1]}')", '{"a":[1]}'),
    function(base64_encode, "base64_encode('user:pass')", '"dXNlcjpwYXNz"'),
    function(base64url_encode, "base64url_encode('a?b>')", '"YT9iPg"'),
    function(base64_decode, "base64_decode('dXNlcjpwYXNz')", '"user:pass"'),
    function(url_encode, "url_encode('a/b c')", '"a%2Fb%20c"'),
)
