"""The HTTP server: Flask under granian, in working processes that a supervisor starts again."""

from __future__ import annotations

import gc
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from api.listening import BACKLOG, Listeners
from api.supervisor import Lifeline, Supervisor
from core.changes import ChangeBoard, SharedFlag

BLOCKING_THREADS = 1024
"""Requests that are answered at once. Callers of slow partners wait in these threads, and senders
of slow bodies; both are bounded (`engine.intake`, `api.hooks`), so that some are always left.
"""
HEAD_MILLISECONDS = 10_000
"""How long a request's head may take to arrive."""
CONNECTIONS = 2048
"""Connections that are open at once."""

_LOOK_SECONDS = 0.05
_LOGGING = {"handlers": {}, "loggers": {"_granian": {"propagate": True}}}
_FOREIGN_VARIABLES = ("HTTP_", "CONTENT_", "PENSTOCK_")


@dataclass(frozen=True, slots=True)
class Site:
    """What the working process serves. `rest` is called when a stop is coming, `stop` after it.

    Between the two, requests under way are answered and no new ones come in.
    """

    application: Flask
    rest: Callable[[], None]
    stop: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Among:
    """Those with whom a working process works, and which of them it is.

    `alone`: no other one can have begun. Where there are several, `board` is where they tell one
    another what they changed, and `folder` where each leaves what it counted.
    """

    number: int
    alone: bool
    board: ChangeBoard | None = None
    folder: Path | None = None


def serve(listeners: Listeners, load: Callable[[Among], Site], ready: Callable[[], None]) -> None:
    """Serves until SIGTERM or SIGINT, in a working process for each listening socket.

    `load` is called in each working process, after the fork; `ready` in the first one, when it is
    about to answer.
    """
    count = len(listeners.sockets)
    with _among(count) as among:
        work = partial(_work, listeners, among, SharedFlag(), load, ready)
        Supervisor(work, stopping=listeners.close, count=count).run()


@contextmanager
def _among(count: int) -> Iterator[Among]:
    """What so many processes share as long as they serve."""
    if count == 1:
        yield Among(0, alone=True)
        return
    with TemporaryDirectory(prefix="penstock-") as folder:
        yield Among(0, alone=True, board=ChangeBoard(), folder=Path(folder))


def _work(
    listeners: Listeners,
    among: Among,
    begun: SharedFlag,
    load: Callable[[Among], Site],
    ready: Callable[[], None],
    lifeline: Lifeline,
    number: int,
) -> None:
    """What one working process does."""
    _drop_foreign_variables()
    listener = listeners.take(number)
    served: list[Site] = []
    # At once: whoever waits below must not outlive the supervisor.
    lifeline.watch(lambda: _rest(served))
    if among.board is not None and (number > 0 or begun.is_set):
        # The first one takes up what an earlier stop left, as long as it is alone.
        _wait_for(begun)
        among = replace(among, alone=False)
    site = load(replace(among, number=number))
    served.append(site)
    # What the start made lives as long as the process: collections need not look at it again.
    gc.collect()
    gc.freeze()
    if not begun.is_set:
        begun.set()
        ready()
    try:
        _answer_requests(site.application, listener)
    finally:
        site.stop()


def _rest(served: Sequence[Site]) -> None:
    for site in served:
        site.rest()


def _wait_for(flag: SharedFlag) -> None:
    # Whoever waits may be killed, which no lock between processes would get over.
    while not flag.is_set:
        time.sleep(_LOOK_SECONDS)


def _answer_requests(application: Flask, listener: socket.socket) -> None:
    """Blocks until SIGTERM, and then until what is under way is answered."""
    granian = MPServer(
        "penstock",
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        runtime_mode=RuntimeModes.mt,
        blocking_threads=BLOCKING_THREADS,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_MILLISECONDS),
        log_level=LogLevels.warning,
        log_dictconfig=_LOGGING,
    )
    # granian would bind the port and fork by itself; here both are done, and this is its worker.
    shared: Any = granian
    shared._shd, shared._sso = _holder(listener), None
    worker = granian._spawn_worker(0, MPServer._spawn_wsgi_worker, lambda: application)
    worker.inner.run()


def _holder(listener: socket.socket) -> SocketHolder:
    arguments: list[Any] = [listener.detach(), False]
    if sys.platform.startswith(("linux", "freebsd")):
        arguments.append(BACKLOG)
    return SocketHolder(*arguments)


def _drop_foreign_variables() -> None:
    """The environment becomes part of each WSGI environ, where names such as `HTTP_…` are headers.

    Penstock's own settings have been read by now and are no business of a request's.
    """
    for name in [name for name in os.environ if name.startswith(_FOREIGN_VARIABLES)]:
        del os.environ[name]
