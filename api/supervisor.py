"""A parent process that keeps one working process alive: when that one ends, another follows."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from typing import NoReturn

KILL_SECONDS = 17.0
"""How long the working process may take to stop before it is killed."""
ONE_WISH_SECONDS = 1.0
"""Signals that come so soon after the first one mean the same."""
LASTING_SECONDS = 10.0
"""A working process that lived so long did not end because of how it started."""

_REST = b"."

logger = logging.getLogger(__name__)


class Lifeline:
    """A pipe from the supervisor to the working process: a byte says rest, its end says die."""

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


Work = Callable[[Lifeline, bool], None]
"""What the working process does, given its lifeline and whether it is the first one."""


class Supervisor:
    """Runs in the main thread of a process that has no other: a fork would not take them along."""

    def __init__(self, work: Work, stopping: Callable[[], None]) -> None:
        self._work = work
        self._stopping = stopping
        self._lifeline = Lifeline()
        self._asked, self._ask = os.pipe()

    def run(self) -> None:
        """Keeps a working process until SIGTERM or SIGINT, then calls `stopping` and stops it.

        It gets `KILL_SECONDS`; a signal that comes later than the first wish kills it at once.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: os.write(self._ask, b"."))
        _settle_memory()
        first, pauses = True, _pauses()
        while True:
            worker, started = self._fork(first), time.monotonic()
            if self._asked in wait([self._asked, worker.sentinel]):
                self._stop(worker)
                return
            worker.join()
            logger.error("the working process ended (%s); another follows", worker.exitcode)
            if time.monotonic() - started > LASTING_SECONDS:
                pauses = _pauses()
            if wait([self._asked], next(pauses)):
                return
            first = False

    def _fork(self, first: bool) -> ForkProcess:
        context = multiprocessing.get_context("fork")
        worker = context.Process(target=self._begin, args=[first], name="worker")
        worker.start()
        return worker

    def _begin(self, first: bool) -> NoReturn:
        """The working process, from its fork to its end."""
        # Ctrl+C reaches every process of the terminal; only the supervisor is to act on it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        self._lifeline.keep_received_end()
        status = 0
        try:
            self._work(self._lifeline, first)
        except SystemExit:
            logger.info("stopped while it started")
        except BaseException:
            logger.exception("the working process broke")
            status = 1
        sys.stdout.flush()
        # A thread that still waits for a slow partner must not hold up the end.
        os._exit(status)

    def _stop(self, worker: ForkProcess) -> None:
        self._stopping()
        self._lifeline.let_rest()
        worker.terminate()
        # One wish to stop may come twice, from a process group and from a parent in it.
        wait([worker.sentinel], ONE_WISH_SECONDS)
        os.read(self._asked, 4096)
        if worker.sentinel not in wait([worker.sentinel, self._asked], KILL_SECONDS):
            logger.warning("the working process is killed; what it did goes on at the next start")
            worker.kill()
        worker.join()


def _settle_memory() -> None:
    """What is there before the fork is shared by both, until a collection in either touches it."""
    gc.collect()
    gc.freeze()


def _pauses() -> Iterator[float]:
    """Seconds before each further attempt to start a working process that does not last."""
    return chain((0.0, 0.5, 1.0, 2.0, 5.0), repeat(10.0))
