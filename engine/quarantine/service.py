"""Quarantined keys as people handle them: look at what is held, and discard it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.clock import Clock
from core.errors import ConflictError, GuardMissed, NotFoundError
from core.masking import Masker
from core.model import Event, Page, Run
from core.quarantine import QuarantinedKey, QuarantineFilter
from core.states import RunStatus
from core.store import Store
from core.writes import ListQuery, Write
from engine.audit import AuditService
from engine.endings import Endings
from engine.masked_runs import masked_event
from engine.transitions import Transitions
from engine.vault import Vault

MOST_COUNTED = 10_001
"""Quarantined keys are counted this far."""
SHOWN = 10
"""Held events that a list of keys shows of each."""
AT_ONCE = 100
"""Events that are discarded in one commit."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A quarantined key with the first of its held runs, at most SHOWN."""

    quarantine: QuarantinedKey
    first: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """A held run with its event, and the one that came where a person edited it. Masked."""

    run: Run
    event: Event | None
    original: Event | None = None


@dataclass(frozen=True, slots=True)
class QuarantineTools:
    """What works on quarantined keys."""

    store: Store
    transitions: Transitions
    endings: Endings
    vault: Vault
    audit: AuditService
    clock: Clock

    def existing(self, tenant: str, quarantine_id: str) -> QuarantinedKey:
        """A key that is held, as it is. Raises NotFoundError."""
        found = self.store.quarantine.get(tenant, quarantine_id)
        if found is None:
            raise NotFoundError(f"there is no key in quarantine under {quarantine_id}")
        return found

    def existing_run(self, held: QuarantinedKey, run_id: str) -> Run:
        """A held run of the key. Raises NotFoundError, ConflictError when it is held no more."""
        run = self.store.runs.get(held.key.tenant, run_id)
        theirs = run is not None and (run.automation_id, run.quarantine_key) == (
            held.key.automation_id,
            held.key.key,
        )
        if run is None or not theirs:
            raise NotFoundError(f"the key has no event of a run {run_id}")
        if run.status is not RunStatus.HELD:
            raise ConflictError(f"the run is {run.status}; it is held no more")
        return run

    def masker(self, tenant: str) -> Masker:
        """What masks the tenant's secrets."""
        return self.vault.of(tenant).masker

    def note(self, what: str, held: QuarantinedKey, detail: Mapping[str, Any]) -> Write:
        """The audit entry of what was done about a key."""
        key = held.key
        name = self.masker(key.tenant).mask_text(key.key)
        facts = {"automation_id": key.automation_id, **detail}
        return self.audit.note(key.tenant, f"quarantine.{what}", "quarantine", held.id, name, facts)


