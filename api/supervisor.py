"""A parent process that keeps working processes alive: when one ends, another follows."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, repeat
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from typing import NoReturn

from api.waking import Waker

KILL_SECONDS = 17.0
"""How long the working processes may take to stop before they are killed."""
ONE_WISH_SECONDS = 1.0
"""Signals that come so soon after the first one mean the same."""
LASTING_SECONDS = 10.0
"""A working process that lived so long did not end because of how it started."""

_REST = b"."

logger = logging.getLogger(__name__)


class Lifeline:
    """A pipe from the supervisor to a working process: a byte says rest, its end says die."""

    def __init__(self) -> None:
        self._received, self._sent = os.pipe()

    def let_rest(self) -> None:
        """Says that a stop is coming. For the supervisor."""
        os.write(self._sent, _REST)

    def watch(self, rest: Callable[[], None]) -> None:
        """Calls `rest` when a stop is coming; ends the process at once when the supervisor is gone.

        For the working process, which nobody could stop any more in that case.
        """
        threading.Thread(target=self._watch, args=[rest], name="lifeline", daemon=True).start()

    def cut(self) -> None:
        """Ends whoever watches. For the supervisor, which keeps neither end."""
        os.close(self._sent)
        os.close(self._received)

    def keep_received_end(self) -> None:
        """Closes the supervisor's end. For the working process, after the fork."""
        os.close(self._sent)

    def _watch(self, rest: Callable[[], None]) -> NoReturn:
        while os.read(self._received, 1) == _REST:
            rest()
        os._exit(1)


Work = Callable[[Lifeline, int], None]
"""What a working process does, given its lifeline and which one it is, from 0."""


class _Place:
    """A working process, and whichever follows it."""

    def __init__(self, number: int) -> None:
        self.lifeline = Lifeline()
        self.process: ForkProcess | None = None
        self._number = number
        self._started = 0.0
        self._due = 0.0
        self._pauses = _pauses()

    def seconds_left(self) -> float | None:
        """Until a process has to be started; None while there is one."""
        return None if self.process else max(self._due - time.monotonic(), 0)

    def fork(self, begin: Callable[[int], NoReturn]) -> None:
        """Starts a process."""
        context = multiprocessing.get_context("fork")
        self.process = context.Process(target=begin, args=[self._number], name="worker")
        self.process.start()
        self._started = time.monotonic()

    def look(self) -> None:
        """Notices that the process has ended; another one follows after a pause."""
        if self.process is None or self.process.is_alive():
            return
        logger.error("the working process ended (%s); another follows", self.process.exitcode)
        self.process = None
        if time.monotonic() - self._started > LASTING_SECONDS:
            self._pauses = _pauses()
        self._due = time.monotonic() + next(self._pauses)


class Supervisor:
    """Runs in the main thread of a process that has no other: a fork would not take them along."""

    def __init__(self, work: Work, stopping: Callable[[], None], count: int = 1) -> None:
        self._work = work
        self._stopping = stopping
        self._places = [_Place(number) for number in range(count)]
        self._asked, self._ask = os.pipe()

    def run(self) -> None:
        """Keeps working processes until SIGTERM or SIGINT, then calls `stopping` and stops them.

        They get `KILL_SECONDS`; a signal that comes later than the first wish kills them at once.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os.write(self._ask, b"."))
        _settle_memory()
        while True:
            self._fork_what_is_due()
            if self._asked in wait([self._asked, *self._sentinels()], self._longest_wait()):
                self._stop()
                return
            for place in self._places:
                place.look()

    def _fork_what_is_due(self) -> None:
        for place in self._places:
            if place.seconds_left() == 0:
                place.fork(self._begin)

    def _longest_wait(self) -> float | None:
        waits = [place.seconds_left() for place in self._places]
        return min((seconds for seconds in waits if seconds is not None), default=None)

    def _processes(self) -> Sequence[ForkProcess]:
        return [place.process for place in self._places if place.process is not None]

    def _sentinels(self) -> list[int]:
        return [process.sentinel for process in self._processes()]

    def _begin(self, number: int) -> NoReturn:
        """A working process, from its fork to its end."""
        # Ctrl+C reaches every process of the terminal; only the supervisor is to act on it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        Waker().start()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        # Also those of the others, who would not see its end as long as anybody keeps one.
        for place in self._places:
            place.lifeline.keep_received_end()
        status = 0
        try:
            self._work(self._places[number].lifeline, number)
        except SystemExit:
            logger.info("stopped while it started")
        except BaseException:
            logger.exception("the working process broke")
            status = 1
        sys.stdout.flush()
        # A thread that still waits for a slow partner must not hold up the end.
        os._exit(status)

    def _stop(self) -> None:
        self._stopping()
        for place in self._places:
            place.lifeline.let_rest()
        for process in self._processes():
            process.terminate()
        # One wish to stop may come twice, from a process group and from a parent in it.
        self._await_ends(ONE_WISH_SECONDS, heeding=False)
        os.read(self._asked, 4096)
        late = self._await_ends(KILL_SECONDS, heeding=True)
        for process in self._processes():
            if process.sentinel in late:
                logger.warning("the working process is killed; what it did goes on at the start")
                process.kill()
            process.join()

    def _await_ends(self, seconds: float, *, heeding: bool) -> Sequence[int]:
        """Waits until every process has ended; `heeding`: or until somebody wishes it once more.

        Gives the sentinels of those that have not.
        """
        last_moment = time.monotonic() + seconds
        alive = self._sentinels()
        while alive and (left := last_moment - time.monotonic()) > 0:
            met = wait([*alive, self._asked] if heeding else alive, left)
            if self._asked in met:
                break
            alive = [one for one in alive if one not in met]
        return alive


def _settle_memory() -> None:
    """What is there before the fork is shared by all, until a collection in one touches it."""
    gc.collect()
    gc.freeze()


def _pauses() -> Iterator[float]:
    """Seconds before each further attempt to start a working process that does not last."""
    return chain((0.0, 0.5, 1.0, 2.0, 5.0), repeat(10.0))
