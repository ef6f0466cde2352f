"""The port to secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from core.clock import Milliseconds
from core.model import SecretEntry
from core.writes import Write


class SecretValues(Protocol):
    """Secrets, encrypted at rest."""

    def put(self, tenant: str, name: str, value: str, now: Milliseconds) -> Write:
        """Sets a secret."""
        ...

    def delete(self, tenant: str, name: str) -> Write:
        """Guarded: refused when there is none."""
        ...

    def list(self, tenant: str) -> Sequence[SecretEntry]:
        """The names and dates of a tenant's secrets."""
        ...

    def reveal_all(self, tenant: str) -> Mapping[str, str]:
        """Every secret's value by name."""
        ...
