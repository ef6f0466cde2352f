"""Watches quotas, and tells of each threshold that is crossed: once in a month."""

from __future__ import annotations

from collections.abc import Iterator

from core.clock import Clock, Milliseconds
from core.errors import GuardMissed
from core.store import Store
from core.usage import Counted, Crossing, Month, month_of
from engine.events.announcer import Announcer
from engine.events.quota_events import THRESHOLD_CROSSED, crossing_data
from engine.limits.settings import Quotas, quotas_of
from engine.people.inbox import InboxService

KIND = "quota"
"""The kind of messages about quotas."""
LATE: Milliseconds = 60_000
"""So long after its end a month is watched: its last moments are seen only then."""


class QuotaWatch:
    """Looks at what is used. Any number of processes may: of those that see the same, one tells."""

    def __init__(
        self, store: Store, inbox: InboxService, announcer: Announcer, clock: Clock
    ) -> None:
        self._store = store
        self._inbox = inbox
        self._announcer = announcer
        self._clock = clock

    def evaluate(self) -> int:
        """Looks at every tenant once; how many crossings it told of. Raises StorageUnavailable."""
        return sum(
            self._tell(crossing, quotas)
            for tenant in self._store.tenants.all()
            for quotas in [quotas_of(tenant.settings)]
            for crossing in self._seen(tenant.id, quotas)
        )

    def _seen(self, tenant: str, quotas: Quotas) -> Iterator[Crossing]:
        if not quotas.sizes or not quotas.thresholds:
            return
        now = self._clock.now()
        for month in _watched(now):
            yield from self._crossings(tenant, quotas, month, now)

    def _crossings(
        self, tenant: str, quotas: Quotas, month: Month, now: Milliseconds
    ) -> Iterator[Crossing]:
        """What is crossed and not yet noted."""
        used = self._store.usage.used(tenant, month.name)
        crossed = [
            Crossing(tenant, month.name, one, size, percent, used.of(one), now)
            for one, size in quotas.sizes.items()
            for percent in quotas.thresholds
            if used.of(one) * 100 >= size * percent
        ]
        if crossed:
            noted = {_what(one) for one in self._store.usage.crossings(tenant, month.name)}
            yield from (one for one in crossed if _what(one) not in noted)

    def _tell(self, crossing: Crossing, quotas: Quotas) -> bool:
        """Notes a crossing and tells of it; False when another process did."""
        title, text = _words(crossing, quotas)
        data = crossing_data(crossing, refuses=quotas.refuses)
        try:
            self._store.commit(
                [
                    self._store.usage.cross(crossing),
                    *self._inbox.tell_admins(crossing.tenant, KIND, title, text, "/settings"),
                    *self._announcer.announce(crossing.tenant, THRESHOLD_CROSSED, data),
                ]
            )
        except GuardMissed:
            return False
        return True


def _watched(now: Milliseconds) -> list[Month]:
    present, before = month_of(now), month_of(now - LATE)
    return [present] if present == before else [before, present]


def _what(crossing: Crossing) -> tuple[Counted, int, int]:
    return crossing.counted, crossing.size, crossing.percent


def _words(crossing: Crossing, quotas: Quotas) -> tuple[str, str]:
    counted, percent = crossing.counted.value, crossing.percent
    title = f"{percent} % of the quota of {counted}"
    text = f"{crossing.used:,} of {crossing.size:,} {counted} in {crossing.month} are used."
    if crossing.used >= crossing.size:
        refused = "Requests that would start something are refused until the month ends."
        text += f" {refused if quotas.refuses else 'More are taken in all the same.'}"
    return title, text
