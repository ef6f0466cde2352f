"""How long somebody waited for a connection to the database is measured."""

from __future__ import annotations

import pytest

from core.errors import StorageUnavailable
from core.meters import SilentMeters
from store import Cipher, open_store
from store.database import Database
from store.engines import READERS


class Waits(SilentMeters):
    """Keeps every wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def connection_awaited(self, seconds: float) -> None:
        self.seconds.append(seconds)


def test_each_connection_of_a_read_and_a_write_is_counted(database_url: str) -> None:
    waits = Waits()
    store = open_store(database_url, Cipher(b"a key of the tests"), waits)
    waits.seconds.clear()
    store.tenants.get("acme")
    read = len(waits.seconds)
    store.check()
    store.close()

    assert read == 1
    assert min(waits.seconds) >= 0


def test_a_wait_in_vain_is_counted_too(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = Waits()
    database = Database(sqlite_url, waits)
    monkeypatch.setattr(database.engine.pool, "_timeout", 0.05)
    held = [database.connect() for _ in range(READERS)]
    waits.seconds.clear()
    with pytest.raises(StorageUnavailable):
        database.connect()
    for connection in held:
        connection.close()
    database.close()

    assert len(waits.seconds) == 1
