"""Does something in a process of its own, which takes along all that it loaded and made."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from api.supervisor import Lifeline
from core.errors import PenstockError

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Came(Generic[Result]):
    """What the work came to."""

    result: Result | None = None
    error: Exception | None = None


def apart(work: Callable[[], Result]) -> Result:
    """What `work` gives, which has to be picklable; it is called in a fork of this process.

    This process must have no other thread: a fork would not take it along. Raises the PenstockError
    or OSError that `work` raised; PenstockError when the other process ended without a word.
    """
    forking = multiprocessing.get_context("fork")
    received, sent = forking.Pipe(duplex=False)
    lifeline = Lifeline()
    process = forking.Process(target=_call, args=[work, sent, lifeline], name="apart")
    process.start()
    sent.close()
    try:
        came: _Came[Result] = received.recv()
    except EOFError:
        raise PenstockError("the start broke off; see above") from None
    finally:
        received.close()
        lifeline.cut()
        process.join()
    if came.error is not None:
        raise came.error
    return came.result  # type: ignore[return-value]


def _call(work: Callable[[], Result], sent: Connection, lifeline: Lifeline) -> None:
    # Ctrl+C reaches every process of the terminal; this one ends with the one that waits for it.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    lifeline.keep_received_end()
    lifeline.watch(lambda: None)
    try:
        came: _Came[Result] = _Came(work())
    except (PenstockError, OSError) as error:
        came = _Came(error=error)
    sent.send(came)
