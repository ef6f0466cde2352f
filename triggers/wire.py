"""Header values as the bytes that came, and comparing what callers present with what is right."""

from __future__ import annotations

import hmac


def wire_bytes(value: str) -> bytes:
    """A header's value as the bytes that came: servers hand them over decoded as Latin-1."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")


def same(presented: bytes, expected: bytes) -> bool:
    """Whether both are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(presented, expected)
