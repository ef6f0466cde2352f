"""Listening for the next tick of a schedule: what it will bring is known, so nobody has to wait."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.clock import Clock, Milliseconds, to_rfc3339
from core.errors import ConflictError
from core.samples import Sample, SampleSource
from core.trigger_kinds import ScheduleTrigger
from engine.schedules.occurrences import tick_body
from engine.trying.listening import ListenEvent
from engine.trying.sample_json import sample_json
from engine.trying.samples import SampleService


class TickListening:
    """Tells of the sample at once, and is over: the events that `Listening` has."""

    def __init__(self, sample: Sample) -> None:
        self._events: Iterator[ListenEvent] = iter(
            (
                ListenEvent("captured", {"sample": sample_json(sample)}),
                ListenEvent("over", {"detail": "the next tick is the sample"}),
            )
        )

    def __iter__(self) -> TickListening:
        return self

    def __next__(self) -> ListenEvent:
        return next(self._events)

    def close(self) -> None:
        """Nobody listens any more."""


def next_tick_sample(
    samples: SampleService, tenant: str, automation_id: str, trigger: ScheduleTrigger, clock: Clock
) -> Sample:
    """Keeps what the next tick will bring as a sample.

    Raises ConflictError when there is none, and what `SampleService.save` raises.
    """
    now = clock.now()
    moment = trigger.next_after(now, now)
    if moment is None:
        raise ConflictError("the schedule has no tick any more; give it a time that is to come")
    name = f"Tick of {to_rfc3339(moment)[:19].replace('T', ' ')}"
    event = _event_json(moment)
    return samples.save(tenant, automation_id, name, event, SampleSource.EXAMPLE)


def _event_json(moment: Milliseconds) -> Mapping[str, Any]:
    return {"body": tick_body(moment, moment, 0)}
