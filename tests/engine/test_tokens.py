"""Access tokens between attempts: kept for a while, bounded, and fetched once for all who wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.outcomes import Defer, Fail, Retry
from core.tokens import Gained, Token
from engine.tokens import TokenCache
from tests.support.builders import NOW
from tests.support.waiting import eventually
from tests.support.workbench import TurnedClock

PATIENCE = 60_000


def giving(*values: str, until: int = NOW + 1_000) -> Callable[[], Gained]:
    """Gives these tokens in turn."""
    waiting = list(values)
    return lambda: Token(waiting.pop(0), until)


def never() -> Gained:
    raise AssertionError("a token is there")


def test_a_token_is_kept_until_its_end() -> None:
    clock = TurnedClock()
    tokens = TokenCache(clock, 128).of("acme")
    fetch = giving("one", "two")

    assert tokens.get("key", fetch, PATIENCE) == Token("one", NOW + 1_000)
    clock.turn(999)
    assert tokens.get("key", never, PATIENCE) == Token("one", NOW + 1_000)
    clock.turn(1)
    assert tokens.get("key", fetch, PATIENCE) == Token("two", NOW + 1_000)


def test_tenants_share_nothing() -> None:
    cache = TokenCache(TurnedClock(), 128)
    cache.of("acme").get("key", giving("one"), PATIENCE)
    assert cache.of("other").get("key", giving("two"), PATIENCE) == Token("two", NOW + 1_000)


@pytest.mark.parametrize("failed", [Retry("later", 5), Fail("never")])
def test_a_failure_is_not_kept(failed: Gained) -> None:
    tokens = TokenCache(TurnedClock(), 128).of("acme")
    assert tokens.get("key", lambda: failed, PATIENCE) is failed
    assert tokens.get("key", giving("one"), PATIENCE) == Token("one", NOW + 1_000)


def test_a_token_that_is_not_taken_is_forgotten_a_newer_one_is_not() -> None:
    tokens = TokenCache(TurnedClock(), 128).of("acme")
    old = Token("one", NOW + 1_000)
    tokens.get("key", lambda: old, PATIENCE)
    tokens.forget("key", old)
    tokens.get("key", giving("two"), PATIENCE)
    tokens.forget("key", old)
    assert tokens.get("key", never, PATIENCE) == Token("two", NOW + 1_000)


def test_the_one_unused_for_the_longest_time_makes_room() -> None:
    tokens = TokenCache(TurnedClock(), 128, most=2).of("acme")
    for key in ("a", "b", "a", "c"):
        tokens.get(key, giving(key), PATIENCE)
    tokens.get("a", never, PATIENCE)
    assert tokens.get("b", giving("again"), PATIENCE) == Token("again", NOW + 1_000)


def test_those_who_ask_at_a_time_share_one_answer() -> None:
    get = TokenCache(TurnedClock(), 128).of("acme").get
    asked, may_answer = threading.Event(), threading.Event()
    token = Token("one", NOW + 1_000)

    def fetch() -> Gained:
        asked.set()
        assert may_answer.wait(60)
        return token

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(get, "key", fetch, PATIENCE)
        assert asked.wait(60)
        others = [pool.submit(get, "key", never, PATIENCE) for _ in range(7)]
        may_answer.set()
        assert [one.result(60) for one in (first, *others)] == [token] * 8


def test_who_waits_too_long_tries_again_later_and_who_asks_breaking_off_leaves_nobody_waiting() -> (
    None
):
    tokens = TokenCache(TurnedClock(), 128).of("acme")
    asked, may_break = threading.Event(), threading.Event()

    def broken() -> Gained:
        asked.set()
        assert may_break.wait(60)
        raise ZeroDivisionError

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(tokens.get, "key", broken, PATIENCE)
        assert asked.wait(60)
        impatient = tokens.get("key", never, 1)
        may_break.set()
        with pytest.raises(ZeroDivisionError):
            first.result(60)

    assert impatient == Retry("no access token within 1ms; another attempt still asks for it")
    assert tokens.get("key", giving("one"), PATIENCE) == Token("one", NOW + 1_000)


def test_a_provider_that_does_not_answer_leaves_threads_to_others() -> None:
    """A quarter of the places wait; who comes then is put off, apart, and waits in no thread."""
    clock = TurnedClock()
    cache = TokenCache(clock, 32)
    get, of_a_caller = cache.of("acme", placed=True).get, cache.of("acme").get
    asked, may_answer = threading.Event(), threading.Event()
    token = Token("one", NOW + 60_000)

    def fetch() -> Gained:
        asked.set()
        assert may_answer.wait(60)
        return token

    with ThreadPoolExecutor(16) as pool:
        first = pool.submit(get, "key", fetch, PATIENCE)
        assert asked.wait(60)
        clock.turn(3_200)
        waiting = [pool.submit(get, "key", never, PATIENCE) for _ in range(8)]
        assert eventually(lambda: cache._queues[("acme", "key")].waiting == 8)
        caller = pool.submit(of_a_caller, "key", never, PATIENCE)

        turned_away = [get("key", never, PATIENCE) for _ in range(2)]

        may_answer.set()
        assert [one.result(60) for one in (first, *waiting, caller)] == [token] * 10
    words = (
        "8 steps wait already for the access token that one of them asks for; this one waits for "
        "its turn"
    )
    assert turned_away == [Defer(NOW + 6_400, words), Defer(NOW + 6_500, words)]
    assert get("key", never, PATIENCE) == token
    assert cache._places.limit("acme") == 8
