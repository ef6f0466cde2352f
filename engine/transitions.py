"""The only place that moves a run from one state to another.

Each move is a conditional write: it holds only while the run is in a state it may leave and,
where an executor makes it, while that executor's fencing token is the run's. Whoever comes too
late finds `GuardMissed`, and nothing of what was committed beside the move is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.clock import Milliseconds
from core.event_keys import EventKey
from core.model import Run
from core.run_store import Runs
from core.states import RUN_ENDS, RunStatus
from core.writes import Write

LEGAL: Mapping[RunStatus, frozenset[RunStatus]] = {
    RunStatus.QUEUED: frozenset({RunStatus.RUNNING, RunStatus.HELD, RunStatus.CANCELLED}),
    RunStatus.RUNNING: frozenset({RunStatus.RUNNING, RunStatus.QUEUED, RunStatus.WAITING})
    | RUN_ENDS,
    RunStatus.WAITING: frozenset({RunStatus.RUNNING, RunStatus.CANCELLED}),
    RunStatus.HELD: frozenset({RunStatus.QUEUED, RunStatus.CANCELLED}),
}
"""Which states may follow which; the ends are followed by none."""

_ENDS = tuple(sorted(RUN_ENDS))

DUE = (RunStatus.QUEUED, RunStatus.WAITING)
"""The states in which a run is taken up once its time has come."""

MOST_HEALED = 1_000
"""Lines set going again in one go."""


class Transitions:
    """The moves of runs."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    def start(self, run: Run) -> Write:
        """A new run: queued, running in the hands of the executor that made it, or at its end.

        The last where it consisted of nothing but steps without an outside effect.
        """
        if run.status in (RunStatus.WAITING, RunStatus.HELD):
            raise ValueError(f"a run cannot start as {run.status}")
        return self._runs.insert(run)

    def go_on(self, run: Run) -> Write:
        """The run stays in these hands: proves that what is committed beside it may be."""
        return self._move(run, [RunStatus.RUNNING], RunStatus.RUNNING, {})

    def park(self, run: Run, due_at: Milliseconds | None, now: Milliseconds) -> Write:
        """The run leaves its executor until it is due, or until something else wakes it.

        Where it was told something since it was read, it is due at once.
        """
        return self._runs.park(run, RunStatus.RUNNING, RunStatus.WAITING, due_at, now)

    def signal(self, tenant: str, run_id: str, now: Milliseconds) -> Write:
        """The run was told something: if it waits, it is due. Refused when it has ended."""
        return self._runs.signal(tenant, run_id, RunStatus.WAITING, _ENDS, now)

    def release(self, run: Run, now: Milliseconds) -> Write:
        """The executor gives the run back, to be taken up by another at once."""
        return self._move(
            run, [RunStatus.RUNNING], RunStatus.QUEUED, {"executor": None, "due_at": now}
        )

    def finish(
        self, run: Run, end: RunStatus, output: Any, error: str | None, now: Milliseconds
    ) -> Write:
        """The run ends in the hands of its executor."""
        changes = {"executor": None, "finished_at": now, "output": output, "error": error}
        return self._move(run, [RunStatus.RUNNING], end, changes)

    def cancel(self, run: Run, error: str, now: Milliseconds) -> Write:
        """The run ends because somebody asks for it, whoever holds it."""
        leaving = [
            status for status, following in LEGAL.items() if RunStatus.CANCELLED in following
        ]
        changes = {"executor": None, "due_at": None, "finished_at": now, "error": error}
        return self._runs.move(run, leaving, RunStatus.CANCELLED, changes, any_token=True)

    def discard(self, run: Run, error: str, now: Milliseconds) -> Write:
        """A held run ends because somebody discards it; refused when it is held no more."""
        changes = {"executor": None, "due_at": None, "finished_at": now, "error": error}
        held = [RunStatus.HELD]
        return self._runs.move(run, held, RunStatus.CANCELLED, changes, any_token=True)

    def pass_on(self, lane: EventKey, now: Milliseconds) -> Write:
        """The first run in line of a key becomes due, unless it is the turn of another."""
        return self._runs.pass_on(lane, now)

    def pass_on_around(self, key: EventKey, now: Milliseconds) -> Write:
        """The same in every line that runs of a quarantine's key leave, or come back to."""
        return self._runs.pass_on_around(key, now)

    def hold(self, key: EventKey) -> Write:
        """The queued runs of a quarantine's key are held, if by now the key is."""
        return self._runs.hold(key)

    def free(self, key: EventKey, version: int | None, now: Milliseconds) -> Write:
        """The held runs of a key are queued again; those not begun take `version`, if given."""
        return self._runs.free(key, version, now)

    def heal(self, now: Milliseconds) -> int:
        """Passes on in every line in which it is nobody's turn; how many they were."""
        return self._runs.heal(now, MOST_HEALED)

    def claim_due(self, executor: str, now: Milliseconds, limit: int) -> Sequence[Run]:
        """Takes over at most `limit` runs whose time has come, each with a new token."""
        return self._runs.claim(DUE, RunStatus.RUNNING, executor, now, limit)

    def rescue(self, now: Milliseconds) -> int:
        """Puts back every run whose executor is gone, with a new token; how many they were."""
        return self._runs.rescue(RunStatus.RUNNING, RunStatus.QUEUED, now)

    def _move(
        self, run: Run, old: Sequence[RunStatus], new: RunStatus, changes: Mapping[str, Any]
    ) -> Write:
        for status in old:
            if new not in LEGAL[status]:
                raise ValueError(f"a run cannot go from {status} to {new}")
        return self._runs.move(run, old, new, changes)


def ended(run: Run, end: RunStatus, output: Any, error: str | None, now: Milliseconds) -> Run:
    """A new run as it stands when it came to its end before it was stored."""
    return replace(
        run,
        status=end,
        executor=None,
        due_at=None,
        started_at=run.created_at,
        finished_at=now,
        output=output,
        error=error,
    )


def started(run: Run, executor: str, now: Milliseconds) -> Run:
    """A new run as it stands when the executor that makes it takes it up at once."""
    return replace(
        run, status=RunStatus.RUNNING, executor=executor, due_at=None, started_at=now, token=1
    )
