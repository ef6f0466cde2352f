"""Starts automations whose trigger waits for events: one consumer of the relay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from core.model import Run
from core.platform_events import MOST_DEPTH, PlatformEvent
from core.states import RunStatus
from core.store import Store
from core.trigger_kinds import EventTrigger
from core.writes import Write
from engine.arrival import Automaton, event_without_request, make_run
from engine.catalog import Catalog, Live
from engine.transitions import Transitions, ended


class EventStarts:
    """An `engine.events.consumers.Consumer`: each automation that takes an event gets a run."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        transitions: Transitions,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._transitions = transitions
        self._wake = wake

    def wants(self, tenant: str, event_type: str) -> bool:
        """Whether an enabled automation of the tenant could take this type."""
        listening = self._catalog.of(tenant).listening
        return any(trigger.takes_type(event_type) for _, trigger in listening)

    def take(self, event: PlatformEvent) -> Sequence[Write]:
        """An event and a run for each automation that takes it."""
        takers = self._takers(event)
        return [write for live, trigger in takers for write in self._start(event, live, trigger)]

    def taken(self) -> None:
        """Runs are queued: somebody can take them up."""
        self._wake()

    def _takers(self, event: PlatformEvent) -> Iterator[tuple[Live, EventTrigger]]:
        for live, trigger in self._catalog.of(event.tenant).listening:
            if trigger.takes(event):
                yield live, trigger

    def _start(self, event: PlatformEvent, live: Live, trigger: EventTrigger) -> Sequence[Write]:
        automaton = Automaton(event.tenant, live.automation.id, live.version, live.plan)
        body, moment = trigger.body(event), event.occurred_at
        occurrence = event_without_request(automaton, event.type, body, moment)
        run = replace(make_run(automaton, occurrence, moment), depth=event.depth)
        if event.depth > MOST_DEPTH:
            run = _cut(run, event)
        return [self._store.events.insert(occurrence), self._transitions.start(run)]


def _cut(run: Run, event: PlatformEvent) -> Run:
    """A run that is over before it began: automations trigger one another without end.

    It was in no line and failed no key: nobody waits behind it, and no release repeats it.
    """
    error = (
        f"{event.type} started this automation in a chain of {event.depth} runs that led to one "
        f"another; more than {MOST_DEPTH} are taken for a loop, and the chain is cut here"
    )
    keyless = replace(run, order_key=None, quarantine_key=None)
    return ended(keyless, RunStatus.FAILED, None, error, run.created_at)
