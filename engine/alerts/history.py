"""Forgets alerts that have long been over, so that their history stays of a bounded length."""

from __future__ import annotations

from core.clock import Clock, Milliseconds
from core.store import Store
from engine.settings import SettingsService

BATCH = 100
"""Alerts that are removed in one commit: others wait for no longer one."""
DAY: Milliseconds = 86_400_000


class AlertHistory:
    """Keeps alerts for as long as their tenant wants. What is raised is always kept."""

    def __init__(self, store: Store, settings: SettingsService, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    def forget(self) -> int:
        """Removes some of each tenant's; how many, 0 when nothing is left. StorageUnavailable."""
        return sum(self._forget(tenant.id) for tenant in self._store.tenants.all())

    def _forget(self, tenant: str) -> int:
        days = self._settings.get(tenant)["retention"]["alert_days"]
        before = self._clock.now() - days * DAY
        old = self._store.alerts.over_before(tenant, before, BATCH)
        alerts, notices = self._store.alerts, self._store.alert_notices
        writes = [part.delete(tenant, one) for one in old for part in (alerts, notices)]
        if writes:
            self._store.commit(writes)
        return len(old)
