"""`penstock` that dies at a point of its own work as by `kill -9`: started in place of app.py.

`KILL_AT` names the point, `KILL_AFTER` how many times it is passed before, and at which the process
and its supervisor are killed. What happens before the first post or tick does not count, except in
a worker, which gets neither, and at the points of the sweep and of the deletion of old rows, which
a start makes too.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from app import main
from engine.departure import Departure
from engine.intake import Intake
from engine.retention.service import RetentionService
from engine.schedules.ticker import Ticker
from engine.subscriptions.transitions import DeliveryTransitions
from engine.transitions import Transitions
from net import PooledSender
from store import writers
from store.database import Database
from store.postgres_writer import PostgresWriter
from store.writers import ConnectionWriter, ProcessWriter


class KillPoint:
    """Counts how often a point is passed, and kills at the last."""

    def __init__(self, name: str, times: int) -> None:
        self._name = name
        self._left = times
        self._lock = threading.Lock()
        self.armed = threading.Event()

    def __call__(self, name: str) -> None:
        if name != self._name or not self.armed.is_set():
            return
        with self._lock:
            self._left -= 1
            if self._left <= 0:
                die()


def die() -> NoReturn:
    os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives this")


def patch(owner: Any, name: str, around: Callable[..., Any]) -> None:
    """Puts `around` in place of a method or a function; it gets the original first."""
    original = getattr(owner, name)
    setattr(owner, name, lambda *args, **options: around(original, *args, **options))


def around(point: KillPoint, name: str) -> Callable[..., Any]:
    """Lays a point before and one after a function."""

    def call(original: Any, *args: Any) -> Any:
        point(f"before-{name}")
        result = original(*args)
        point(f"after-{name}")
        return result

    return call


def behind(point: KillPoint, name: str) -> Callable[..., Any]:
    """Lays a point where a function has done it, and nobody has heard of it."""

    def call(original: Any, *args: Any) -> Any:
        result = original(*args)
        point(name)
        return result

    return call


def pass_points(point: KillPoint) -> None:
    """Lays the points around the seams of the program."""

    deleting = threading.Event()

    def write(original: Any, *args: Any) -> None:
        point("before-commit")
        original(*args)
        point("after-commit")

    def hear(original: Any, *args: Any) -> Any:
        # The writer has been told, and commits or does not; nobody hears of it.
        point("within-commit")
        if deleting.is_set():
            point("within-deletion")
        return original(*args)

    @contextmanager
    def transaction(original: Any, *args: Any) -> Iterator[Any]:
        with original(*args) as cursor:
            yield cursor
            point("within-commit")

    def delete(original: Any, *args: Any) -> None:
        deleting.set()
        around(point, "deletion")(original, *args)
        deleting.clear()

    def receive(original: Any, *args: Any) -> Any:
        point.armed.set()
        return original(*args)

    def fire(original: Any, *args: Any) -> Any:
        point.armed.set()
        return around(point, "tick")(original, *args)

    patch(ProcessWriter, "write", write)
    patch(ConnectionWriter, "write", write)
    patch(PostgresWriter, "write", write)
    patch(PostgresWriter, "write_row", behind(point, "within-commit"))
    patch(Database, "transaction", transaction)
    patch(writers, "_hear", hear)
    patch(Intake, "_within_quotas", around(point, "accept"))
    patch(PooledSender, "send", around(point, "send"))
    patch(Departure, "finish", around(point, "end"))
    patch(Transitions, "rescue", around(point, "rescue"))
    patch(Transitions, "claim_due", around(point, "claim"))
    patch(DeliveryTransitions, "rescue", around(point, "delivery-rescue"))
    patch(DeliveryTransitions, "claim_due", around(point, "delivery-claim"))
    patch(RetentionService, "_delete", delete)
    patch(Intake, "receive", receive)
    patch(Ticker, "_fire", fire)


if __name__ == "__main__":
    point = KillPoint(os.environ["KILL_AT"], int(os.environ["KILL_AFTER"]))
    if os.environ["KILL_AT"].endswith(("rescue", "claim", "deletion")) or "worker" in sys.argv:
        point.armed.set()
    pass_points(point)
    sys.exit(main())
