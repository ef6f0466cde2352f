"""Tenants' settings where they are asked for at each request: read once and kept for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.changes import ALONE, Changes
from core.clock import Clock, Milliseconds
from core.errors import StorageUnavailable
from core.tenant_store import Tenants
from engine.settings import DEFAULTS, complete

FRESH: Milliseconds = 5_000
"""How long a change made by another process may stay unseen."""
MOST_TENANTS = 4096


@dataclass(frozen=True, slots=True)
class _Known:
    settings: Mapping[str, Any]
    read_at: Milliseconds


class TenantSettings:
    """The settings of every tenant; a change here shows at once."""

    def __init__(self, tenants: Tenants, clock: Clock, changes: Changes = ALONE) -> None:
        self._changes = changes
        changes.follow(self.forget_all)
        self._tenants = tenants
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def of(self, tenant: str) -> Mapping[str, Any]:
        """A tenant's settings, defaults filled in. While the store is away, what was known last."""
        known = self._known.get(tenant)
        if known is None or abs(self._clock.now() - known.read_at) >= FRESH:
            with self._lock:
                known = self._refresh(tenant)
        return known.settings

    def forget(self, tenant: str) -> None:
        """The tenant's settings changed."""
        with self._lock:
            self._known.pop(tenant, None)
        self._changes.tell()

    def forget_all(self) -> None:
        """Another process changed something."""
        with self._lock:
            self._known.clear()

    def _refresh(self, tenant: str) -> _Known:
        """Of all who came as they grew old, the first reads them for the others."""
        known, now = self._known.get(tenant), self._clock.now()
        if known is not None and abs(now - known.read_at) < FRESH:
            return known
        try:
            found = self._tenants.get(tenant)
            settings = DEFAULTS if found is None else complete(found.settings)
        except StorageUnavailable:
            settings = DEFAULTS if known is None else known.settings
        read = self._known[tenant] = _Known(settings, now)
        while len(self._known) > MOST_TENANTS:
            self._known.popitem(last=False)
        return read
