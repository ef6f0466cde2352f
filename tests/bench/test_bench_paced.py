"""A fixed schedule: requests that have to wait are counted from the moment they were due."""

from __future__ import annotations

import pytest

from bench import servers
from bench.paced import Pace, Paced, measure_paced, pace_through
from bench.posting import Target, UnexpectedAnswer


def target(server: servers.Server, status: int = 200) -> Target:
    return Target(server.port, "/partners/p-88/sync", b'{"id":"4711"}', status)


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    with servers.slow_upstream(tmp_path_factory.mktemp("slow")) as server:
        yield server


def test_answers_are_timed_from_a_process_of_its_own(slow):
    paced = measure_paced(target(slow), Pace(rate=40, seconds=0.5, warm_up=0))
    assert paced.rate == 40
    assert 300 <= paced.median_ms <= paced.p99_ms


def test_who_finds_no_free_connection_has_waited_all_the_same(slow):
    """One connection answers 3 a second, and 20 are due: the last waits for all before it."""
    pace = Pace(rate=40, seconds=0.2, warm_up=0, connections=1)
    paced = pace_through(target(slow), pace)
    assert paced.p99_ms >= 8 * 300 - 200
    assert paced.median_ms > 1000


def test_what_was_due_while_warming_up_is_not_counted(slow):
    with pytest.raises(UnexpectedAnswer, match="nothing was due"):
        pace_through(target(slow), Pace(rate=20, seconds=0, warm_up=0.1))


def test_another_status_is_shown_instead_of_counted(slow):
    with pytest.raises(UnexpectedAnswer, match="200 OK"):
        pace_through(target(slow, status=202), Pace(rate=20, seconds=0.1, warm_up=0))


def test_the_ratio_is_of_the_slowest_hundredth_to_the_median():
    assert Paced(rate=100, median_ms=2.0, p99_ms=7.0).ratio == 3.5
