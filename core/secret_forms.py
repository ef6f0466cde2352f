"""The forms in which a secret travels, each as a quick test and an exact pattern.

Every form has a core: a run of letters and digits that no encoder changes. Where the core is not,
the form is not, and one search for a substring is all that a text without secrets costs. Where it
is, a pattern that allows every usual encoding of the other characters finds the exact place.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator

SHORTEST = 4
"""Characters that a secret needs to be looked for inside a longer text."""

_SHORTEST_INSIDE_BASE64 = 6
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_RUN = re.compile(r"[A-Za-z0-9]+")
_JSON_ESCAPES = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_BACKSLASHES = r"\\{0,7}"
_PERCENT = r"%(?:25){0,2}"
_PADDING = rf"(?:=|{_PERCENT}3[dD]|\\u003[dD]){{0,2}}"


class Form:
    """One form of one secret. The pattern is made when the core is met for the first time."""

    __slots__ = ("_core", "_label", "_pattern", "_source")

    def __init__(self, source: str, core: str, label: str) -> None:
        self._source = source
        self._core = core
        self._label = label
        self._pattern: re.Pattern[str] | None = None

    def may_be_in(self, text: str) -> bool:
        """Whether a text has the core; when not, it does not have the form."""
        return self._core in text

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where the form stands, with the marker for it."""
        if self._pattern is None:
            self._pattern = re.compile(self._source)
        for match in self._pattern.finditer(text):
            yield match.start(), match.end(), self._label


def forms_of(secret: str, label: str) -> list[Form]:
    """Every form of a secret to look for inside a longer text; none for one that is too short."""
    if len(secret) < SHORTEST:
        return []
    data = secret.encode(errors="surrogatepass")
    forms = [Form("".join(map(_flexible, _pieces(secret))), _core(secret), label)]
    forms += [Form(digits, digits, label) for digits in {data.hex(), data.hex().upper()}]
    forms += _base64_forms(data, label)
    return forms


def _pieces(text: str) -> list[str]:
    """The characters of a text, backslashes that follow one another together."""
    return re.findall(r"\\+|[^\\]", text, re.DOTALL)


def _flexible(piece: str) -> str:
    """A pattern for one character in every encoding that leaves letters and digits alone."""
    if piece.isascii() and piece.isalnum():
        return piece
    if piece[0] == "\\":
        percents = "".join(_percent_encoded(character) for character in piece)
        return rf"(?:\\{{{len(piece)},{8 * len(piece)}}}|{percents}|(?:{_BACKSLASHES}\\u005[cC])+)"
    forms = [_BACKSLASHES + re.escape(piece), _percent_encoded(piece), _unicode_escaped(piece)]
    if piece == " ":
        forms.append(r"\+")
    if piece in _JSON_ESCAPES:
        forms.append(r"\\{1,7}" + _JSON_ESCAPES[piece])
    if "\x80" <= piece <= "\xff":
        forms += [chr(0xDC00 + ord(piece)), _PERCENT + _any_case(f"{ord(piece):02x}")]
    return f"(?:{'|'.join(forms)})"


def _percent_encoded(character: str) -> str:
    data = character.encode(errors="surrogatepass")
    return "".join(_PERCENT + _any_case(f"{byte:02x}") for byte in data)


def _unicode_escaped(character: str) -> str:
    units = character.encode("utf-16-be", errors="surrogatepass").hex()
    return "".join(r"\\{1,7}u" + _any_case(units[at : at + 4]) for at in range(0, len(units), 4))


def _any_case(digits: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)


def _core(text: str) -> str:
    """The longest run that no encoder changes; empty, which is in every text, when there is none."""
    return max(_RUN.findall(text), key=len, default="")


def _base64_forms(data: bytes, label: str) -> list[Form]:
    if len(data) >= _SHORTEST_INSIDE_BASE64:
        return [_inside_base64(data, before, label) for before in range(3)]
    encoded = b64encode(data).decode().rstrip("=")
    alone = rf"(?<![A-Za-z0-9+/_-]){''.join(map(_base64_character, encoded))}{_PADDING}"
    return [Form(rf"{alone}(?![A-Za-z0-9+/_-])", _core(encoded), label)]


def _inside_base64(data: bytes, before: int, label: str) -> Form:
    """The form of data that stands in something longer, `before` bytes modulo 3 after its start.

    The characters at both ends hold bits of the data and of its neighbours: each may be any that
    has the data's bits.
    """
    bits = f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}"
    bits = "?" * (8 * before) + bits
    first = 8 * before // 6 * 6
    groups = [bits[at : at + 6].ljust(6, "?") for at in range(first, len(bits), 6)]
    whole = "".join(_ALPHABET[int(group, 2)] for group in groups if "?" not in group)
    pattern = "".join(map(_group_pattern, groups))
    return Form(pattern + _PADDING, _core(whole), label)


def _group_pattern(group: str) -> str:
    fitting = re.compile(group.replace("?", "[01]"))
    characters = [
        character for at, character in enumerate(_ALPHABET) if fitting.fullmatch(f"{at:06b}")
    ]
    if len(characters) == 1:
        return _base64_character(characters[0])
    return f"(?:{'|'.join(map(_base64_character, characters))})"


def _base64_character(character: str) -> str:
    """A pattern for one character of base64 in either alphabet, escaped or not."""
    if character == "+":
        return rf"(?:[+-]|{_PERCENT}2[bB]|\\{{1,7}}u002[bB])"
    if character == "/":
        return rf"(?:{_BACKSLASHES}/|_|{_PERCENT}2[fF]|\\{{1,7}}u002[fF])"
    return character
