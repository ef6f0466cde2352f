"""The port to API keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.model import ApiKey
from core.writes import Write


class Keys(Protocol):
    """API keys by hash."""

    def insert(self, key: ApiKey, value_hash: str) -> Write:
        """Adds a key."""
        ...

    def find(self, value_hash: str) -> ApiKey | None:
        """The key with this hash, or None."""
        ...

    def list(self, tenant: str) -> Sequence[ApiKey]:
        """A tenant's keys by age."""
        ...

    def limit(self, tenant: str, key_id: str, limit: str | None) -> Write:
        """Guarded: refused when there is none."""
        ...

    def delete(self, tenant: str, key_id: str) -> Write:
        """Guarded: refused when there is none."""
        ...
