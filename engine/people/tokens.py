"""Tokens of sessions and links: random, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets

BYTES = 32


def new_token() -> str:
    """256 random bits, as 43 characters that need no escaping in a URL."""
    return secrets.token_urlsafe(BYTES)


def hash_token(token: str) -> str:
    """SHA-256: of so many random bits a slow hash would protect nothing further."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
