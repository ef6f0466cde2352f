"""Work that one process at a time may do, on whichever machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from zlib import crc32

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from store.database import Database, unavailable
from store.engines import MAY_REST
from store.file_lock import file_lock

_SPACE = 0x50454E53
"""The first half of every lock's key, so that locks of other programs are not ours."""
_TRY = select(func.pg_try_advisory_xact_lock(bindparam("space"), bindparam("name")))
_WAIT = select(func.pg_advisory_xact_lock(bindparam("space"), bindparam("name")))


@contextmanager
def exclusively(database: Database, name: str, *, wait: bool = False) -> Iterator[bool]:
    """Whether nobody else does the work of this name; while it is done here, nobody can begin it.

    On PostgreSQL it is an advisory lock, which ends with its transaction, on SQLite a lock on a
    file, where its database is shared at all; either ends with the process. With `wait` the others
    are waited for. Raises StorageUnavailable.
    """
    if not database.is_shared:
        yield True
    elif database.is_sqlite:
        with file_lock(f"{database.file}-{name}", wait=wait) as held:
            yield held
    else:
        with _advisory_lock(database, name, wait=wait) as held:
            yield held


@contextmanager
def _advisory_lock(database: Database, name: str, *, wait: bool) -> Iterator[bool]:
    try:
        connection = database.engine.connect()
    except (DBAPIError, PoolTimeout) as error:
        raise unavailable(error) from error
    try:
        key = {"space": _SPACE, "name": crc32(name.encode()) - 2**31}
        try:
            # Its transaction rests while the work is done, however long that takes.
            connection.execute(MAY_REST)
            answer = connection.execute(_WAIT if wait else _TRY, key).scalar_one()
        except DBAPIError as error:
            raise unavailable(error) from error
        yield wait or bool(answer)
    finally:
        # Closing rolls back, which gives the lock back; a broken connection has lost it already.
        with suppress(DBAPIError):
            connection.close()
