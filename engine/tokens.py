"""The access tokens of this process: asked for once, used by all until shortly before they end."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from core.clock import Clock, Milliseconds
from core.duration import format_duration
from core.outcomes import Retry
from core.tokens import Gained, Token, Tokens

MOST_TOKENS = 1024
"""Tokens of all tenants; beyond that the one unused for the longest time is forgotten."""

Key = tuple[str, str]
"""A tenant, and its own key."""

Fetch = Callable[[], Gained]


class TokenCache:
    """Keeps tokens in memory alone, bounded; safe for threads."""

    def __init__(self, clock: Clock, most: int = MOST_TOKENS) -> None:
        self._clock = clock
        self._most = most
        self._kept: OrderedDict[Key, Token] = OrderedDict()
        self._awaited: dict[Key, Future[Gained]] = {}
        self._lock = threading.Lock()

    def of(self, tenant: str) -> Tokens:
        """What the attempts of one tenant see of it."""
        return TenantTokens(self, tenant)

    def get(self, key: Key, fetch: Fetch, patience: Milliseconds) -> Gained:
        """See `core.tokens.Tokens`."""
        with self._lock:
            kept = self._usable(key)
            if kept is not None:
                return kept
            awaited = self._awaited.get(key)
            if awaited is None:
                mine = self._awaited[key] = Future[Gained]()
        return self._fetch(key, mine, fetch) if awaited is None else _wait(awaited, patience)

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

    def _fetch(self, key: Key, mine: Future[Gained], fetch: Fetch) -> Gained:
        gained: Gained = Retry("the request for an access token broke off")
        try:
            gained = fetch()
        finally:
            self._settle(key, gained)
            mine.set_result(gained)
        return gained

    def _settle(self, key: Key, gained: Gained) -> None:
        with self._lock:
            del self._awaited[key]
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

    def get(self, key: str, fetch: Fetch, patience: Milliseconds) -> Gained:
        """See `core.tokens.Tokens`."""
        return self.cache.get((self.tenant, key), fetch, patience)

    def forget(self, key: str, token: Token) -> None:
        """See `core.tokens.Tokens`."""
        self.cache.forget((self.tenant, key), token)


def _wait(awaited: Future[Gained], patience: Milliseconds) -> Gained:
    try:
        return awaited.result(patience / 1000)
    except TimeoutError:
        waited = format_duration(patience)
        return Retry(f"no access token within {waited}; another attempt still asks for it")
