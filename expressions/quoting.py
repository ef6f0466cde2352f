"""Texts between quotation marks inside an expression, found before Python's parser sees them."""

from __future__ import annotations

import re

from core.errors import ExpressionError

QUOTED = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
"""A regular expression for a text between quotation marks."""

_SPLIT = re.compile(f"({QUOTED})")
_BAD_ESCAPE = re.compile(r"\\(?:[\\'\"nrtbf]|u[0-9a-fA-F]{4})|(\\.)")
_PREFIX = re.compile(r"(?:^|\W)(?:[fFrRbBuU]{1,2})$")
_CODE_FAULTS = (
    (re.compile("[\"']"), "a text is opened and not closed"),
    (re.compile("#"), "comments are not allowed"),
    (re.compile(r"\\"), "a backslash may stand only inside a text"),
    (
        re.compile(r"\b0[xXoObB]|\b[0-9][0-9_.]*(?:and|else|for|if|in|is|not|or)\b"),
        "numbers are decimal, with a space behind them",
    ),
    (re.compile(";"), "one expression only; `;` is not allowed"),
)


def flatten_lines(source: str) -> str:
    """The expression in one line, its texts untouched.

    Raises ExpressionError for what Python reads differently from what stands there: comments,
    prefixes such as f"", triple quotes, unknown escapes.
    """
    pieces = _SPLIT.split(source)
    for position in range(1, len(pieces), 2):
        _check_text(pieces[position], pieces[position - 1], pieces[position + 1 : position + 3])
    for position in range(0, len(pieces), 2):
        pieces[position] = _in_one_line(pieces[position])
    return "".join(pieces).strip()


def code_alone(source: str) -> str:
    """The expression with every text emptied, for hints on what was meant."""
    return _SPLIT.sub('""', source)


def _check_text(text: str, before: str, after: list[str]) -> None:
    if _PREFIX.search(before):
        raise ExpressionError(f"{text} has a prefix; write plain text and join the parts with +")
    if len(text) == 2 and after[0] == "" and after[1:2] and after[1][0] == text[0]:
        raise ExpressionError("triple quotation marks are not allowed; use one")
    for match in _BAD_ESCAPE.finditer(text):
        if match[1]:
            raise ExpressionError(f"unknown escape {match[1]} in {text}; a backslash is \\\\")


def _in_one_line(code: str) -> str:
    for pattern, message in _CODE_FAULTS:
        if pattern.search(code):
            raise ExpressionError(message)
    return " ".join(re.split(r"\s", code))
