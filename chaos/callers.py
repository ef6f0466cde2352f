"""Callers that post all the while, and send again what was not accepted."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from chaos.ledger import Ledger
from tests.crash.callers import Posted
from tests.support.server import Server

CALLERS = 4
PAUSE_SECONDS = 0.25
"""Between posts of one caller, and before it tries again: a load that any machine bears."""


@contextmanager
def steady_callers(server: Server, ledger: Ledger, chance: random.Random) -> Iterator[None]:
    """Posts meanwhile; in the end every post has been accepted, or has had its last chance."""
    over = threading.Event()

    def call() -> None:
        while not over.wait(PAUSE_SECONDS):
            for one in ledger.plan(chance, 1):
                _send_until_accepted(server, one)

    with ThreadPoolExecutor(CALLERS) as threads:
        calling = [threads.submit(call) for _ in range(CALLERS)]
        try:
            yield
        finally:
            over.set()
    for one in calling:
        one.result()


def _send_until_accepted(server: Server, post: Posted) -> None:
    pause = threading.Event()
    for _ in range(int(60 / PAUSE_SECONDS)):
        if post.send(server) and post.accepted:
            return
        pause.wait(PAUSE_SECONDS)
