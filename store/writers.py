"""Who executes the calls of a commit: a connection of this process, or a process of its own."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any, BinaryIO, Protocol, cast

from sqlalchemy import PoolProxiedConnection

from core.errors import GuardMissed, StorageUnavailable
from store import writer_program
from store.database import Database, storage_error
from store.engines import PRAGMAS
from store.file_lock import file_lock
from store.writer_program import (
    LOCK,
    MISSED,
    Answer,
    Call,
    Missed,
    execute_calls,
    frame,
    read_frame,
)

_PATIENCE_SECONDS = 60
"""How long a transaction may take; a writer that hangs longer is killed."""


class WriterEnded(StorageUnavailable):
    """What was being written is on disk or not; nobody can tell."""


class Writer(Protocol):
    """Writes one transaction after another. Used by one thread at a time."""

    def write(self, calls: Sequence[Call]) -> None:
        """Returns when the calls are on disk. Raises GuardMissed or StorageUnavailable."""
        ...

    def turn(self) -> AbstractContextManager[object]:
        """While it lasts, nobody else writes to the database."""
        ...

    def close(self) -> None:
        """Ends it."""
        ...


class ConnectionWriter:
    """Writes over a connection of this process."""

    def __init__(self, database: Database, connection: PoolProxiedConnection) -> None:
        self._database = database
        self._connection = connection

    def write(self, calls: Sequence[Call]) -> None:
        """Returns when the calls are on disk."""
        try:
            with self._database.transaction(self._connection) as cursor:
                execute_calls(cursor, calls)
        except Missed:
            raise missed() from None

    def turn(self) -> AbstractContextManager[object]:
        """Whoever else writes is found out by SQLite."""
        return nullcontext()

    def close(self) -> None:
        """Gives the connection back."""
        self._connection.close()


class ProcessWriter:
    """Writes an SQLite file in a process of its own (`store.writer_program`).

    `shared`: there are others, in other processes, with which this one takes turns. When the
    process ends, what was under way is told as not stored, though it may be: as with any database
    whose connection breaks at that moment. The next calls get another process.
    """

    def __init__(self, file: str, *, shared: bool = False) -> None:
        self._file = file
        self._shared = shared
        self._process: subprocess.Popen[bytes] | None = None
        self._process = self._start()

    def write(self, calls: Sequence[Call]) -> None:
        """Returns when the calls are on disk."""
        if self._process is None:
            self._process = self._start()
        self._settle(self._ask(self._process, _frame_of(calls)))

    def turn(self) -> AbstractContextManager[object]:
        """Keeps writers of other processes waiting; this one has nothing to write now."""
        return file_lock(self._file + LOCK) if self._shared else nullcontext()

    def close(self) -> None:
        """Lets the process end."""
        if self._process is not None:
            _end(self._process)

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-S", writer_program.__file__]
        try:
            process = subprocess.Popen(  # noqa: S603  our own program
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        except OSError as error:
            raise StorageUnavailable(f"the database's writer does not start: {error}") from error
        # Whoever writes more than the pipe takes now must not wait for a writer that hangs.
        os.set_blocking(cast(BinaryIO, process.stdin).fileno(), False)
        self._settle(self._ask(process, frame([self._file, PRAGMAS, self._shared])))
        return process

    def _ask(self, process: subprocess.Popen[bytes], question: bytes) -> Answer:
        try:
            _tell(process, question)
            return _hear(process)
        except (OSError, EOFError) as error:
            self._process = None
            _end(process)
            raise WriterEnded("the database's writer ended; another one follows") from error

    def _settle(self, answer: Answer) -> None:
        if answer is None:
            return
        kind, names, words = answer
        raise missed() if kind == MISSED else storage_error(names, words)


def missed() -> GuardMissed:
    """The error of a guarded write that found something else than it expects."""
    return GuardMissed("somebody else moved it first")


def _tell(process: subprocess.Popen[bytes], question: bytes) -> None:
    """Hands a question over, as much at a time as the pipe takes. Raises OSError."""
    to_writer = cast(BinaryIO, process.stdin).fileno()
    left = memoryview(question)
    while left:
        _await(process, to_writer, select.POLLOUT)
        left = left[os.write(to_writer, left) :]


def _hear(process: subprocess.Popen[bytes]) -> Answer:
    """The answer. Raises OSError or EOFError when there is none, or none in time."""
    from_writer = cast(BinaryIO, process.stdout)
    _await(process, from_writer.fileno(), select.POLLIN)
    answer: Answer = read_frame(from_writer)
    return answer


def _await(process: subprocess.Popen[bytes], pipe: int, event: int) -> None:
    """Waits for an end of a pipe. Kills a writer that hangs, and raises TimeoutError."""
    poll = select.poll()
    poll.register(pipe, event)
    if not poll.poll(_PATIENCE_SECONDS * 1000):
        process.kill()
        raise TimeoutError


def _end(process: subprocess.Popen[bytes]) -> None:
    """Closes a process's input, at which it ends."""
    with suppress(OSError):
        process.communicate()


def _frame_of(calls: Sequence[Call]) -> bytes:
    try:
        return frame(calls)
    except ValueError:
        return frame([(statement, _plain_rows(rows), most) for statement, rows, most in calls])


def _plain_rows(rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return [tuple(_plain(value) for value in row) for row in rows]


def _plain(value: Any) -> Any:
    """A member of an enumeration is a text or a number of a class of its own."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value
