"""Ids are UUIDs of version 7 and sort by the time they were made."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.ids import IdMaker, new_id


@pytest.fixture
def clock(monkeypatch):
    """The machine's clock, in milliseconds, as the test sets it."""
    hands = {"now": 1_700_000_000_000}
    monkeypatch.setattr(time, "time_ns", lambda: hands["now"] * 1_000_000)
    return hands


def timestamp(text):
    return uuid.UUID(text).int >> 80


def test_an_id_is_a_uuid_of_version_7_with_the_time_in_front(clock):
    made = uuid.UUID(IdMaker()())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert timestamp(str(made)) == clock["now"]


def test_ids_of_one_millisecond_keep_their_order(clock):
    maker = IdMaker()
    ids = [maker() for _ in range(4096)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {timestamp(made) for made in ids} == {clock["now"]}


def test_a_full_millisecond_borrows_from_the_next(clock):
    maker = IdMaker()
    ids = [maker() for _ in range(4097)]
    assert ids == sorted(ids)
    assert timestamp(ids[-1]) == clock["now"] + 1


def test_ids_do_not_go_back_when_the_clock_does(clock):
    maker = IdMaker()
    before = maker()
    clock["now"] -= 60_000
    assert maker() > before


def test_threads_never_get_the_same_id():
    with ThreadPoolExecutor(4) as threads:
        batches = threads.map(lambda _: [new_id() for _ in range(1000)], range(4))
    ids = [made for batch in batches for made in batch]
    assert len(set(ids)) == 4000
