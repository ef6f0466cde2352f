"""Keys of events: what is kept in order, or held, together."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

LONGEST_KEY = 200
"""Characters of a key; of a longer text the beginning and a hash of the whole are the key."""
_KEPT = 120


@dataclass(frozen=True, slots=True)
class EventKey:
    """A key among the events of one automation."""

    tenant: str
    automation_id: str
    key: str


def bounded_key(text: str) -> str:
    """A key of bounded length: two texts have the same one only if they are the same.

    What no database takes in a text (U+0000, lone surrogates) is replaced, as it is in a row.
    """
    storable = text.encode(errors="replace").decode().replace("\0", "\ufffd")
    if len(storable) <= LONGEST_KEY:
        return storable
    return f"{storable[:_KEPT]}… sha256:{hashlib.sha256(text.encode(errors='replace')).hexdigest()}"
