"""Deletes what has ended and grown old: little by little, of every tenant and kind in turn."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from core.clock import Clock, Milliseconds
from core.errors import GuardMissed
from core.retention import Batch, Cursor, Kept, Lapsing
from core.store import Store
from engine.retention.rules import DAY, RetentionRule, retention_rules
from engine.statistics import LATE

KEPT_BEYOND: Mapping[Lapsing, Milliseconds] = {
    Lapsing.PLATFORM_EVENTS: DAY,
    Lapsing.RECEIPTS: 30 * DAY,
    Lapsing.IDEMPOTENCY_KEYS: 0,
    Lapsing.ANSWERS: 0,
    Lapsing.LISTENINGS: 600_000,
    Lapsing.HEARD: 0,
}
"""How long what lapses is kept beyond its moment. Receipts say what a step did to a record when its
run did not go on to say so. A listening that could not be renewed, for the store was away, is kept
for as long as any may take, so that it goes on."""

Next = Callable[[Cursor | None], Batch | None]

logger = logging.getLogger(__name__)


class RetentionService:
    """Deletes by the rules of each tenant. One process at a time is enough; more do no harm."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def steps(self) -> Iterator[None]:
        """Does everything that is to be done now, a commit at each step. Raises StorageUnavailable.

        Whoever goes on from step to step settles how much of the store's time that may take.
        """
        kinds = deque(self._kinds(self._clock.now()))
        while kinds:
            batches = kinds.popleft()
            if (batch := next(batches, None)) is not None:
                self._delete(batch)
                kinds.append(batches)
                yield
        while self._store.retention.give_back():
            yield

    def _kinds(self, now: Milliseconds) -> Iterator[Iterator[Batch]]:
        for lapsing, lapsed in self._store.retention.lapsed.items():
            yield _batches(partial(lapsed.batch, now - KEPT_BEYOND[lapsing]))
        for tenant in self._store.tenants.all():
            for kind, rule in retention_rules(tenant.settings).items():
                yield self._expired(tenant.id, kind, rule, now)

    def _expired(
        self, tenant: str, kind: Kept, rule: RetentionRule, now: Milliseconds
    ) -> Iterator[Batch]:
        before = self._before(tenant, kind, rule, now)
        if before is None:
            return iter(())
        expired = self._store.retention.expired[kind]
        return _batches(partial(expired.batch, tenant, before))

    def _before(
        self, tenant: str, kind: Kept, rule: RetentionRule, now: Milliseconds
    ) -> Milliseconds | None:
        """What is older goes; None where nothing does."""
        beyond = rule.most and self._store.retention.expired[kind].beyond(tenant, rule.most)
        bounds = [now - rule.age] if rule.age is not None else []
        bounds += [beyond] if beyond is not None else []
        if not bounds:
            return None
        return self._counted(tenant, max(bounds)) if kind is Kept.RUNS else max(bounds)

    def _counted(self, tenant: str, before: Milliseconds) -> Milliseconds | None:
        """No later than all has been counted for good that ended until then."""
        mark = self._store.statistics.counted_until(tenant)
        return None if mark is None else min(before, mark - LATE)

    def _delete(self, batch: Batch) -> None:
        try:
            self._store.commit(batch.writes)
        except GuardMissed:
            # A run of it was started again in this moment. The others go the next time.
            logger.info("%d old rows are needed again, or some of them; they stay", batch.rows)


def _batches(following: Next) -> Iterator[Batch]:
    batch = following(None)
    while batch is not None:
        yield batch
        batch = following(batch.cursor)
