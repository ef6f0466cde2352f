"""Addresses that let whoever has them do one thing: signed, so that nobody can make one up."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer

CALLBACK = "callback"
"""Purpose of the address to which a waiting step lets others post."""
DECIDE = "decide"
"""Purpose of the address at which somebody who is asked decides without signing in."""


class Links:
    """Makes and reads the addresses of this installation; `site` is its URL without a `/`.

    What a token says can be read by whoever has it, and holds for its purpose alone.
    """

    def __init__(self, key: bytes, site: str) -> None:
        self._key = key
        self._site = site

    def url(self, purpose: str, *parts: str) -> str:
        """Such as `https://penstock.example.com/callback/<token>`."""
        return f"{self._site}/{purpose}/{self._serializer(purpose).dumps(parts)}"

    def read(self, purpose: str, token: str) -> tuple[str, ...] | None:
        """The parts of a token made here for this purpose; None for any other text."""
        try:
            parts = self._serializer(purpose).loads(token)
        except BadSignature:
            return None
        return tuple(parts)

    def _serializer(self, purpose: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._key, salt=f"penstock: {purpose}")
