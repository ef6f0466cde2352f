"""One line of what a step does: its values shortened, `…` for what only a run can tell.

They are made of drafts too, so a value may be of any type.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

LONGEST = 120
"""Characters of a summary."""

_REFERENCE = re.compile(r"<[^<>\s]{1,200}>|\{\{.*?\}\}|\{[^{}]{1,200}\}", re.DOTALL)
_REFERENCE_IN_TEXT = re.compile(r"<[\w$-]{1,80}\.[\w$.@:-]{1,200}>|\{\{.*?\}\}", re.DOTALL)
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_LOOKED_AT = 400
"""Characters of a value that a summary looks at."""


def address(url: Any) -> str:
    """A URL without its scheme and query, such as `partner.example/partners/…/sync`."""
    if not isinstance(url, str) or not url.strip():
        return "(no URL yet)"
    shown = _REFERENCE.sub("…", url[:_LOOKED_AT])
    return one_line(_SCHEME.sub("", shown, count=1).partition("?")[0])


def text(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    written = value if isinstance(value, str) else _json(value)
    return one_line(_REFERENCE_IN_TEXT.sub("…", written[:_LOOKED_AT]))


def outline(value: Any) -> str:
    """A body: the names of an object as `{id, total}`, the length of a list, else its text."""
    if isinstance(value, dict):
        return one_line(f"{{{', '.join(map(str, list(value)[:20]))}}}")
    if isinstance(value, list):
        return f"[{len(value)} items]"
    return text(value)


def one_line(words: str) -> str:
    """The words in one line that is not too long."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return "…"
