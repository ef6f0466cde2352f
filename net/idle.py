"""Open connections that wait for their next request."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Container

from core.networks import IPAddress
from net.connections import Connection, PoolKey


class IdleConnections:
    """A bounded store of idle connections, the latest used first, safe for threads.

    They are kept by origin and client certificate: at most `per_origin` of each and `most` in all.
    Beyond that the origin unused for the longest time loses its oldest. None is used after
    `lifetime` seconds: partners close what is idle, most after 5 to 75 seconds, and a request that
    crosses that is lost. `now` (seconds, monotonic) is for tests. Not to be carried over a fork.
    """

    def __init__(
        self,
        per_origin: int = 64,
        most: int = 512,
        lifetime: float = 30.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lifetime = lifetime
        self._now = now
        self._per_origin = per_origin
        self._most = most
        self._by_key: OrderedDict[PoolKey, list[Connection]] = OrderedDict()
        self._count = 0
        self._closed = False
        self._lock = threading.Lock()

    @property
    def count(self) -> int:
        """How many wait now."""
        return self._count

    def take(self, key: PoolKey, addresses: Container[IPAddress]) -> Connection | None:
        """An open connection of the key to one of the addresses, or None."""
        while True:
            connection = self._pop(key, addresses)
            # Readable without a question asked: the partner closed, or says what nobody asked for.
            if connection is None or connection.is_quiet:
                return connection
            connection.close()

    def give(self, connection: Connection) -> None:
        """Keeps a connection whose answer has been read whole, or closes it."""
        connection.idle_since = self._now()
        for surplus in self._push(connection):
            surplus.close()

    def close(self) -> None:
        """Closes all idle connections, and from now on every one that is given."""
        with self._lock:
            self._closed = True
            waiting = [one for stack in self._by_key.values() for one in stack]
            self._by_key.clear()
            self._count = 0
        for connection in waiting:
            connection.close()

    def _pop(self, key: PoolKey, addresses: Container[IPAddress]) -> Connection | None:
        expired = self._now() - self._lifetime
        with self._lock:
            stack = self._by_key.get(key, [])
            for index in range(len(stack) - 1, -1, -1):
                if stack[index].idle_since > expired and stack[index].address in addresses:
                    return self._remove(key, index)
        return None

    def _push(self, connection: Connection) -> list[Connection]:
        """Adds it and returns those that have to go, perhaps itself."""
        key = connection.pool_key
        with self._lock:
            if self._closed:
                return [connection]
            self._by_key.setdefault(key, []).append(connection)
            self._by_key.move_to_end(key)
            self._count += 1
            return self._surplus(key)

    def _surplus(self, key: PoolKey) -> list[Connection]:
        gone = []
        if len(self._by_key[key]) > self._per_origin:
            gone.append(self._remove(key, 0))
        if self._count > self._most:
            gone.append(self._remove(next(iter(self._by_key)), 0))
        expired = self._now() - self._lifetime
        while self._count:
            oldest = next(iter(self._by_key))
            if self._by_key[oldest][0].idle_since > expired:
                break
            gone.append(self._remove(oldest, 0))
        return gone

    def _remove(self, key: PoolKey, index: int) -> Connection:
        stack = self._by_key[key]
        connection = stack.pop(index)
        if not stack:
            del self._by_key[key]
        self._count -= 1
        return connection
