"""A server that dies by `kill -9` at a point of its own work (tests/support/killing_server.py)."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.databases import with_tables
from tests.support.partner import LOOPBACK
from tests.support.server import ROOT, Server, free_port


class KillingServer(Server):
    program = ROOT / "tests" / "support" / "killing_server.py"

    def wait_until_killed(self) -> None:
        """Waits until it killed itself."""
        assert self.wait_until_gone() == -signal.SIGKILL, self.errors()


POINTS = ["before-commit", "within-commit", "after-commit", "before-send", "after-send"]
"""Where a run may be cut off: around what is committed, and around what is sent."""


@contextmanager
def killing_server(folder: Path, point: str, after: int) -> Iterator[KillingServer]:
    """A server that kills itself when it passes a point for the n-th time."""
    settings = {**killing_settings(point, after), "PENSTOCK_ALLOW_PRIVATE": LOOPBACK}
    with_tables(folder / "data")
    server = KillingServer(folder, free_port(), [], settings)
    try:
        yield server
        server.wait_until_killed()
    finally:
        server.close()


def killing_settings(point: str, after: int) -> dict[str, str]:
    """The environment that says when a server kills itself."""
    return {"KILL_AT": point, "KILL_AFTER": str(after)}
