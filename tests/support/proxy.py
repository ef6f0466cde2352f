"""A way over loopback to a server that a test can cut: what is sent is lost in silence, or late."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

PIECE = 65_536


class Proxy:
    """Passes bytes on in both directions. Connections stay open whatever is held."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._upstream = ("127.0.0.1", port)
        self._requests_pass, self._answers_pass = threading.Event(), threading.Event()
        self._words: tuple[bytes, ...] = ()
        self._connections: list[socket.socket] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server((host, 0), backlog=128)
        self.host, self.port = host, int(self._listener.getsockname()[1])
        self.heal()
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, direct: str) -> str:
        """The same URL by this way."""
        parts = urlsplit(direct)
        user = f"{parts.username}@" if parts.username else ""
        return urlunsplit(parts._replace(netloc=f"{user}{self.host}:{self.port}"))

    def hold_answers_after(self, *words: bytes) -> None:
        """Once all these were asked for on one connection, in turn, no answer arrives any more."""
        self._words = words

    def cut(self) -> None:
        """Nothing arrives any more, on either side, and nobody is told."""
        self._requests_pass.clear()
        self._answers_pass.clear()

    def heal(self) -> None:
        """What was held arrives, and all else does again."""
        self._requests_pass.set()
        self._answers_pass.set()

    def reset(self) -> None:
        """What was held is lost: every connection is broken. New ones work."""
        with self._lock:
            broken, self._connections = self._connections, []
        for connection in broken:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.heal()

    def close(self) -> None:
        """Ends it."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.reset()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._connect(client)

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self._upstream)
        except OSError:
            client.close()
            return
        with self._lock:
            self._connections += [client, server]
        threading.Thread(target=self._serve, args=(client, server), daemon=True).start()

    def _serve(self, client: socket.socket, server: socket.socket) -> None:
        answers = threading.Thread(target=self._pass_answers, args=(client, server), daemon=True)
        with client, server:
            answers.start()
            self._pass_requests(client, server)
            answers.join()

    def _pass_requests(self, client: socket.socket, server: socket.socket) -> None:
        asked = 0
        for piece in _pieces(client, server):
            while self._words[asked : asked + 1] and self._words[asked] in piece:
                asked += 1
                if asked == len(self._words):
                    self._answers_pass.clear()
                    self._words = ()
            self._requests_pass.wait()
            with suppress(OSError):
                server.sendall(piece)

    def _pass_answers(self, client: socket.socket, server: socket.socket) -> None:
        for piece in _pieces(server, client):
            self._answers_pass.wait()
            with suppress(OSError):
                client.sendall(piece)


def _pieces(source: socket.socket, sink: socket.socket) -> Iterator[bytes]:
    """What comes from one end until it ends; then so does the other."""
    with suppress(OSError):
        while piece := source.recv(PIECE):
            yield piece
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def running_proxy(direct: str, host: str = "127.0.0.1") -> Iterator[Proxy]:
    """A way to the server of a URL, until the end."""
    port = urlsplit(direct).port
    assert port is not None
    proxy = Proxy(port, host)
    try:
        yield proxy
    finally:
        proxy.close()
