"""Texts of a command as templates that come to those very texts."""

from __future__ import annotations

import re

from core.errors import InvalidError
from expressions import TemplateMode, compile_value

# A mark behind a backslash is escaped in any case; else only where it begins something.
_MARKS = re.compile(r"(\\+)(?:<|\{\{)|<(?=[\w$.@:-]+>)|\{\{")
_MARKS_OF_URL = re.compile(r"(\\*)(?:<|\{)")


def literal(text: str, mode: TemplateMode) -> str:
    """A template that comes to this very text, whatever stands in it."""
    if _is_plain(text, mode):
        return text
    marks = _MARKS_OF_URL if mode is TemplateMode.URL else _MARKS
    return marks.sub(_escaped, text)


def _is_plain(text: str, mode: TemplateMode) -> bool:
    """Whether a text, read as a template, comes to itself."""
    try:
        compiled = compile_value(text, mode)
        return not compiled.references and compiled.resolve({}).value == text
    except (InvalidError, ValueError):
        return False


def _escaped(found: re.Match[str]) -> str:
    """A mark with a backslash before it; backslashes that stood there are doubled."""
    backslashes = found[1] or ""
    return f"{backslashes * 2}\\{found[0][len(backslashes) :]}"
