"""The access tokens of this process: asked for once, used by all until shortly before they end."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from core.clock import Clock, Milliseconds
from core.outcomes import Retry
from core.tokens import Gained, Token, Tokens
from engine.care.places import Places
from engine.token_queue import TokenQueue

MOST_TOKENS = 1024
"""Tokens of all tenants; beyond that the one unused for the longest time is forgotten."""

Key = tuple[str, str]
"""A tenant, and its own key."""

Fetch = Callable[[], Gained]


class TokenCache:
    """Keeps tokens in memory alone, bounded; safe for threads.

    `places` is how many executors' threads may wait for tokens that others ask for, all together: a
    provider that does not answer must leave threads to runs that need none of its tokens.
    """

    def __init__(self, clock: Clock, places: int, most: int = MOST_TOKENS) -> None:
        self._clock = clock
        self._most = most
        self._places = Places(places)
        self._kept: OrderedDict[Key, Token] = OrderedDict()
        self._queues: dict[Key, TokenQueue] = {}
        self._lock = threading.Lock()

    def of(self, tenant: str, *, placed: bool = False) -> Tokens:
        """What an attempt of a tenant sees of it; `placed`: one in an executor's thread."""
        return TenantTokens(self, tenant, placed)

    def get(self, key: Key, fetch: Fetch, patience: Milliseconds, *, placed: bool) -> Gained:
        """See `core.tokens.Tokens`. Whoever finds no place to wait in is put off."""
        with self._lock:
            kept = self._usable(key)
            if kept is not None:
                return kept
            queue = self._queues.get(key)
            if queue is None:
                mine = self._queues[key] = TokenQueue(self._clock.now())
            elif placed and queue.waiting >= self._places.limit(key[0]):
                return queue.turn_away(self._clock.now())
            elif placed:
                self._take_place(key, queue)
        if queue is None:
            return self._fetch(key, mine, fetch)
        try:
            return queue.wait(patience)
        finally:
            if placed:
                self._give_back_place(key, queue)

    def forget(self, key: Key, token: Token) -> None:
        """See `core.tokens.Tokens`."""
        with self._lock:
            if self._kept.get(key) == token:
                del self._kept[key]

    def _usable(self, key: Key) -> Token | None:
        kept = self._kept.get(key)
        if kept is None or kept.usable_until <= self._clock.now():
            return None
        self._kept.move_to_end(key)
        return kept

    def _take_place(self, key: Key, queue: TokenQueue) -> None:
        self._places.take(key[0])
        queue.waiting += 1

    def _give_back_place(self, key: Key, queue: TokenQueue) -> None:
        with self._lock:
            self._places.give_back(key[0])
            queue.waiting -= 1

    def _fetch(self, key: Key, mine: TokenQueue, fetch: Fetch) -> Gained:
        gained: Gained = Retry("the request for an access token broke off")
        try:
            gained = fetch()
        finally:
            self._settle(key, gained)
            mine.tell(gained)
        return gained

    def _settle(self, key: Key, gained: Gained) -> None:
        with self._lock:
            del self._queues[key]
            if isinstance(gained, Token):
                self._kept[key] = gained
                self._kept.move_to_end(key)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True)
class TenantTokens:
    """One tenant's share of a cache (`core.tokens.Tokens`)."""

    cache: TokenCache
    tenant: str
    placed: bool

    def get(self, key: str, fetch: Fetch, patience: Milliseconds) -> Gained:
        """See `core.tokens.Tokens`."""
        return self.cache.get((self.tenant, key), fetch, patience, placed=self.placed)

    def forget(self, key: str, token: Token) -> None:
        """See `core.tokens.Tokens`."""
        self.cache.forget((self.tenant, key), token)
