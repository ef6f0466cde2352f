"""The port to whoever counts what happens in this process, to be looked at from outside.

Every call is on a hot path: it must take no more than a microsecond or two, and never raise.
"""

from __future__ import annotations

from typing import Protocol

from core.clock import Milliseconds
from core.states import RunStatus, StepStatus


class Meters(Protocol):
    """Is told of what has happened, once it has."""

    def event_accepted(self) -> None:
        """An event that somebody sent is stored, with its run."""
        ...

    def run_ended(self, status: RunStatus, count: int = 1) -> None:
        """The end of so many runs is on disk."""
        ...

    def attempt_made(self, action: str, outcome: str, origin: str, duration: Milliseconds) -> None:
        """An attempt of a step came to something; `outcome` is the journal's word for it.

        `origin` is the class of what it called, or `none`.
        """
        ...

    def step_ended(
        self, action: str, status: StepStatus, origin: str, duration: Milliseconds
    ) -> None:
        """A step has ended, so long after it began: its attempts, and what lay between them.

        `origin` is the class of what its last attempt called, or `none`.
        """
        ...

    def runs_rescued(self, count: int) -> None:
        """So many runs were put back whose executor is gone."""
        ...

    def deliveries_given_up(self, count: int) -> None:
        """So many deliveries became dead letters."""
        ...

    def connection_awaited(self, seconds: float) -> None:
        """Somebody got a connection to the database from the pool, or gave up, after so long."""
        ...

    def committed(self, units: int, seconds: float) -> None:
        """So many units of work went to the database together, which took so long."""
        ...


class SilentMeters:
    """Counts nothing."""

    def event_accepted(self) -> None:
        """Nothing."""

    def run_ended(self, status: RunStatus, count: int = 1) -> None:
        """Nothing."""

    def attempt_made(self, action: str, outcome: str, origin: str, duration: Milliseconds) -> None:
        """Nothing."""

    def step_ended(
        self, action: str, status: StepStatus, origin: str, duration: Milliseconds
    ) -> None:
        """Nothing."""

    def runs_rescued(self, count: int) -> None:
        """Nothing."""

    def deliveries_given_up(self, count: int) -> None:
        """Nothing."""

    def connection_awaited(self, seconds: float) -> None:
        """Nothing."""

    def committed(self, units: int, seconds: float) -> None:
        """Nothing."""


SILENT = SilentMeters()
