"""Releasing a key: what is held goes on in order, and before it, if asked, what failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from core.clock import Milliseconds
from core.errors import ConflictError, GuardMissed, InvalidError, NotFoundError
from core.model import Run
from core.quarantine import QuarantinedKey
from core.writes import Write
from engine.arrival import Automaton, make_run
from engine.catalog import Catalog
from engine.events.announcer import Announcer
from engine.events.quarantine_events import RELEASED, released_data
from engine.quarantine.service import QuarantineTools

MOST_REPLAYED = 1_000
"""Failed runs that are replayed with one release."""


@dataclass(frozen=True, slots=True)
class ReleaseOptions:
    """How a key is released.

    With `replay_failed` the runs whose failures brought the key into quarantine are repeated first.
    With `live_version` all of it runs with what is published now, but for runs that have begun.
    """

    replay_failed: bool = False
    live_version: bool = False


@dataclass(frozen=True, slots=True)
class Released:
    """What a release set going: how many held events, and the ids of the replays before them.

    `left_out` are failed runs that could not be repeated: their event or version is gone.
    """

    released: int
    replayed: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class ReleaseService:
    """Releases keys of a tenant."""

    def __init__(
        self,
        tools: QuarantineTools,
        catalog: Catalog,
        announcer: Announcer,
        wake: Callable[[], None],
    ) -> None:
        self._tools = tools
        self._store = tools.store
        self._catalog = catalog
        self._announcer = announcer
        self._wake = wake

    def release(self, tenant: str, quarantine_id: str, options: ReleaseOptions) -> Released:
        """Ends the quarantine of a key. Raises NotFoundError, ConflictError.

        One after another where the automation keeps its events in order, else all at once.
        """
        held = self._tools.existing(tenant, quarantine_id)
        version = self._live_version(held) if options.live_version else None
        failed = self._store.quarantine.failed_runs(held, MOST_REPLAYED)
        replays = [self._replay(run, version) for run in failed] if options.replay_failed else []
        made = [run for run in replays if run is not None]
        result = Released(
            released=held.held,
            replayed=tuple(run.id for run in made),
            left_out=tuple(
                run.id for run, again in zip(failed, replays, strict=False) if again is None
            ),
        )
        try:
            self._store.commit([*self._replays(made), *self._freed(held, version, result)])
        except GuardMissed:
            raise ConflictError("the key was released in the same moment") from None
        self._wake()
        return result

    def _freed(
        self, held: QuarantinedKey, version: int | None, result: Released
    ) -> Iterator[Write]:
        """The writes that let go of what is held by then, be it more than was read."""
        now, transitions = self._tools.clock.now(), self._tools.transitions
        yield self._store.quarantine.remove(held)
        yield transitions.free(held.key, version, now)
        yield transitions.pass_on_around(held.key, now)
        replayed = len(result.replayed)
        yield self._tools.note("released", held, {"events": result.released, "replayed": replayed})
        yield from self._told(held, result)

    def _told(self, held: QuarantinedKey, result: Released) -> tuple[Write, ...]:
        key = held.key
        shown = replace(key, key=self._tools.masker(key.tenant).mask_text(key.key))
        name = self._catalog.name_of(key.tenant, key.automation_id)
        data = released_data(shown, name, result.released, len(result.replayed))
        return tuple(
            self._announcer.announce(key.tenant, RELEASED, data, automation_id=key.automation_id)
        )

    def _replays(self, runs: list[Run]) -> Iterator[Write]:
        """New runs in the places of those that failed; held at first, as their key is."""
        for run in runs:
            yield self._tools.transitions.start(run)
            yield self._tools.audit.note(
                run.tenant,
                "run.replayed",
                "run",
                run.id,
                "",
                {"automation_id": run.automation_id, "replay_of": run.replay_of},
            )

    def _replay(self, run: Run, version: int | None) -> Run | None:
        """A run that repeats a failed one in its place; None when that cannot be done any more."""
        event = self._store.events.get(run.tenant, run.event_id)
        if event is None:
            return None
        number = run.version if version is None else version
        try:
            plan = self._catalog.plan(run.tenant, run.automation_id, number)
        except (InvalidError, NotFoundError):
            return None
        automaton = Automaton(run.tenant, run.automation_id, number, plan)
        return replace(
            make_run(automaton, event, self._now()),
            replay_of=run.id,
            depth=run.depth,
            order_key=run.order_key,
            quarantine_key=run.quarantine_key,
            position=run.position,
        )

    def _live_version(self, held: QuarantinedKey) -> int:
        """Raises ConflictError where nothing is live."""
        live = self._catalog.of(held.key.tenant).live.get(held.key.automation_id)
        if live is None:
            raise ConflictError(
                "the automation has no live version; release the events with their own"
            )
        return live.version

    def _now(self) -> Milliseconds:
        return self._tools.clock.now()
