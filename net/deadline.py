"""One moment by which an attempt has to be over, and sockets that keep to it."""

from __future__ import annotations

import math
import socket
import ssl
import time
from typing import TYPE_CHECKING

from core.duration import format_duration

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_LONGEST = 86_400.0
"""Seconds; far beyond any attempt, far below what a socket's timeout overflows at."""


_SLACK = 0.05
"""Seconds by which a socket may keep to its deadline too early or too late."""


class Deadline:
    """A moment some seconds from now, on the monotonic clock; as text, the time it gave (`15s`)."""

    def __init__(self, seconds: float) -> None:
        self._seconds = min(seconds, _LONGEST)
        self._at = time.monotonic() + self._seconds

    def __str__(self) -> str:
        return format_duration(max(round(self._seconds * 1000), 0))

    def remaining(self) -> float:
        """The seconds left, more than 0. Raises TimeoutError when none are."""
        seconds = self.left
        if not seconds:
            raise TimeoutError("the deadline has passed")
        return seconds

    def at_most(self, seconds: float) -> Deadline:
        """This deadline, or one so many seconds from now when that is earlier."""
        return self if seconds >= self.left else Deadline(seconds)

    @property
    def left(self) -> float:
        """The seconds left, at least 0."""
        return max(self._at - time.monotonic(), 0.0)


class DeadlineSocket(socket.socket):
    """A socket whose timeout is a total: `settimeout(15)` gives everything that follows 15 seconds.

    An ordinary timeout begins anew with every byte, so a peer that drips one a second is never cut.
    http.client needs no change for it: the lines of a head and the pieces of a body all come out of
    the time that was set when the request was written.
    """

    received: int = 0
    """Bytes that ever came in; tells whether a peer went away before it said anything."""

    last_moment: float = math.inf
    """On the monotonic clock; no timeout reaches beyond it, for libraries that set their own."""

    _until: float = math.inf
    _armed: float | None = None

    def settimeout(self, value: float | None, /) -> None:
        """Sets the seconds for all calls from here on together; None is no limit."""
        if self.last_moment < math.inf:
            left = max(self.last_moment - time.monotonic(), 0.0)
            value = left if value is None else min(value, left)
        self._until = math.inf if value is None else time.monotonic() + value
        self._arm_with(value)

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        """As in socket, within the total."""
        self._arm()
        size = nbytes or memoryview(buffer).nbytes
        count = super().recv_into(buffer, size, flags)
        self.received += count
        return count

    def send(self, data: ReadableBuffer, flags: int = 0, /) -> int:
        """As in socket, within the total; SSLSocket.sendall goes through here."""
        self._arm()
        return super().send(data, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0, /) -> None:
        """As in socket, within the total."""
        self._arm()
        super().sendall(data, flags)

    def _arm(self) -> None:
        remaining = self._until - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the deadline has passed")
        self._arm_with(None if remaining == math.inf else remaining)

    def _arm_with(self, value: float | None) -> None:
        """Tells the system, unless what it knows is as good: each time costs two calls to it."""
        known = self._armed
        if value is None or known is None or abs(value - known) > _SLACK:
            super().settimeout(value)
            self._armed = value


class DeadlineTlsSocket(DeadlineSocket, ssl.SSLSocket):
    """The same under TLS; an SSLContext makes it when it is its `sslsocket_class`."""
