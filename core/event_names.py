"""Names of events in dot notation, and patterns that choose among them."""

from __future__ import annotations

import re
from functools import lru_cache

SEGMENT = r"[A-Za-z0-9_-]{1,64}"
NAME_PATTERN = rf"^{SEGMENT}(\.{SEGMENT}){{0,7}}(?![\s\S])"
"""A JSON Schema pattern: up to 8 segments of letters, digits, `_` and `-`, with dots between."""
NAME_WORDS = "a name of an event; write it like order.created"

FILTER_PATTERN = rf"^(\*|{SEGMENT}(\.{SEGMENT}){{0,7}}(\.\*)?)(?![\s\S])"
"""A name, or a beginning with `.*` behind it, or `*`."""
FILTER_WORDS = "the name of an event or a pattern; write it like order.created, order.* or *"

RESERVED = frozenset(
    {
        "alert",
        "approval",
        "automation",
        "endpoint",
        "inbox",
        "penstock",
        "quarantine",
        "quota",
        "record",
        "run",
        "schedule",
        "subscription",
    }
)
"""First segments of the events that Penstock announces of itself; nobody else may use them."""

_NAME = re.compile(NAME_PATTERN)


def is_name(text: str) -> bool:
    """Whether a text can name an event."""
    return _NAME.match(text) is not None


def is_reserved(name: str) -> bool:
    """Whether only Penstock itself may announce events of this name."""
    return name.partition(".")[0] in RESERVED


@lru_cache(maxsize=4096)
def fits(pattern: str, name: str) -> bool:
    """Whether a name is chosen: `order.*` takes whatever begins with `order.`, `*` takes all."""
    if pattern == "*":
        return True
    if pattern.endswith(".*"):
        return name.startswith(pattern[:-1])
    return pattern == name
