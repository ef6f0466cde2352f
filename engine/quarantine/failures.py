"""Counts the failures of a key as its runs end, and holds it when they are too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.errors import InvalidError, NotFoundError
from core.event_keys import EventKey
from core.ids import new_id
from core.model import Run
from core.quarantine import KeyFailure, Quarantine
from core.states import RUN_FAILURES, RunStatus
from core.writes import Write
from engine.catalog import Catalog
from engine.endings import Ending
from engine.events.announcer import Announcer
from engine.events.quarantine_events import HELD, held_data
from engine.transitions import Transitions
from engine.vault import Vault


class FailuresCounted:
    """An `engine.endings.EndingRule`. What was cancelled does not count."""

    def __init__(
        self,
        quarantine: Quarantine,
        transitions: Transitions,
        catalog: Catalog,
        announcer: Announcer,
        vault: Vault,
    ) -> None:
        self._quarantine = quarantine
        self._transitions = transitions
        self._catalog = catalog
        self._announcer = announcer
        self._vault = vault

    def writes(self, ending: Ending) -> Sequence[Write]:
        """The count of the key; with one too many, what is queued of it is held."""
        run = ending.run
        if run.quarantine_key is None:
            return ()
        key = EventKey(run.tenant, run.automation_id, run.quarantine_key)
        if ending.status is RunStatus.SUCCEEDED:
            return (self._quarantine.succeeded(key),)
        limit = self._limit(run) if ending.status in RUN_FAILURES else 0
        if not limit:
            return ()
        failure = KeyFailure(new_id(), key, run.id, ending.error, ending.at)
        return tuple(self._count(failure, limit, ending))

    def _count(self, failure: KeyFailure, limit: int, ending: Ending) -> Iterator[Write]:
        run, key = ending.run, failure.key
        yield self._quarantine.failed(failure, limit)
        yield from self._tell(failure, limit, run.depth + 1)
        yield self._transitions.hold(key)
        if run.order_key != run.quarantine_key:
            yield self._transitions.pass_on_around(key, ending.at)

    def _tell(self, failure: KeyFailure, limit: int, depth: int) -> Iterator[Write]:
        """Whether this failure is the one too many is known where it is counted, and only there."""
        key = failure.key
        if not self._announcer.wanted(key.tenant, HELD):
            return
        shown = replace(key, key=self._vault.of(key.tenant).masker.mask_text(key.key))
        name = self._catalog.name_of(key.tenant, key.automation_id)
        data = held_data(shown, name, limit, failure.run_id, failure.error, failure.at)
        event = self._announcer.event(
            key.tenant, HELD, data, automation_id=key.automation_id, depth=depth
        )
        if event is not None:
            yield self._quarantine.tell_of_hold(event, failure)

    def _limit(self, run: Run) -> int:
        """How many failures the run's version allows; 0 where that can no longer be read."""
        try:
            keys = self._catalog.plan(run.tenant, run.automation_id, run.version).keys
        except (InvalidError, NotFoundError):
            return 0
        return keys.limit if keys else 0
