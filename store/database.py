"""A database: how it is read and changed, and its prepared statements."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, TypeVar

from sqlalchemy import CompoundSelect, Connection, PoolProxiedConnection, Row, Select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import Table

from core.errors import StorageUnavailable, UnstorableError
from core.meters import SILENT, Meters
from store.engines import make_engine
from store.prepared import Cursor, Prepared, Stage, Turns

Result = TypeVar("Result")
Connected = TypeVar("Connected")

# A connection that broke is found out by whoever used it. The pool, which cannot reset it any more,
# would write of the same once again, with a traceback.
logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)

# Names of PEP 249, which every driver has in a hierarchy of its own, and Python's own for a value.
_UNSTORABLE = {"DataError", "IntegrityError", "ProgrammingError", "OverflowError", "UnicodeError"}


class Database:
    """An engine with its dialect's ways. Reads run here; changes go through a committer.

    `shared`: several processes of this machine serve from one SQLite file. PostgreSQL is always
    shared.
    """

    def __init__(self, url: str, meters: Meters = SILENT, *, shared: bool = False) -> None:
        self._meters = meters
        self.engine = make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.is_shared = shared or not self.is_sqlite
        self._reading = self.engine
        if not self.is_sqlite:
            # A SELECT needs no BEGIN and no ROLLBACK, each a way to the server and back.
            self._reading = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._driver_error: type[Exception] = self.engine.dialect.loaded_dbapi.Error

    @property
    def file(self) -> str:
        """The file of an SQLite database."""
        return str(self.engine.url.database)

    @property
    def connections(self) -> int:
        """How many connections are in use."""
        pool = self.engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    def prepare(
        self,
        statement: Any,
        columns: Sequence[str] | None = None,
        stage: Stage | None = None,
        turns: Turns | None = None,
    ) -> Prepared:
        """Compiles a statement for this database. SQLite has one writer, so nobody waits there."""
        turns = None if self.is_sqlite else turns
        return Prepared(statement, self.engine.dialect, columns, stage, turns)

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT of the dialect, which both can say ON CONFLICT."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def prepare_insert(self, table: Table) -> Prepared:
        """A plain INSERT of every column."""
        return self.prepare(self.insert(table), [column.name for column in table.columns])

    def prepare_addition(self, table: Table) -> Prepared:
        """An INSERT of every column that finds it done where a row of this id is there already.

        For what is committed once more when of a commit only the word was lost.
        """
        adding = self.insert(table).on_conflict_do_nothing(index_elements=["id"])
        return self.prepare(adding, [column.name for column in table.columns])

    def rows(self, statement: Select[Any] | CompoundSelect[Any]) -> Sequence[Row[Any]]:
        """Every row of a SELECT. Raises StorageUnavailable when the database does not answer."""
        return self.read(lambda connection: connection.execute(statement).all())

    def first(self, statement: Select[Any]) -> Row[Any] | None:
        """The first row of a SELECT, or None."""
        return self.read(lambda connection: connection.execute(statement).first())

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """Runs reads on one connection."""
        try:
            with self._awaited(self._reading.connect) as connection:
                return work(connection)
        except (DBAPIError, PoolTimeout) as error:
            raise unavailable(error) from error

    def transact(
        self,
        work: Callable[[Connection], Result],
        turn: AbstractContextManager[object] = nullcontext(),  # noqa: B008  it holds nothing
    ) -> Result:
        """Runs work in a transaction, during a turn that is taken once there is a connection.

        Raises StorageUnavailable when it cannot be committed.
        """
        try:
            # Nobody is kept waiting by somebody who himself waits for a connection.
            with self._awaited(self.engine.connect) as connection, turn, connection.begin():
                if self.is_sqlite:
                    # Its driver begins by itself, but before statements of some kinds alone.
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                return work(connection)
        except (DBAPIError, PoolTimeout) as error:
            raise unavailable(error) from error

    def connect(self) -> PoolProxiedConnection:
        """A driver's connection, to be closed by whoever asked. Raises StorageUnavailable."""
        try:
            return self._awaited(self.engine.raw_connection)
        except (DBAPIError, PoolTimeout, self._driver_error) as error:
            # A pool lets the driver's own errors through where an engine wraps them.
            raise unavailable(error) from error

    def _awaited(self, connect: Callable[[], Connected]) -> Connected:
        """A connection of the pool's; the wait for it is measured, also where it was in vain."""
        began = time.perf_counter()
        try:
            return connect()
        finally:
            self._meters.connection_awaited(time.perf_counter() - began)

    @contextmanager
    def transaction(self, connection: PoolProxiedConnection) -> Iterator[Cursor]:
        """A cursor whose work is committed at the end, or rolled back with any error.

        Raises StorageUnavailable when the database does not do it.
        """
        try:
            with self.drivers_errors():
                yield connection.cursor()
                connection.commit()
        except BaseException:
            self._roll_back(connection)
            raise

    @contextmanager
    def drivers_errors(self) -> Iterator[None]:
        """Raises StorageUnavailable for what the driver raises."""
        try:
            yield
        except (self._driver_error, OverflowError, UnicodeError) as error:
            raise unavailable(error) from error

    def _roll_back(self, connection: PoolProxiedConnection) -> None:
        # Where the connection broke, the transaction is gone with it and this cannot work.
        with suppress(self._driver_error):
            connection.rollback()

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()


def unavailable(error: Exception) -> StorageUnavailable:
    """The store's error for a database's, without the statement and its parameters."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return storage_error([one.__name__ for one in type(cause).__mro__], str(cause))


def storage_error(names: Sequence[str], words: str) -> StorageUnavailable:
    """The store's error for one of a driver, given by the names of its classes and its words."""
    if _UNSTORABLE.intersection(names):
        return UnstorableError(f"the database cannot take it: {words}")
    return StorageUnavailable(f"the database did not do it: {words}")
