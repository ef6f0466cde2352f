"""What is told to a waiting step from outside its run: a callback, a decision, an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.clock import Milliseconds
from core.writes import Write


@dataclass(frozen=True, slots=True)
class Signal:
    """One message to one step; `payload` is JSON as its action understands it."""

    id: str
    tenant: str
    run_id: str
    step_id: str
    sent_at: Milliseconds
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a step knows that waited before: when it began, its output then, what it was told.

    Signals are in the order in which they came; a step that goes on waiting gets all of them again.
    """

    since: Milliseconds
    output: Any
    signals: tuple[Signal, ...] = ()


class Signals(Protocol):
    """Messages to waiting steps. Each is committed with `Runs.signal`, which wakes the run."""

    def insert(self, signal: Signal, *, once: bool = False) -> Write:
        """Adds a message. With `once` it is guarded: refused when its run has one of this id."""
        ...

    def of_run(self, tenant: str, run_id: str) -> Sequence[Signal]:
        """Every message to a run, in order."""
        ...
