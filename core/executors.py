"""The port to the executors, each with its lease."""

from __future__ import annotations

from typing import Protocol

from core.clock import Milliseconds
from core.writes import Write


class Executors(Protocol):
    """Who executes, and until when each one's lease holds."""

    def renew(self, executor: str, lease_until: Milliseconds) -> Write:
        """Sets until when an executor's lease holds."""
        ...

    def remove(self, executor: str) -> Write:
        """Ends an executor's lease."""
        ...

    def remove_others(self, executor: str) -> Write:
        """Ends every other lease: for a start that knows itself alone on its data."""
        ...

    def alive(self, now: Milliseconds) -> int:
        """How many executors hold a lease."""
        ...
