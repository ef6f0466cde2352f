"""What a compiled trigger can do, by its family; what takes requests is in `core.spec`."""

from __future__ import annotations

from typing import Any, Protocol

from core.clock import Milliseconds
from core.platform_events import PlatformEvent


class FormTrigger(Protocol):
    """A compiled trigger of the family `person`."""

    def check(self, body: object) -> tuple[tuple[str, str], ...]:
        """What is wrong with the fields a person sent, as (JSON path, message)."""
        ...


class EventTrigger(Protocol):
    """A compiled trigger of the family `event`."""

    def takes(self, event: PlatformEvent) -> bool:
        """Whether this event starts the automation."""
        ...

    def takes_type(self, event_type: str) -> bool:
        """Whether an event of this type could, so that none is made in vain."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The names and patterns it takes, for people."""
        ...

    def takes_addressed(self, event_type: str | None) -> bool:
        """Whether an event that was sent to this automation by its id starts it; None: no name."""
        ...

    def body(self, event: PlatformEvent) -> Any:
        """What the automation sees as the event's body."""
        ...


class ScheduleTrigger(Protocol):
    """A compiled trigger of the family `schedule`."""

    @property
    def rhythm(self) -> object:
        """What decides on its ticks: two schedules with equal ones tick at the same moments."""
        ...

    @property
    def zone(self) -> str:
        """The IANA name of the time zone in which its ticks are told; `UTC` where it has none."""
        ...

    @property
    def makes_up(self) -> bool:
        """Whether ticks that were missed while nothing ran are made up for by one."""
        ...

    @property
    def overlaps(self) -> bool:
        """Whether a tick starts a run although an earlier one goes on."""
        ...

    def next_after(self, moment: Milliseconds, anchor: Milliseconds) -> Milliseconds | None:
        """The first tick after a moment, None when there is none any more.

        `anchor` is when the schedule began: intervals are counted from it.
        """
        ...
