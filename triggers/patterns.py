"""Regular expressions that implementers write: RE2's, which takes time linear in the text.

Python's own can be made to run for hours by a careless pattern and a text of thirty characters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

LARGEST_PROGRAM = 2_000
"""Instructions of a compiled pattern; a text costs as many steps a byte at worst."""

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|.)", re.DOTALL)
_NOT_IN_RE2 = (
    (re.compile(r"\(\?<?[=!]"), "looks ahead or behind"),
    (re.compile(r"\\[1-9]|\\k<|\(\?P="), "refers back to a group"),
)


class PatternError(ValueError):
    """A pattern that cannot be used; the message says why, after the pattern."""


class Pattern:
    """A pattern that is sought anywhere in a text, as JSON Schema has it."""

    def __init__(self, pattern: str) -> None:
        # It takes 2 MB, and most installations have no pattern.
        import re2  # noqa: PLC0415

        options = re2.Options()
        options.never_capture = True
        options.log_errors = False
        try:
            self._compiled: Any = re2.compile(_in_re2(pattern).encode(), options)
        except (re2.error, UnicodeEncodeError) as error:
            raise PatternError(_why(pattern, error)) from None
        self.size: int = self._compiled.programsize
        if self.size > LARGEST_PROGRAM:
            raise PatternError("is too large a regular expression; let it repeat less")

    def is_in(self, text: bytes) -> bool:
        """Whether it matches somewhere in a text of UTF-8."""
        return self._compiled.search(text) is not None


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Pattern:
    """The pattern of a JSON Schema, compiled once. Raises PatternError."""
    return Pattern(pattern)


def _in_re2(pattern: str) -> str:
    r"""`\u0041` of JSON Schema's dialect (ECMA-262) as RE2 has it."""
    return _ESCAPE.sub(lambda found: f"\\x{{{found[1]}}}" if found[1] else found[0], pattern)


def _why(pattern: str, error: Exception) -> str:
    for sought, words in _NOT_IN_RE2:
        if sought.search(pattern):
            return f"{words}, which patterns cannot do here (RE2 syntax); write it without"
    reason = error.args[0] if error.args else ""
    words = reason.decode(errors="replace") if isinstance(reason, bytes) else "not valid Unicode"
    return f"is not a regular expression (RE2 syntax): {words[:200]}"
