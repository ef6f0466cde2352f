"""A partner system on the loopback that does exactly what a test wants, byte by byte."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Received:
    line: str
    headers: dict[str, str]
    body: bytes


class Visitor:
    """One connection, seen from the partner's side."""

    def __init__(self, partner: Partner, connection: socket.socket) -> None:
        self._partner = partner
        self._connection = connection
        self._stream = connection.makefile("rb")

    @property
    def client(self) -> str:
        """The common name in the certificate that the other side shows, or nothing."""
        assert isinstance(self._connection, ssl.SSLSocket)
        shown = self._connection.getpeercert() or {}
        subject: Any = shown.get("subject", ())
        return "".join(value for ((name, value),) in subject if name == "commonName")

    def request(self) -> Received | None:
        """The next request, or None when the connection ended."""
        line = self._stream.readline().decode("latin-1").rstrip("\r\n")
        if not line:
            return None
        headers: dict[str, str] = {}
        while field := self._stream.readline().rstrip(b"\r\n"):
            name, _, value = field.partition(b":")
            key, text = name.decode().lower(), value.strip().decode()
            headers[key] = f"{headers[key]} and {text}" if key in headers else text
        body = self._stream.read(int(headers.get("content-length", 0)))
        received = Received(line, headers, body)
        self._partner.requests.append(received)
        return received

    def send(self, data: bytes) -> None:
        self._connection.sendall(data)

    def drip(self, data: bytes) -> None:
        """Sends a byte every few milliseconds, until the other side or the test has gone."""
        for index in range(len(data)):
            self._connection.sendall(data[index : index + 1])
            if self._partner.closing.wait(0.01):
                return

    def pause(self, seconds: float) -> None:
        """Waits so long, or until the test is over."""
        self._partner.closing.wait(seconds)

    def wait(self) -> None:
        """Says nothing until the test is over."""
        self._partner.closing.wait(10)

    def reset(self) -> None:
        """Ends the connection with RST instead of FIN."""
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def close(self) -> None:
        self._stream.close()
        self._connection.close()


Script = Callable[[Visitor], None]


class Partner:
    """Serves every connection in a thread by its script, then closes it."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Received] = []
        self.connections = 0
        self.closing = threading.Event()
        self._script = script
        self._tls = tls
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def url(self, path: str = "/", scheme: str = "http", host: str = "partner.example") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def finish(self) -> None:
        """Waits until every script so far has ended."""
        for thread in self._threads[1:]:
            thread.join()

    def close(self) -> None:
        self.closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.finish()
        self._listener.close()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        self._open.add(connection)
        with suppress(OSError):
            if self._tls is not None:
                # The handshake comes with the first read, once close() knows the socket.
                connection = self._tls.wrap_socket(
                    connection, server_side=True, do_handshake_on_connect=False
                )
                self._open.add(connection)
            visitor = Visitor(self, connection)
            try:
                self._script(visitor)
            finally:
                visitor.close()
        connection.close()


def answer(body: bytes = b"ok", status: str = "200 OK", *fields: str) -> bytes:
    """A whole response with a content length."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", ""]
    return "\r\n".join(head).encode("latin-1") + body


def always(*responses: bytes) -> Script:
    """Answers each request of a connection with the next response, the last one for ever."""

    def script(visitor: Visitor) -> None:
        count = 0
        while visitor.request():
            visitor.send(responses[min(count, len(responses) - 1)])
            count += 1

    return script


def once(response: bytes) -> Script:
    """Answers one request and closes the connection."""

    def script(visitor: Visitor) -> None:
        visitor.request()
        visitor.send(response)

    return script
