"""The port to whoever is told of platform events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.platform_events import PlatformEvent
from core.writes import Write


class Consumer(Protocol):
    """Takes platform events. What it makes of one is committed as that one is marked handed on."""

    def wants(self, tenant: str, event_type: str) -> bool:
        """Whether an event of this type would be taken; asked often, so it must be quick."""
        ...

    def take(self, event: PlatformEvent) -> Sequence[Write]:
        """The rows that an event becomes here, none when nobody wants it. No guards in them."""
        ...

    def taken(self) -> None:
        """Rows of `take` are on disk: whoever works on them can be woken."""
        ...
