"""What a tenant has used of a month, beside its quotas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.clock import Clock
from core.store import Store
from core.usage import Counted, Crossing, Month, Used, month_named, month_of
from engine.limits.settings import TenantSettings, quotas_of


@dataclass(frozen=True, slots=True)
class UsageReport:
    """A month: what is used, how large the quotas are now, and what was told of them."""

    month: Month
    used: Used
    quotas: Mapping[Counted, int]
    refuses: bool
    crossings: Sequence[Crossing]


class UsageService:
    """The usage of tenants."""

    def __init__(self, store: Store, settings: TenantSettings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock

    def report(self, tenant: str, month: str | None = None) -> UsageReport:
        """One month, the present one by default. Raises ValueError for no month."""
        which = month_of(self._clock.now()) if month is None else month_named(month)
        quotas = quotas_of(self._settings(tenant))
        return UsageReport(
            which,
            self._store.usage.used(tenant, which.name),
            quotas.sizes,
            quotas.refuses,
            self._store.usage.crossings(tenant, which.name),
        )