class QuarantineService:
    """A tenant's quarantined keys."""

    def __init__(self, tools: QuarantineTools) -> None:
        self._tools = tools
        self._store = tools.store

    def list(self, tenant: str, which: QuarantineFilter, query: ListQuery) -> Page[HeldKey]:
        """The keys whose events are held; the one that began to fail last comes first."""
        page = self._store.quarantine.list(tenant, which, query)
        masker = self._tools.masker(tenant)
        runs = self._store.quarantine.first_held([one.key for one in page.items], SHOWN)
        keys = (HeldKey(_masked(one, masker), tuple(runs[one.key])) for one in page.items)
        return Page(tuple(keys), page.next)

    def get(self, tenant: str, quarantine_id: str) -> QuarantinedKey:
        """One key. Raises NotFoundError."""
        held = self._tools.existing(tenant, quarantine_id)
        return _masked(held, self._tools.masker(tenant))

    def count(self, tenant: str) -> int:
        """How many keys are held; counted up to MOST_COUNTED."""
        return self._store.quarantine.count(tenant, MOST_COUNTED)

    def held(self, tenant: str, quarantine_id: str, query: ListQuery) -> Page[HeldEvent]:
        """The held events of a key in order; the cursor is a position. Raises NotFoundError."""
        key = self._tools.existing(tenant, quarantine_id).key
        page = self._store.quarantine.held_runs(key, query)
        events = self._events(tenant, page.items)
        return Page(tuple(_held(run, events) for run in page.items), page.next)

    def event(self, tenant: str, quarantine_id: str, run_id: str) -> HeldEvent:
        """One held event. Raises NotFoundError, ConflictError when it is held no more."""
        run = self._tools.existing_run(self._tools.existing(tenant, quarantine_id), run_id)
        return _held(run, self._events(tenant, [run]))

    def discard(
        self, tenant: str, quarantine_id: str, run_id: str, reason: str | None = None
    ) -> None:
        """Ends a held run as cancelled. Raises NotFoundError, ConflictError."""
        held = self._tools.existing(tenant, quarantine_id)
        run = self._tools.existing_run(held, run_id)
        note = self._tools.note("discarded", held, _detail(reason, run_id=run_id, events=1))
        try:
            self._store.commit([note, *self._discarded(run, reason)])
        except GuardMissed:
            raise ConflictError("the run is held no more") from None
        self._tools.endings.committed()

    def discard_all(self, tenant: str, quarantine_id: str, reason: str | None = None) -> int:
        """Ends every held run of the key as cancelled; how many. The key stays in quarantine.

        What comes meanwhile is not discarded. Raises NotFoundError.
        """
        held = self._tools.existing(tenant, quarantine_id)
        note = self._tools.note("discarded", held, _detail(reason, events=held.held))
        self._store.commit([note])
        left, discarded = held.held, 0
        cursor: str | None = None
        while left > 0:
            page = self._store.quarantine.held_runs(held.key, ListQuery(cursor, min(left, AT_ONCE)))
            discarded += self._discard_page(page.items, reason)
            left -= len(page.items)
            cursor = page.next
            if cursor is None:
                break
        return discarded

    def _discard_page(self, runs: Sequence[Run], reason: str | None) -> int:
        """Discards these together; where one was released meanwhile, each on its own."""
        writes = [write for run in runs for write in self._discarded(run, reason)]
        try:
            self._store.commit(writes)
        except GuardMissed:
            return sum(self._discard_alone(run, reason) for run in runs)
        self._tools.endings.counted(RunStatus.CANCELLED, len(runs))
        self._tools.endings.committed()
        return len(runs)

    def _discard_alone(self, run: Run, reason: str | None) -> bool:
        try:
            self._store.commit(self._discarded(run, reason))
        except GuardMissed:
            return False
        self._tools.endings.counted(RunStatus.CANCELLED)
        return True

    def _discarded(self, run: Run, reason: str | None) -> Sequence[Write]:
        """The run's end, and what follows from it."""
        now, words = self._tools.clock.now(), "discarded from quarantine"
        error = f"{words}: {reason}" if reason else words
        follows = self._tools.endings.of(run, RunStatus.CANCELLED, None, error, now)
        return [self._tools.transitions.discard(run, error, now), *follows]

    def _events(self, tenant: str, runs: Sequence[Run]) -> Mapping[str, Event]:
        """The events of runs and the originals of those that were edited, masked, by id."""
        masker = self._tools.masker(tenant)
        found = dict(self._store.events.some(tenant, [run.event_id for run in runs]))
        originals = [event.replaces for event in found.values() if event.replaces is not None]
        if originals:
            found |= self._store.events.some(tenant, originals)
        return {event_id: masked_event(event, masker) for event_id, event in found.items()}


def _held(run: Run, events: Mapping[str, Event]) -> HeldEvent:
    event = events.get(run.event_id)
    replaced = event.replaces if event else None
    return HeldEvent(run, event, events.get(replaced) if replaced else None)


def _masked(held: QuarantinedKey, masker: Masker) -> QuarantinedKey:
    """As it may be shown: a secret that a sender put into a key stands masked."""
    return replace(held, key=replace(held.key, key=masker.mask_text(held.key.key)))


def _detail(reason: str | None, **facts: Any) -> Mapping[str, Any]:
    return {**facts, "reason": reason} if reason else facts
