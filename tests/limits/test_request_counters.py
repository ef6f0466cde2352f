"""Requests are counted: never more than a limit's amount in any stretch of its period."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from unittest import mock
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from core.limits import Admission, Limit, RequestCounter
from core.rates import parse_rate
from store import redis_counter
from store.redis_counter import RedisCounter
from store.request_counters import MemoryCounter, open_counter
from tests.support.redis import RedisServer, running_redis

AT_ONCE = 100


def limit(rate: str, policy: str = "trigger") -> Limit:
    """A limit that nobody has counted under yet."""
    return Limit(policy, parse_rate(rate), f"{policy}:{uuid4()}")


@contextmanager
def turned_time() -> Iterator[list[float]]:
    """Time that stands still but for what a test adds to it."""
    moment = [1_800_000_000.0]
    with mock.patch.object(time, "time", lambda: moment[0]):
        yield moment


def test_of_many_at_once_as_many_are_let_in_as_fit(counter: RequestCounter) -> None:
    for _ in range(20):
        bounds = [limit("10/h")]
        together = threading.Barrier(AT_ONCE)

        def come(bounds: list[Limit] = bounds, together: threading.Barrier = together) -> Admission:
            together.wait()
            return counter.take(bounds)

        with ThreadPoolExecutor(AT_ONCE) as people:
            admissions = list(people.map(lambda _: come(), range(AT_ONCE)))

        assert sum(one.full is None for one in admissions) == 10


def test_what_one_limit_keeps_out_takes_no_place_of_another(counter: RequestCounter) -> None:
    wide, narrow = limit("10/h", "tenant"), limit("3/h")

    admissions = [counter.take([wide, narrow]) for _ in range(8)]

    assert [one.full is None for one in admissions] == [True] * 3 + [False] * 5
    assert {one.full.limit.policy for one in admissions if one.full} == {"trigger"}
    assert counter.take([wide]).standings[0].left == 10 - 3 - 1


def test_who_looks_takes_no_place(counter: RequestCounter) -> None:
    bounds = [limit("1/h")]

    assert [counter.look(bounds).full for _ in range(3)] == [None] * 3
    assert counter.take(bounds).full is None
    looked = counter.look(bounds).full
    assert looked is not None
    assert (looked.left, looked.limit) == (0, bounds[0])


def test_each_count_is_its_own(counter: RequestCounter) -> None:
    assert [counter.take([limit("1/h")]).full for _ in range(5)] == [None] * 5


def test_who_is_let_in_learns_what_is_left(counter: RequestCounter) -> None:
    bounds = [limit("3/h")]

    left = [standing.left for _ in range(3) for standing in counter.take(bounds).standings]

    assert left == [2, 1, 0]


GAPS = st.lists(st.integers(0, 7_200).map(lambda eighths: eighths * 125), min_size=1, max_size=60)
"""Milliseconds, in eighths of a second: seconds as binary fractions hold these exactly."""


@pytest.mark.parametrize("amount", [1, 3, 7])
@given(gaps=GAPS)
@settings(max_examples=60)
def test_in_no_stretch_of_the_period_are_there_more_and_no_place_is_left_empty(
    amount: int, gaps: list[int]
) -> None:
    """Whatever the moments at which requests come."""
    counter, bounds = MemoryCounter(), [limit(f"{amount}/h")]
    taken: list[int] = []
    with turned_time() as moment:
        for now in running_sums(gaps):
            moment[0] = 1_800_000_000 + now / 1000
            admission = counter.take(bounds)
            within = [one for one in taken if now - 3_600_000 <= one]
            assert (admission.full is None) == (len(within) < amount)
            if admission.full is None:
                taken.append(now)
            else:
                assert admission.full.wait == within[0] + 3_600_001 - now


def running_sums(gaps: list[int]) -> Iterator[int]:
    now = 0
    for gap in gaps:
        now += gap
        yield now


def test_after_the_wait_there_is_a_place(counter: RequestCounter) -> None:
    bounds = [limit("2/h")]
    with turned_time() as moment:
        counter.take(bounds)
        moment[0] += 600
        counter.take(bounds)
        moment[0] += 60
        full = counter.take(bounds).full
        assert full is not None

        moment[0] += (full.wait - 1) / 1000
        assert counter.take(bounds).full is not None
        moment[0] += 0.001
        assert counter.take(bounds).full is None
        assert counter.take(bounds).full is not None


def test_a_clock_that_was_put_back_keeps_nobody_out(counter: RequestCounter) -> None:
    bounds = [limit("1/m")]
    with turned_time() as moment:
        counter.take(bounds)
        moment[0] -= 86_400
        assert counter.look(bounds).full is None
        assert counter.take(bounds).full is None
        assert counter.take(bounds).full is not None


def test_processes_that_share_a_redis_share_the_counts(redis: RedisServer) -> None:
    bounds = [limit("10/h")]
    counters = [open_counter(redis.url) for _ in range(4)]

    with ThreadPoolExecutor(AT_ONCE) as people:
        admissions = list(
            people.map(lambda number: counters[number % 4].take(bounds), range(AT_ONCE))
        )

    assert sum(one.full is None for one in admissions) == 10
    for counter in counters:
        counter.close()


def test_while_redis_is_gone_everybody_is_let_in_and_one_line_says_so(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_counter, "PAUSE_SECONDS", 0.0)
    with running_redis() as server, caplog.at_level(logging.WARNING):
        counter, bounds = RedisCounter(server.url), [limit("1/h")]
        assert [counter.take(bounds).full is None for _ in range(2)] == [True, False]

        server.stop()
        admissions = [counter.take(bounds) for _ in range(5)]
        looks = [counter.look(bounds) for _ in range(5)]

        assert admissions + looks == [Admission()] * 10
        assert [record.message.partition(":")[0] for record in caplog.records] == [
            "Redis is gone, so that no limit of requests holds"
        ]

        server.start()
        assert [counter.take(bounds).full is None for _ in range(2)] == [True, False]
        assert caplog.records[-1].message == "Redis is back, and limits of requests hold again"
        counter.close()


def test_a_redis_that_failed_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else each request would wait for it."""
    with running_redis() as server:
        counter, bounds = RedisCounter(server.url), [limit("1/h")]
        server.stop()
        counter.take(bounds)
        server.start()

        assert [counter.take(bounds) for _ in range(3)] == [Admission()] * 3
        later = time.monotonic() + redis_counter.PAUSE_SECONDS
        monkeypatch.setattr(time, "monotonic", lambda: later)
        assert [counter.take(bounds).full is None for _ in range(2)] == [True, False]
        counter.close()


def test_a_redis_that_is_not_there_at_the_start_stops_nothing() -> None:
    counter = open_counter("redis://127.0.0.1:1/0")

    assert counter.take([limit("1/h")]) == Admission()
    counter.close()


def test_what_is_no_address_of_a_redis_is_refused() -> None:
    with pytest.raises(ConfigError, match="PENSTOCK_REDIS_URL cannot be used"):
        open_counter("http://redis.example")
