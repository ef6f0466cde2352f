"""Strict JSON: RFC 8259 without the doors that `json.loads` leaves open.

What is refused is what another reader could understand differently or could not carry on exactly:
duplicate keys, NaN and Infinity, integers outside 64 bits, numbers that overflow a double, lone
surrogates, a byte order mark, any encoding but UTF-8, and nesting too deep. `\\u0000` is legal.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from json.decoder import JSONDecodeError, JSONDecoder
from math import isinf
from typing import NoReturn

from core.errors import JsonError

MAX_DEPTH = 64
"""How deep arrays and objects may nest unless a caller says otherwise."""

LEAST_INTEGER = -(2**63)
GREATEST_INTEGER = 2**64 - 1

_BYTE_ORDER_MARK = "\ufeff"
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_LONGEST_QUOTE = 60
_LONE_SURROGATE = "half of a surrogate pair stands alone; it is no character"

_STRING = r'"(?:[^"\\]++|\\.)*+"'
_STRING_OR_WORD = re.compile(rf"{_STRING}|[-+.\w]++", re.DOTALL)
_TO_NEXT_BRACKET = re.compile(rf'(?:[^"\[\]{{}}]++|{_STRING})*+([\[\]{{}}])', re.DOTALL)
_WITHOUT_LONE_SURROGATE = re.compile(
    r"(?:[^\\]++|\\(?!u[dD][89a-fA-F]).|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)*+", re.DOTALL
)


class _UnfitToken(Exception):
    """A number or word of the text cannot be taken; the scanner does not say where it stands."""

    def __init__(self, token: str, reason: str) -> None:
        super().__init__(reason)
        self.token = token


def loads(
    raw: bytes | str, *, max_depth: int = MAX_DEPTH, duplicate_keys_allowed: bool = False
) -> object:
    """The value of a JSON text: dict, list, str, int, float, bool or None.

    `max_depth` counts nested arrays and objects (`[]` is one deep). With `duplicate_keys_allowed`
    the last of several equal keys wins. Raises JsonError, which says what is wrong and where.
    """
    text = _encodable(raw) if isinstance(raw, str) else _decode(raw)
    decoder = _LENIENT if duplicate_keys_allowed else _STRICT
    try:
        value: object = decoder.decode(text)
    except JSONDecodeError as error:
        raise JsonError(_syntax_message(text, error)) from None
    except _UnfitToken as error:
        position = _position_of_token(text, error.token)
        raise JsonError(f"{_place(text, position)}: {error}") from None
    except RecursionError:
        _refuse_depth(text, max_depth)
    if text.count("[") + text.count("{") > max_depth and _is_deeper(value, max_depth):
        _refuse_depth(text, max_depth)
    _refuse_lone_surrogates(text)
    return value


def _decode(raw: bytes) -> str:
    if raw.startswith(_WIDE_MARKS) or b"\0" in raw[:4]:
        raise JsonError("the text is not UTF-8 but looks like UTF-16 or UTF-32; send it as UTF-8")
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        place = _place(before, len(before))
        message = f"{place}: byte 0x{raw[error.start]:02x} is not UTF-8; send the text as UTF-8"
        raise JsonError(message) from None


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise JsonError(f"{_place(text, error.start)}: {_LONE_SURROGATE}") from None
    return text


def _unique_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        twice = _first_repeated(key for key, _ in pairs)
        raise JsonError(f"the key {_quote(twice)} stands more than once in one object")
    return made


def _first_repeated(keys: Iterable[str]) -> str:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    raise ValueError("no key is repeated")


def _integer(digits: str) -> int:
    if len(digits) < 19:
        return int(digits)
    if len(digits) <= 20 and LEAST_INTEGER <= (value := int(digits)) <= GREATEST_INTEGER:
        return value
    raise _UnfitToken(digits, f"the integer {_quote(digits)} does not fit into 64 bits")


def _finite(digits: str) -> float:
    value = float(digits)
    if isinf(value):
        raise _UnfitToken(digits, f"the number {_quote(digits)} is too large for a double")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise _UnfitToken(name, f"{name} is not JSON; use null or a string")


_LENIENT = JSONDecoder(parse_int=_integer, parse_float=_finite, parse_constant=_refuse_constant)
_STRICT = JSONDecoder(
    object_pairs_hook=_unique_pairs,
    parse_int=_integer,
    parse_float=_finite,
    parse_constant=_refuse_constant,
)


def _is_deeper(value: object, max_depth: int) -> bool:
    """Whether containers nest deeper than `max_depth`. Goes level by level: it never recurses."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(max_depth):
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if type(child) is dict or type(child) is list
        ]
    return bool(level)


def _refuse_depth(text: str, max_depth: int) -> NoReturn:
    depth = 0
    position = 0
    while depth <= max_depth and (match := _TO_NEXT_BRACKET.match(text, position)):
        depth += 1 if match[1] in "[{" else -1
        position = match.end()
    place = _place(text, position - 1)
    raise JsonError(f"{place}: arrays and objects nest deeper than {max_depth} levels")


def _refuse_lone_surrogates(text: str) -> None:
    if "\\ud" not in text and "\\uD" not in text:
        return
    match = _WITHOUT_LONE_SURROGATE.match(text)
    if match and match.end() < len(text):
        raise JsonError(f"{_place(text, match.end())}: {_LONE_SURROGATE}")


def _syntax_message(text: str, error: JSONDecodeError) -> str:
    if not text.strip(" \t\r\n"):
        return "the text is empty; JSON needs a value"
    if text.startswith(_BYTE_ORDER_MARK):
        return "the text begins with a byte order mark (U+FEFF); send UTF-8 without one"
    if error.pos >= len(text.rstrip(" \t\r\n")) or error.msg.startswith("Unterminated string"):
        return f"{_place(text, error.pos)}: the text ends in the middle of a value"
    return f"{_place(text, error.pos)}: {error.msg.removesuffix(' at')}"


def _position_of_token(text: str, token: str) -> int:
    found = (match.start() for match in _STRING_OR_WORD.finditer(text) if match[0] == token)
    return next(found, 0)


def _place(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return f"line {line} column {column}"


def _quote(text: str) -> str:
    shown = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return repr(shown)
