"""A tenant's secrets as the engine uses them: by name, and as what must be masked."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from core.clock import Clock, Milliseconds
from core.masking import Masker
from core.store import SecretValues

FRESH: Milliseconds = 5_000
"""How long a change made by another process may stay unseen."""


@dataclass(frozen=True, slots=True)
class TenantSecrets:
    """Values by name, and the masker made of them. `read_at` is when they were read."""

    values: Mapping[str, str]
    masker: Masker
    read_at: Milliseconds

    def reveal(self, name: str) -> str | None:
        """The value, or None when the tenant has none of that name."""
        return self.values.get(name)


class Vault:
    """Reads each tenant's secrets once and keeps them for a while; a change here shows at once."""

    def __init__(self, secrets: SecretValues, clock: Clock) -> None:
        self._secrets = secrets
        self._clock = clock
        self._known: dict[str, TenantSecrets] = {}
        self._lock = threading.Lock()

    def of(self, tenant: str) -> TenantSecrets:
        """The secrets of a tenant."""
        known = self._known.get(tenant)
        if known is not None and abs(self._clock.now() - known.read_at) < FRESH:
            return known
        with self._lock:
            values = self._secrets.reveal_all(tenant)
            if known is not None and known.values == values:
                fresh = TenantSecrets(known.values, known.masker, self._clock.now())
            else:
                fresh = TenantSecrets(values, Masker(values), self._clock.now())
            self._known[tenant] = fresh
            return fresh

    def forget(self, tenant: str) -> None:
        """The tenant's secrets changed."""
        with self._lock:
            self._known.pop(tenant, None)
