"""Posting to a server over keep-alive connections, and reading what it answers."""

from __future__ import annotations

import re
import socket
import time
from dataclasses import dataclass

RECEIVE_SIZE = 65_536
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """What is posted where, and the status that counts as an answer."""

    port: int
    path: str
    body: bytes
    expected_status: int
    host: str = "127.0.0.1"

    def request(self) -> bytes:
        """The request as it goes over the wire, the same each time."""
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


class UnexpectedAnswer(Exception):
    """The server answered something else than the target expects."""


class Connection:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, target: Target) -> None:
        self.socket = socket.create_connection((target.host, target.port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = target.request()
        self._expected = str(target.expected_status).encode()
        self._received = b""
        self._sent_at = 0.0

    def send(self) -> None:
        """Posts the request."""
        self._sent_at = time.perf_counter()
        self.socket.sendall(self._request)

    def receive(self) -> float | None:
        """Reads what is there; the seconds since the post once the answer is whole, else None."""
        chunk = self.socket.recv(RECEIVE_SIZE)
        self._received = self._received + chunk if self._received else chunk
        if not chunk:
            raise UnexpectedAnswer("the server closed the connection")
        if not _is_whole(self._received):
            return None
        if self._received[9:12] != self._expected:
            raise UnexpectedAnswer(self._received[:2000].decode(errors="replace"))
        self._received = b""
        return time.perf_counter() - self._sent_at


def _is_whole(received: bytes) -> bool:
    head_end = received.find(b"\r\n\r\n")
    if head_end < 0:
        return False
    length = _CONTENT_LENGTH.search(received, 0, head_end + 2)
    if length is None:
        raise UnexpectedAnswer("an answer without Content-Length")
    return len(received) == head_end + 4 + int(length[1])
