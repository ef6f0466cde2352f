"""How units of work reach the disk: one writer for SQLite, the caller for PostgreSQL."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, PoolProxiedConnection

from core.errors import StorageUnavailable
from core.meters import SILENT, Meters
from core.writes import Write
from store.database import Database
from store.unit import Unit, calls_of
from store.writers import ConnectionWriter, Writer, WriterEnded

logger = logging.getLogger(__name__)

WriteOver = Callable[[Database, PoolProxiedConnection], Writer]
"""Makes the writer of a connection."""

MOST_UNITS = 256
"""Units of work that share one commit at the most."""


class Committer(Protocol):
    """Commits units of work."""

    def commit(self, writes: Sequence[Write]) -> None:
        """Returns when the unit is on disk. Raises GuardMissed or StorageUnavailable."""
        ...

    def commit_later(self, writes: Sequence[Write]) -> None:
        """Commits soon; what goes wrong is logged and dropped."""
        ...

    def transact(self, work: Callable[[Connection], Any]) -> Any:
        """Runs work in a transaction of its own and gives its result once that is on disk."""
        ...

    def close(self) -> None:
        """Commits what is waiting."""
        ...


class GroupCommitter:
    """One thread, one writer: everything that waits when a commit ends shares the next one.

    SQLite takes one writer at a time and each commit waits for the disk, so sharing is what makes
    it fast. Where something in a shared transaction fails, it is rolled back and each unit is
    tried alone: one that cannot be committed harms no other.
    """

    def __init__(self, database: Database, meters: Meters, writer: Writer) -> None:
        self._database = database
        self._meters = meters
        self._writer = writer
        self._queue: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._closed = False
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def commit(self, writes: Sequence[Write]) -> None:
        """Returns when the unit is on disk."""
        self._submit(Unit(writes)).wait()

    def commit_later(self, writes: Sequence[Write]) -> None:
        """Commits in its turn; nobody waits. What comes after the close is dropped."""
        try:
            self._submit(Unit(writes))
        except StorageUnavailable as error:
            logger.warning("a unit of work is dropped: %s", error)

    def transact(self, work: Callable[[Connection], Any]) -> Any:
        """Runs work in its turn, in a transaction of its own."""
        return self._submit(Unit(work=work)).wait()

    def close(self) -> None:
        """Commits what waits and ends the thread."""
        with self._gate:
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._writer.close()

    def _submit(self, unit: Unit) -> Unit:
        # Nothing may be queued behind the end: whoever waited for it would wait for ever.
        with self._gate:
            if self._closed:
                raise StorageUnavailable("the store is closing")
            self._queue.put(unit)
        return unit

    def _work(self) -> None:
        while (units := self._next_batch()) is not None:
            started = time.monotonic()
            self._commit_batch(units)
            self._meters.committed(len(units), time.monotonic() - started)

    def _next_batch(self) -> list[Unit] | None:
        """Waits for a unit and takes along all that are there; None when closed and empty."""
        first = self._queue.get()
        if first is None:
            return None
        units = [first]
        while len(units) < MOST_UNITS:
            try:
                unit = self._queue.get_nowait()
            except queue.Empty:
                break
            if unit is None:
                self._queue.put(None)
                break
            units.append(unit)
        return units

    def _commit_batch(self, units: list[Unit]) -> None:
        shared = [unit for unit in units if unit.work is None]
        alone = [unit for unit in units if unit.work is not None]
        if len(shared) == 1 or not self._try_together(shared):
            alone += shared
        for unit in alone:
            unit.settle(execute_alone(self._database, self._writer, unit))

    def _try_together(self, units: list[Unit]) -> bool:
        """Commits the units in one transaction, or settles them with what went wrong.

        False, and nothing kept, when one of them cannot be committed.
        """
        if not units:
            return True
        try:
            self._writer.write(calls_of(units))
        except WriterEnded as error:
            # They may be on disk: whoever made them has to decide, as when one is alone.
            for unit in units:
                unit.settle(error)
            return True
        except Exception:  # noqa: BLE001  each unit is tried alone, where its maker gets the error
            return False
        for unit in units:
            unit.settle()
        return True


class DirectCommitter:
    """Each unit in its own transaction on the caller's thread: for many writers at once."""

    def __init__(
        self, database: Database, write_over: WriteOver = ConnectionWriter, meters: Meters = SILENT
    ) -> None:
        self._database = database
        self._write_over = write_over
        self._meters = meters

    def commit(self, writes: Sequence[Write]) -> None:
        """Returns when the unit is on disk."""
        self._settle(Unit(writes)).wait()

    def commit_later(self, writes: Sequence[Write]) -> None:
        """Commits at once; what goes wrong is logged."""
        self._settle(Unit(writes))

    def transact(self, work: Callable[[Connection], Any]) -> Any:
        """Runs work in a transaction."""
        return self._database.transact(work)

    def close(self) -> None:
        """Nothing waits here."""

    def _settle(self, unit: Unit) -> Unit:
        started = time.monotonic()
        try:
            connection = self._database.connect()
        except StorageUnavailable as error:
            unit.settle(error)
            return unit
        try:
            writer = self._write_over(self._database, connection)
            unit.settle(execute_alone(self._database, writer, unit))
        finally:
            connection.close()
            self._meters.committed(1, time.monotonic() - started)
        return unit


def execute_alone(database: Database, writer: Writer, unit: Unit) -> Exception | None:
    """Commits one unit; the error when it could not."""
    try:
        if unit.work is not None:
            unit.result = database.transact(unit.work, writer.turn())
        else:
            writer.write(calls_of([unit]))
    except StorageUnavailable as error:
        logger.warning("a unit of work could not be committed: %s", error)
        return error
    except Exception as error:  # noqa: BLE001  the writer outlives any unit; its maker gets the error
        return error
    return None
