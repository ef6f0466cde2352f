"""The writer of an SQLite database, in a process of its own: `python -I -S writer_program.py`.

SQLite gives Python's one lock away and takes it back for every row it writes. In the process that
answers requests the writer would wait for the lock among hundreds of threads, and they for the
writer; here it works beside them, on another core. Only the standard library is imported, and of
that little: the process takes some 4 MB.

Frames go in at the standard input and out at the standard output: the length in four bytes, and
what `marshal` makes of plain values. The first one in is `[file, pragmas, shared]`, each further
one a list of calls, which are one transaction. The answer to each is an `Answer`. Its end is the
end of the standard input: whoever is to stop it closes that, and signals to a whole group do not.
"""

from __future__ import annotations

import fcntl
import marshal
import os
import signal
import sqlite3
import struct
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from functools import partial
from typing import IO, Any, BinaryIO

Call = tuple[str, Sequence[Any], "int | None"]
"""A statement, the parameters of each time it is executed, and how many rows that has to touch."""

Answer = tuple[str, Sequence[str], str] | None
"""None: it is on disk. Else nothing of it is: `MISSED` or `FAULT`, with the names of the error's
classes and its words."""

LOCK = "-writer"
"""What the name of the file ends with on which writers have their lock, behind the database's."""

MISSED = "missed"
FAULT = "fault"

_PATIENCE_SECONDS = 10

_LENGTH = struct.Struct(">I")


class Missed(Exception):
    """A statement did not touch the rows that it has to."""


def execute_calls(cursor: Any, calls: Iterable[Call]) -> None:
    """Executes calls on a driver's cursor, in one call to the driver for each. Raises Missed."""
    for statement, rows, expected in calls:
        if len(rows) == 1:
            cursor.execute(statement, rows[0])
        else:
            cursor.executemany(statement, rows)
        if expected is not None and cursor.rowcount != expected:
            raise Missed


def read_frame(source: BinaryIO) -> Any:
    """The next value. Raises EOFError when there is none any more."""
    (length,) = _LENGTH.unpack(_read(source, _LENGTH.size))
    return marshal.loads(_read(source, length))  # noqa: S302  from our own process


def _read(source: BinaryIO, size: int) -> bytes:
    found = source.read(size)
    if len(found) < size:
        raise EOFError
    return found


def frame(value: Any) -> bytes:
    """A value as it goes over a pipe. Raises ValueError for what is not plain."""
    body = marshal.dumps(value)
    return _LENGTH.pack(len(body)) + body


def main() -> None:
    """Writes what comes in until nothing comes any more."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, _give_up)
    with suppress(EOFError, BrokenPipeError):
        _write_forever()


def _write_forever() -> None:
    file, pragmas, shared = read_frame(sys.stdin.buffer)
    try:
        lock = _open_lock(file)
        if not shared:
            # The writer before this one is gone then: nothing of its comes after what is new.
            _take(lock)
        connection = _connect(file, pragmas)
    except (sqlite3.Error, OSError) as error:
        _answer(_fault(error))
        return
    _answer(None)
    with lock, closing(connection):
        cursor = connection.cursor()
        commit = partial(_commit_in_turn, lock) if shared else _commit
        while True:
            _answer(commit(connection, cursor, read_frame(sys.stdin.buffer)))


def _take(lock: IO[bytes]) -> None:
    """Waits for the lock. Raises TimeoutError when somebody has it for too long."""
    signal.alarm(_PATIENCE_SECONDS)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
    finally:
        signal.alarm(0)


def _give_up(_number: int, _frame: object) -> None:
    raise TimeoutError(f"another process has had it to itself for {_PATIENCE_SECONDS} seconds")


def _open_lock(file: str) -> IO[bytes]:
    # Kept as long as the process lives; without pathlib, which would double what it takes.
    return open(file + LOCK, "ab", opener=lambda path, flags: os.open(path, flags, 0o600))


def _connect(file: str, pragmas: Sequence[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _commit_in_turn(
    lock: IO[bytes], connection: sqlite3.Connection, cursor: sqlite3.Cursor, calls: list[Call]
) -> Answer:
    """Where several processes write, they wait for the lock in the kernel, and not for SQLite,
    which would look again and again."""
    try:
        _take(lock)
        return _commit(connection, cursor, calls)
    except TimeoutError as error:
        return _fault(error)
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)


def _commit(connection: sqlite3.Connection, cursor: sqlite3.Cursor, calls: list[Call]) -> Answer:
    try:
        cursor.execute("BEGIN IMMEDIATE")
        execute_calls(cursor, calls)
        cursor.execute("COMMIT")
    except Missed:
        cursor.execute("ROLLBACK")
        return MISSED, (), ""
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        # Where the disk is full, SQLite has rolled back by itself.
        if connection.in_transaction:
            cursor.execute("ROLLBACK")
        return _fault(error)
    return None


def _fault(error: Exception) -> Answer:
    return FAULT, tuple(one.__name__ for one in type(error).__mro__), str(error)


def _answer(answer: Answer) -> None:
    sys.stdout.buffer.write(frame(answer))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
