"""The database's clock, by which all machines count, whatever their own say."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from store import Cipher, SqlStore, open_store
from store import clock as clocks
from store.clock import DatabaseClock
from tests.support.databases import postgres_database
from tests.support.postgres import PostgresServer

HOUR = 3_600_000


class Machine:
    """A machine's clocks: that of the day is an hour behind, and `slept` is not counted."""

    def __init__(self) -> None:
        self.slept = 0
        self.wrong_by = -HOUR

    def monotonic_ns(self) -> int:
        return time.monotonic_ns() - self.slept * 1_000_000

    def time_ns(self) -> int:
        return time.time_ns() + self.wrong_by * 1_000_000


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    ticking = SimpleNamespace(monotonic_ns=made.monotonic_ns, time_ns=made.time_ns)
    monkeypatch.setattr(clocks, "time", ticking)
    return made


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres_database(postgres)


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    opened = open_store(url, Cipher(b"a key of the tests"))
    yield opened
    opened.close()


class Watch:
    """Looks at a clock, and at the database's before and after, as `psql` would show it."""

    def __init__(self, url: str) -> None:
        self._url = url.replace("+psycopg", "")

    def is_right(self, clock: DatabaseClock) -> bool:
        """Whether it is as right as its being set and a look at it took time."""
        began = time.monotonic_ns()
        clock.set()
        off_by = (time.monotonic_ns() - began) // 1_000_000 + 1
        return self.is_within(clock, off_by)

    def is_within(self, clock: DatabaseClock, milliseconds: int) -> bool:
        before = self._now()
        now = clock.now()
        return before - milliseconds <= now <= self._now() + milliseconds

    def _now(self) -> int:
        with psycopg.connect(self._url) as connection:
            row = connection.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        return int(row[0].timestamp() * 1000)


def clock_of(store: SqlStore) -> DatabaseClock:
    found = store.clock()
    assert found is not None
    return found


def test_it_is_the_databases_time_whatever_the_machine_says(
    store: SqlStore, url: str, machine: Machine
) -> None:
    clock = clock_of(store)
    assert Watch(url).is_right(clock)

    before = clock.now()
    machine.wrong_by = 24 * HOUR
    assert clock.now() - before < HOUR


def test_a_machine_that_slept_is_right_again_once_it_is_set(
    store: SqlStore, url: str, machine: Machine
) -> None:
    clock = clock_of(store)
    machine.slept = 8 * HOUR
    assert not Watch(url).is_within(clock, HOUR)

    assert Watch(url).is_right(clock)


def test_an_answer_that_comes_late_does_not_put_it_back(
    store: SqlStore, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would show a lease as held that is over, and the run of another as one's own."""
    clock = clock_of(store)
    read, held = clock._database.read, 25_000

    def read_late(work: Any) -> Any:
        told = read(work)
        machine.slept -= held
        return told

    before = clock.now()
    monkeypatch.setattr(clock._database, "read", read_late)
    clock.set()

    assert clock.now() - before > held * 0.9
