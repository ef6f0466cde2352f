"""A lock that one holder has at a time, of all processes of a machine: a file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import StorageUnavailable


@contextmanager
def file_lock(path: str, *, wait: bool = True) -> Iterator[bool]:
    """Whether the lock is held here; it ends with the block, or with the process.

    Without `wait` it is not held when somebody else has it. Raises StorageUnavailable when there
    can be no such file.
    """
    try:
        # Each holder opens the file anew: of one opening, every thread of a process would hold it.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageUnavailable(f"{path} cannot be locked: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
