"""A tenant's secrets as the engine uses them: by name, and as what must be masked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

from core.changes import ALONE, Changes
from core.clock import Clock, Milliseconds
from core.errors import StorageUnavailable
from core.masking import Masker
from core.model import Run
from core.secret_store import SecretValues

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

    def __init__(self, secrets: SecretValues, clock: Clock, changes: Changes = ALONE) -> None:
        self._changes = changes
        changes.follow(self.forget_all)
        self._secrets = secrets
        self._clock = clock
        self._known: dict[str, TenantSecrets] = {}
        self._lock = threading.Lock()

    def of(self, tenant: str) -> TenantSecrets:
        """The secrets of a tenant."""
        return self._of(tenant, self._fresh)

    def for_run(self, run: Run, names: Set[str]) -> TenantSecrets:
        """The secrets of a run's tenant, among them each of these that was set before the run."""

        def fresh(tenant: str) -> TenantSecrets | None:
            known = self._fresh(tenant)
            if known is None or names <= known.values.keys() or known.read_at > run.created_at:
                return known
            return None

        return self._of(run.tenant, fresh)

    def _of(self, tenant: str, fresh: Callable[[str], TenantSecrets | None]) -> TenantSecrets:
        if known := fresh(tenant):
            return known
        with self._lock:
            # Of all who came as they grew old, the first reads them for the others.
            return fresh(tenant) or self._refresh(tenant)

    def forget(self, tenant: str) -> None:
        """The tenant's secrets changed."""
        with self._lock:
            self._known.pop(tenant, None)
        self._changes.tell()

    def forget_all(self) -> None:
        """Another process changed something."""
        with self._lock:
            self._known.clear()

    def _fresh(self, tenant: str) -> TenantSecrets | None:
        known = self._known.get(tenant)
        if known is None or abs(self._clock.now() - known.read_at) >= FRESH:
            return None
        return known

    def _refresh(self, tenant: str) -> TenantSecrets:
        known, now = self._known.get(tenant), self._clock.now()
        try:
            values = self._secrets.reveal_all(tenant)
        except StorageUnavailable:
            # As in the catalog: runs come to their ends while the store is away.
            if known is None:
                raise
            return known
        same = known is not None and known.values == values
        masker = known.masker if known is not None and same else Masker(values)
        read = self._known[tenant] = TenantSecrets(values, masker, now)
        return read
