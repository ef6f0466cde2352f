"""Name look-ups that a caller can stop waiting for, one at a time for a name."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

Resolve = Callable[[str], Sequence[str]]
"""From a host name to its addresses as text. Raises OSError when there are none."""

T = TypeVar("T")


def system_resolve(name: str) -> Sequence[str]:
    """The addresses the machine's resolver gives, in its order. Raises socket.gaierror."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class SharedCalls(Generic[T]):
    """Runs a blocking function in a thread of its own, once for all who ask for the same key.

    getaddrinfo takes no timeout: whoever waits for it may leave, while the call goes on and its
    result is there for the next. A thread a call, because look-ups are few (their results are kept)
    and a pool would let slow names starve the others; daemons, because a stop must not wait.
    """

    def __init__(self, function: Callable[[str], T]) -> None:
        self._function = function
        self._pending: dict[str, Future[T]] = {}
        self._lock = threading.Lock()

    def call(self, key: str, timeout: float) -> T:
        """The function's result, or what it raised; TimeoutError after `timeout` seconds."""
        with self._lock:
            future = self._pending.get(key)
            if future is None:
                future = Future()
                # The thread removes its entry under this lock, so it cannot do so too early.
                threading.Thread(target=self._run, args=(key, future), daemon=True).start()
                self._pending[key] = future
        return future.result(timeout)

    def _run(self, key: str, future: Future[T]) -> None:
        try:
            result = self._function(key)
        except Exception as error:  # noqa: BLE001 -- it is raised again where the result is awaited
            self._forget(key)
            future.set_exception(error)
        else:
            self._forget(key)
            future.set_result(result)

    def _forget(self, key: str) -> None:
        with self._lock:
            del self._pending[key]
