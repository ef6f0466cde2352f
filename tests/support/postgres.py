"""A PostgreSQL server of the tests' own: on a free port of loopback, gone when they end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bench.services import postgres
from bench.services.postgres import PostgresServer
from tests.support.debian import skipped_where_missing

__all__ = ["PostgresServer", "running_postgres"]

SETTINGS = ["fsync=off", "max_connections=500"]
"""It does not wait for the disk, and bears several installations and the tests beside them."""


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Starts a server in a folder of its own."""
    with skipped_where_missing():
        postgres.programs_folder()
    with postgres.running_postgres(settings=SETTINGS) as server:
        yield server
