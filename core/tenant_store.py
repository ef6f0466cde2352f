"""The port to the workspaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from core.model import Tenant
from core.writes import Write


class Tenants(Protocol):
    """The workspaces."""

    def get(self, tenant: str) -> Tenant | None:
        """One tenant, or None."""
        ...

    def insert(self, tenant: Tenant) -> Write:
        """Adds a tenant."""
        ...

    def change_settings(self, tenant: str, settings: Mapping[str, Any]) -> Write:
        """Guarded: refused when there is none."""
        ...

    def rename(self, tenant: str, name: str) -> Write:
        """Guarded: refused when there is none."""
        ...

    def all(self) -> Sequence[Tenant]:
        """Every tenant."""
        ...
