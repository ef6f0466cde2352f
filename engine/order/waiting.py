"""Callers that wait for a run which waits for its turn."""

from __future__ import annotations

from core.clock import Clock, Milliseconds
from core.errors import StorageUnavailable
from core.model import Run
from core.run_store import Runs
from core.states import RunStatus
from engine.answers import Reply, Waiter

LOOK_AGAIN: Milliseconds = 1_000
"""How often it is asked whether the run is held: that can be another process's doing."""


class Held:
    """The run was put into quarantine: it may be days before there is an answer."""


HELD = Held()


def await_turn(
    runs: Runs, run: Run, waiter: Waiter, until: Milliseconds, clock: Clock
) -> Reply | Held | None:
    """The reply to whoever waits for a run that was queued; None when there was none in time."""
    while True:
        if _is_held(runs, run):
            return HELD
        left = until - clock.now()
        reply = waiter.wait(min(left, LOOK_AGAIN) / 1000)
        if reply is not None or left <= LOOK_AGAIN or waiter.is_dismissed:
            return reply


def _is_held(runs: Runs, run: Run) -> bool:
    """Whether it is known to be: the run is stored, and a store that is away takes nothing back."""
    try:
        stored = runs.get(run.tenant, run.id)
    except StorageUnavailable:
        return False
    return stored is not None and stored.status is RunStatus.HELD
