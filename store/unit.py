"""A unit of work: what is executed for it, and how its maker learns what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from core.writes import Write
from store.prepared import Statement
from store.turns import turns_to_take
from store.writer_program import Call


class Unit:
    """Work for one transaction: writes, or a function of a connection. Waited for once."""

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


def calls_of(units: Sequence[Unit]) -> list[Call]:
    """What many units execute, gathered by statement: one call to the driver for each.

    They come in the order of their stages, so that an update finds the row that was inserted beside
    it; else the order within a unit is kept only among equal statements, and its writes must not
    depend on one another's rows. Guarded ones have to touch as many rows as they are given.
    """
    gathered: dict[tuple[Statement, bool], list[Mapping[str, Any]]] = {}
    for unit in units:
        for write in unit.writes:
            gathered.setdefault((write.statement, write.guarded), []).append(write.parameters)
    in_stages = sorted(gathered.items(), key=lambda item: item[0][0].stage)
    calls = list(turns_to_take((statement, rows) for (statement, _), rows in in_stages))
    for (statement, guarded), rows in in_stages:
        first, *others = statement.calls(rows)
        calls.append((*first, len(rows) if guarded else None))
        calls += [(*other, None) for other in others]
    return calls
