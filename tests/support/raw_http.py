"""Requests byte by byte, for what no HTTP library would send."""

from __future__ import annotations

import http.client
import io
import json
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class RawReply:
    """What a server answered; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def connect(url: str) -> socket.socket:
    """A connection to the server of a URL."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    return socket.create_connection((parts.hostname, parts.port or 80), timeout=PATIENCE)


def send_raw(url: str, *pieces: bytes, method: str = "POST", end: bool = False) -> RawReply | None:
    """Sends bytes as they are; the answer, or None when the server just closed the connection.

    `method` says how to read the answer; with `end` nothing more will come from our side.
    """
    with connect(url) as connection:
        # A server may refuse and close while there is still something to send.
        with suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
            if end:
                connection.shutdown(socket.SHUT_WR)
        return read_reply(connection, method)


def read_reply(connection: socket.socket, method: str = "POST") -> RawReply | None:
    """The next answer on a connection, None when it ends without one."""
    response = http.client.HTTPResponse(connection, method=method)
    try:
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return RawReply(response.status, headers, response.read())
    except (http.client.HTTPException, ConnectionError):
        return None
    finally:
        response.close()


def request_bytes(
    method: str, target: str | bytes, headers: Mapping[str, str], body: bytes = b""
) -> bytes:
    """A request as it goes over the wire, with exactly these headers after `Host`."""
    written = io.BytesIO()
    line = target if isinstance(target, bytes) else target.encode()
    written.write(b"%s %s HTTP/1.1\r\nHost: penstock.test\r\n" % (method.encode(), line))
    for name, value in headers.items():
        written.write(f"{name}: {value}\r\n".encode("latin-1"))
    written.write(b"\r\n" + body)
    return written.getvalue()


def chunked(pieces: Iterable[bytes]) -> bytes:
    """A body in chunks (RFC 9112, section 7.1)."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
