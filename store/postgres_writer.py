"""Writes to PostgreSQL over a connection of this process, in as few ways there and back as can be.

Each statement waited for by itself is a way to the server and back, as are `BEGIN` and `COMMIT`
around it; and at each of them the thread gives the interpreter's lock away and has to get it back.
So one statement without a condition is its own transaction, and several go out together (pipeline
mode, postgresql.org/docs/current/libpq-pipeline-mode.html): two ways, one of them for the commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, cast

from psycopg import Connection, Cursor, Error
from sqlalchemy import PoolProxiedConnection

from store.database import Database
from store.writer_program import Call, Missed
from store.writers import missed


class PostgresWriter:
    """Writes over a connection (`store.writers.Writer`)."""

    def __init__(self, database: Database, connection: PoolProxiedConnection) -> None:
        self._database = database
        self._connection = connection
        self._driver = cast("Connection[Any]", connection.driver_connection)

    def write(self, calls: Sequence[Call]) -> None:
        """Returns when the calls are on disk. Raises GuardMissed or StorageUnavailable."""
        if _is_one_row(calls):
            self.write_row(calls[0])
            return
        try:
            with self._database.transaction(self._connection):
                self._execute(calls)
        except Missed:
            raise missed() from None

    def write_row(self, call: Call) -> None:
        """Returns when a statement that nothing depends on is on disk.

        Raises StorageUnavailable.
        """
        statement, (row,), _ = call
        with self._database.drivers_errors(), _by_itself(self._driver):
            self._driver.execute(statement, row)

    def turn(self) -> AbstractContextManager[object]:
        """Many may write at once."""
        return nullcontext()

    def close(self) -> None:
        """Gives the connection back."""
        self._connection.close()

    def _execute(self, calls: Sequence[Call]) -> None:
        """Raises Missed, or the driver's error of the first statement that failed."""
        sent: list[tuple[Cursor[Any], int | None]] = []
        try:
            with self._driver.pipeline():
                for statement, rows, expected in calls:
                    sent.append((_send(self._driver.cursor(), statement, rows), expected))
        except Error:
            # What a guard would have kept from being executed may fail in any way.
            _check([one for one in sent if one[0].pgresult is not None])
            raise
        _check(sent)


def _is_one_row(calls: Sequence[Call]) -> bool:
    """Whether there is one statement, executed once, and nothing to look at afterwards."""
    if len(calls) != 1:
        return False
    _, rows, expected = calls[0]
    return len(rows) == 1 and expected is None


def _send(cursor: Cursor[Any], statement: str, rows: Sequence[Any]) -> Cursor[Any]:
    if len(rows) == 1:
        return cursor.execute(statement, rows[0])
    cursor.executemany(statement, rows)
    return cursor


def _check(sent: Sequence[tuple[Cursor[Any], int | None]]) -> None:
    if any(expected is not None and cursor.rowcount != expected for cursor, expected in sent):
        raise Missed


@contextmanager
def _by_itself(driver: Connection[Any]) -> Iterator[None]:
    """Each statement is a transaction of its own meanwhile."""
    driver.autocommit = True
    try:
        yield
    finally:
        # A connection that broke cannot be told, and is not used again.
        with suppress(Error):
            driver.autocommit = False
