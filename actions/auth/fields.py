"""Fields that several kinds of authentication have."""

from __future__ import annotations

from actions.auth.contract import Field

END = r"$(?!\n)"
"""The end of a text in a pattern; Python's `$` alone also matches before a last line feed."""


def secret(title: str, description: str, example: str) -> Field:
    """The name of a secret."""
    return {
        "title": title,
        "description": f"{description} Given by the secret's name, never by its value.",
        "type": "string",
        "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,63}" + END,
        "x-expected": "the name of a secret; write it like PARTNER_SECRET",
        "x-widget": "secret-name",
        "examples": [example],
    }


def header(title: str, description: str, example: str) -> Field:
    """The name of a header."""
    return {
        "title": title,
        "description": description,
        "type": "string",
        "pattern": r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}" + END,
        "x-expected": "the name of a header; write it like X-Signature",
        "examples": [example],
    }


def line(title: str, description: str, example: str) -> Field:
    """A text in one line, such as an id that a partner gave."""
    return {
        "title": title,
        "description": description,
        "type": "string",
        "minLength": 1,
        "maxLength": 1024,
        "pattern": r"^[^\x00-\x1f\x7f]*" + END,
        "x-expected": f"a text in one line; write it like {example}",
        "examples": [example],
    }
