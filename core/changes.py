"""What the processes of one machine tell one another: that something was changed."""

from __future__ import annotations

import mmap
import os
import threading
from collections.abc import Callable
from typing import Protocol

_SIZE = 16
_WATCH_SECONDS = 0.1


class Changes(Protocol):
    """Where a process says what others may remember no longer, and hears the same of them."""

    def tell(self) -> None:
        """What was read before this moment may be old now; what is new is on disk already."""
        ...

    def follow(self, forget: Callable[[], None]) -> None:
        """Has `forget` called when another process told."""
        ...


class NobodyElse:
    """A process that is alone."""

    def tell(self) -> None:
        """Nobody hears it."""

    def follow(self, forget: Callable[[], None]) -> None:
        """Nobody tells anything."""


class ChangeBoard:
    """A few bytes of memory that a process shares with those it forks later on.

    Each change writes other ones: a counter could be written by two at once and show one change.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _SIZE)

    def write(self) -> None:
        """Whoever reads from now on finds something else."""
        self._memory[:] = os.urandom(_SIZE)

    def read(self) -> bytes:
        """What is there now."""
        return self._memory[:]


class SharedFlag:
    """Something that a process and those it forks later on see happen once."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1)

    @property
    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._memory[0] == 1

    def set(self) -> None:
        """It happens."""
        self._memory[0] = 1


class SharedChanges:
    """The changes of processes that share a board. `look` is called before anything is answered."""

    def __init__(self, board: ChangeBoard) -> None:
        self._board = board
        self._seen = board.read()
        self._forget: list[Callable[[], None]] = []

    def tell(self) -> None:
        """Lets the others forget; this process forgets once more, too."""
        self._board.write()

    def follow(self, forget: Callable[[], None]) -> None:
        """Has `forget` called when somebody told."""
        self._forget.append(forget)

    def look(self) -> None:
        """Forgets what others changed."""
        written = self._board.read()
        if written != self._seen:
            for forget in self._forget:
                forget()
            # Only now: whoever looks meanwhile must not go on with what is old.
            self._seen = written

    def watch(self) -> None:
        """Looks ten times a second, too: what runs by itself is asked by nobody."""
        threading.Thread(target=self._watch, name="changes", daemon=True).start()

    def _watch(self) -> None:
        pause = threading.Event()
        while not pause.wait(_WATCH_SECONDS):
            self.look()


ALONE = NobodyElse()
