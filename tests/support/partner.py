"""A partner system on the loopback that remembers what arrived and answers by script."""

from __future__ import annotations

import json
import socket
import ssl
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 60.0
LOOPBACK = "127.0.0.0/8"
"""Where partners are: what PENSTOCK_ALLOW_PRIVATE must say for a server to call them."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request as the partner saw it; header names are lower-case.

    `client` is the common name in the certificate that the caller showed.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    client: str = ""

    @property
    def key(self) -> str:
        """Its Idempotency-Key."""
        return self.headers["idempotency-key"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] | None = None


Script = Callable[[Arrival], Answer]


class Partner:
    """Answers each request in a thread of its own. Without a script it answers 200 and an id."""

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.script: Script = lambda _arrival: Answer(200, {"id": "remote-1"})
        self.most_in_flight = 0
        self.faults: list[BaseException] = []
        """What went wrong in a script."""
        self._gates: list[threading.Event] = []
        self._in_flight = 0
        self._arrivals: list[Arrival] = []
        self._changed = threading.Condition()
        self._server = _Listener(self, port)
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05])
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def arrivals(self) -> list[Arrival]:
        """What arrived so far."""
        with self._changed:
            return list(self._arrivals)

    def times_by_key(self) -> Counter[str]:
        """How often each Idempotency-Key arrived."""
        return Counter(arrival.key for arrival in self.arrivals)

    def wait_for(self, count: int, seconds: float = PATIENCE) -> list[Arrival]:
        """Waits until so many requests have arrived in all."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: len(self._arrivals) >= count, seconds)
            assert arrived, f"{len(self._arrivals)} of {count} requests arrived"
            return list(self._arrivals)

    def wait_for_in_flight(self, count: int, seconds: float = PATIENCE) -> bool:
        """Waits until so many requests have waited for their answers at one moment; for scripts."""
        with self._changed:
            return self._changed.wait_for(lambda: self.most_in_flight >= count, seconds)

    def wait_until_settled(self) -> None:
        """Waits until nothing that a killed caller sent is still to arrive."""
        # Connections are taken in order: when this one was, so was every earlier one.
        with socket.create_connection(("127.0.0.1", self.port)) as last, self._changed:
            name = last.getsockname()
            settled = self._changed.wait_for(lambda: name in self._server.callers, PATIENCE)
            assert settled, "the partner takes no connections"
        with self._changed:
            settled = self._changed.wait_for(self._is_settled, PATIENCE)
            assert settled, "a caller is still there"

    def _is_settled(self) -> bool:
        """Whether every open connection waits for an answer."""
        return len(self._server.callers) <= self._in_flight

    def gate(self) -> threading.Event:
        """Something a script can wait for until the test sets it, or is over."""
        gate = threading.Event()
        self._gates.append(gate)
        return gate

    def answers(self, *answers: Answer) -> None:
        """Gives these answers in turn, the last one ever after."""
        waiting, lock = list(answers), threading.Lock()

        def script(_arrival: Arrival) -> Answer:
            with lock:
                return waiting.pop(0) if len(waiting) > 1 else waiting[0]

        self.script = script

    def take(self, arrival: Arrival) -> Answer:
        """Notes a request and finds its answer."""
        with self._changed:
            self._arrivals.append(arrival)
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
            self._changed.notify_all()
        try:
            return self.script(arrival)
        finally:
            with self._changed:
                self._in_flight -= 1

    def note(self, change: Callable[[], object]) -> None:
        """Makes a change that others may wait for."""
        with self._changed:
            change()
            self._changed.notify_all()

    def close(self) -> None:
        """Stops listening and ends every connection."""
        for gate in self._gates:
            gate.set()
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()
        self._server.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 1024

    def __init__(self, partner: Partner, port: int) -> None:
        self.partner = partner
        self.callers: dict[Any, socket.socket] = {}
        """The open connections by the callers' addresses."""
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.partner.note(lambda: self.callers.update({client_address: request}))
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        super().process_request_thread(request, client_address)
        self.partner.note(lambda: self.callers.pop(client_address, None))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that was killed breaks its connection; that is what the tests are about."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, OSError):
            self.partner.faults.append(error)

    def end_connections(self) -> None:
        for connection in list(self.callers.values()):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    """Buffered, so that an answer goes out whole."""

    def _take(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = int(headers.get("content-length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError("the caller broke off")
        arrival = Arrival(self.command, self.path, headers, body, _client_of(self.connection))
        answer = self.server.partner.take(arrival)
        content = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **(answer.headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _take  # noqa: N815  the library's names

    def log_message(self, *_words: Any) -> None:
        """Tests read `arrivals`."""


def _client_of(connection: socket.socket) -> str:
    shown = connection.getpeercert() if isinstance(connection, ssl.SSLSocket) else None
    subject: Any = (shown or {}).get("subject", ())
    return "".join(value for ((name, value),) in subject if name == "commonName")


@contextmanager
def open_partner(port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Partner]:
    """A partner that listens, until the end of the test; at a port of the test's choice."""
    partner = Partner(port, tls)
    try:
        yield partner
    finally:
        partner.close()
    assert not partner.faults, partner.faults
