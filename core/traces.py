"""The port to distributed traces: who called whom, across processes and systems.

A run's trace is known from its event alone: the caller's context (W3C Trace Context) stands in the
event's headers, and ids are made of the run's own. So a run that another process takes up goes on
in the same trace, and nothing is stored for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.clock import Milliseconds
from core.http import Headers
from core.model import Attempt, Event, RequestEntry, Run, StepRun
from core.states import RunStatus

CONTEXT_HEADERS = ("traceparent", "tracestate")
"""The fields in which a context travels."""


class RunTrace(Protocol):
    """The trace of one run. Is told of what has happened; raises nothing."""

    @property
    def trace_id(self) -> str:
        """Its id, 32 hexadecimal digits."""
        ...

    def context_of(self, step_id: str, number: int) -> Headers:
        """What an attempt hands on to whomever it calls."""
        ...

    def attempt_made(
        self, action: str, step_id: str, attempt: Attempt, requests: Sequence[RequestEntry]
    ) -> None:
        """An attempt is over. `requests` are those it made, masked."""
        ...

    def step_ended(self, action: str, step: StepRun) -> None:
        """A step that began has ended."""
        ...

    def run_ended(self, status: RunStatus, error: str | None, at: Milliseconds) -> None:
        """The run's end is on disk. `error` is masked."""
        ...


class Traces(Protocol):
    """Knows the traces of runs, where anybody wants them."""

    @property
    def wanted(self) -> bool:
        """Whether anybody does."""
        ...

    def of(self, run: Run, event: Event | None) -> RunTrace | None:
        """The trace of a run; None where nobody wants it. Without its event, it begins here."""
        ...

    def close(self) -> None:
        """Hands over what is left, within a few seconds."""
        ...


class NoTraces:
    """Nobody wants any."""

    wanted = False

    def of(self, _run: Run, _event: Event | None) -> RunTrace | None:
        """None."""
        return None

    def close(self) -> None:
        """Nothing is left."""


NO_TRACES = NoTraces()
