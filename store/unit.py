"""A unit of work: what is executed for it, and how its maker learns what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from core.errors import GuardMissed
from core.store import Write
from store.prepared import Prepared


class Unit:
    """Work for one transaction: writes, or a function that needs the connection. Waited for once."""

    __slots__ = ("_done", "error", "result", "work", "writes")

    def __init__(
        self, writes: Sequence[Write] = (), work: Callable[[Connection], Any] | None = None
    ) -> None:
        self.writes = writes
        self.work = work
        self.result: Any = None
        self.error: Exception | None = None
        # A bare lock is the cheapest thing a thread can wait on; a Future costs several times more.
        self._done = threading.Lock()
        self._done.acquire()

    def settle(self, error: Exception | None = None) -> None:
        """Lets the waiting thread go on."""
        self.error = error
        self._done.release()

    def wait(self) -> Any:
        """The work's result once it is on disk; raises what kept it from getting there."""
        self._done.acquire()
        if self.error is not None:
            raise self.error
        return self.result

    def execute(self, connection: Connection) -> None:
        """Executes this unit alone. Raises GuardMissed when a guarded write met no row."""
        if self.work is not None:
            self.result = self.work(connection)
        for write in self.writes:
            execute_rows(connection, write.statement, [write], write.guarded)


def execute_rows(
    connection: Connection, statement: Prepared, writes: Sequence[Write], guarded: bool
) -> None:
    """Executes one statement for many writes. Raises GuardMissed when a guarded one met no row."""
    touched = statement.execute(connection, [write.parameters for write in writes])
    if guarded and touched != len(writes):
        raise GuardMissed("somebody else moved it first")


def execute_together(connection: Connection, units: Sequence[Unit]) -> None:
    """Executes the writes of many units, gathered by statement: one call to the driver for each.

    The order of the statements within a unit is kept only among equal ones, so the writes of a unit
    must not depend on one another's rows. Raises GuardMissed when any guard of any unit was missed.
    """
    gathered: dict[tuple[Prepared, bool], list[Write]] = {}
    for unit in units:
        for write in unit.writes:
            gathered.setdefault((write.statement, write.guarded), []).append(write)
    for (statement, guarded), writes in gathered.items():
        execute_rows(connection, statement, writes, guarded)
