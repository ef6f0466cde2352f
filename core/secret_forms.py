"""The forms in which a secret travels, each as a quick test and an exact pattern.

They are: as it is; escaped in JSON, also JSON within JSON; percent-encoded, in part or in whole,
with either case of hex, also twice; base64 of either alphabet with or without padding, alone or
inside the base64 of something longer; hex.

Every form has a core: a run of letters and digits that no encoder changes. Where the core is not,
the form is not, so that a text without secrets costs one search for a substring each. Where it is,
a pattern that allows every encoding of the other characters finds the exact place.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator

SHORTEST = 4
"""Characters that a secret needs to be looked for inside a longer text."""

SHORTEST_INSIDE_BASE64 = 6
"""Bytes that a secret needs to be looked for inside the base64 of something longer."""

Span = tuple[int, int, str]
"""Where a secret begins and ends in a text, and the marker for it."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_RUN = re.compile(r"[A-Za-z0-9]+")
_PIECE = re.compile(r"\\+|[^\\]", re.DOTALL)
_JSON_ESCAPES = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_SOME_BACKSLASHES = r"\\{0,7}"
_BACKSLASHES = r"\\{1,7}"
_PERCENT = "%(?:25){0,2}"
_BASE64 = "[A-Za-z0-9+/_-]"
_PADDING = f"(?:=|{_PERCENT}3[dD]|{_BACKSLASHES}u003[dD]){{0,2}}"


class Form:
    """One form of one secret. The pattern is made when the core is met for the first time."""

    __slots__ = ("_core", "_label", "_make_pattern", "_pattern")

    def __init__(self, core: str, make_pattern: Callable[[], str], label: str) -> None:
        self._core = core
        self._label = label
        self._make_pattern = make_pattern
        self._pattern: re.Pattern[str] | None = None

    def may_be_in(self, text: str) -> bool:
        """Whether a text has the core; when not, it does not have the form."""
        return self._core in text

    def spans(self, text: str) -> Iterator[Span]:
        """Every place where the form stands."""
        if self._pattern is None:
            self._pattern = re.compile(self._make_pattern())
        for match in self._pattern.finditer(text):
            yield match.start(), match.end(), self._label


def forms_of(secret: str, label: str) -> list[Form]:
    """Every form of a secret to look for inside a longer text; none when it is too short."""
    if len(secret) < SHORTEST:
        return []
    data = secret.encode(errors="surrogatepass")
    lower, upper = data.hex(), data.hex().upper()
    return [
        Form(_core(secret), lambda: _as_written(secret), label),
        Form(lower, lambda: lower, label),
        Form(upper, lambda: upper, label),
        *_base64_forms(data, label),
    ]


def _core(text: str) -> str:
    """The longest run that no encoder changes; when there is none, what is in every text."""
    return max(_RUN.findall(text), key=len, default="")


def _as_written(secret: str) -> str:
    """A pattern for the secret with each character escaped in whichever way."""
    return "".join(map(_character, _PIECE.findall(secret)))


def _character(piece: str) -> str:
    if piece.isascii() and piece.isalnum():
        return piece
    if piece.startswith("\\"):
        escaped = f"(?:{_percent_encoded(piece[0])}|{_unicode_escaped(piece[0])}){{{len(piece)}}}"
        return rf"(?:\\{{{len(piece)},{8 * len(piece)}}}|{escaped})"
    ways = [_SOME_BACKSLASHES + re.escape(piece), _percent_encoded(piece), _unicode_escaped(piece)]
    if piece == " ":
        ways.append(r"\+")
    if piece in _JSON_ESCAPES:
        ways.append(_BACKSLASHES + _JSON_ESCAPES[piece])
    if "\x80" <= piece <= "\xff":
        ways += _as_latin_1(piece)
    return f"(?:{'|'.join(ways)})"


def _as_latin_1(character: str) -> list[str]:
    """The character as one byte: percent-encoded, or raw in what was read with surrogates."""
    return [_PERCENT + _any_case(f"{ord(character):02x}"), chr(0xDC00 + ord(character))]


def _percent_encoded(character: str) -> str:
    data = character.encode(errors="surrogatepass")
    return "".join(_PERCENT + _any_case(f"{byte:02x}") for byte in data)


def _unicode_escaped(character: str) -> str:
    digits = character.encode("utf-16-be", errors="surrogatepass").hex()
    units = [digits[at : at + 4] for at in range(0, len(digits), 4)]
    return "".join(f"{_BACKSLASHES}u{_any_case(unit)}" for unit in units)


def _any_case(digits: str) -> str:
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else each for each in digits)


def _base64_forms(data: bytes, label: str) -> list[Form]:
    if len(data) >= SHORTEST_INSIDE_BASE64:
        return [_inside_base64(data, before, label) for before in range(3)]
    encoded = b64encode(data).decode().rstrip("=")

    def alone() -> str:
        written = "".join(map(_base64_character, encoded))
        return f"(?<!{_BASE64}){written}(?!{_BASE64}){_PADDING}"

    return [Form(_core(encoded), alone, label)]


def _inside_base64(data: bytes, before: int, label: str) -> Form:
    """The form of data that stands in something longer, `before` bytes modulo 3 after its start."""
    encoded = b64encode(bytes(before) + data).decode()
    first, last = -(-8 * before // 6), 8 * (before + len(data)) // 6
    return Form(_core(encoded[first:last]), lambda: _base64_pattern(data, before), label)


def _base64_pattern(data: bytes, before: int) -> str:
    """A pattern for the characters that hold bits of the data.

    Those at both ends hold bits of its neighbours as well: each may be any that has the data's.
    """
    bits = "?" * (8 * before) + f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}"
    groups = [bits[at : at + 6].ljust(6, "?") for at in range(8 * before // 6 * 6, len(bits), 6)]
    return "".join(map(_base64_group, groups)) + _PADDING


def _base64_group(group: str) -> str:
    if "?" not in group:
        return _base64_character(_ALPHABET[int(group, 2)])
    fits = re.compile(group.replace("?", "[01]"))
    fitting = [each for at, each in enumerate(_ALPHABET) if fits.fullmatch(f"{at:06b}")]
    return f"(?:{'|'.join(map(_base64_character, fitting))})"


def _base64_character(character: str) -> str:
    """A pattern for one character of base64 in either alphabet, escaped or not."""
    if character == "+":
        return f"(?:[+-]|{_PERCENT}2[bB]|{_BACKSLASHES}u002[bB])"
    if character == "/":
        return f"(?:{_SOME_BACKSLASHES}/|_|{_PERCENT}2[fF]|{_BACKSLASHES}u002[fF])"
    return character
