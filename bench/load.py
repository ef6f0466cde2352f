"""The load generator: keep-alive connections that post, wait for the answer, and post again.

It runs in a process of its own with its requests made beforehand, and tells how much processor
time it took, so that one sees what it costs the server it measures.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass

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


@dataclass(frozen=True, slots=True)
class Load:
    """How hard and for how long: `connections` at once, `seconds` after `warm_up` seconds.

    The first posts are spread over `spread` seconds: with a slow upstream all connections would
    post and wait together for ever, and what is counted would hang on where the counting begins.
    """

    connections: int = 16
    seconds: float = 5.0
    warm_up: float = 1.0
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it: answers per second, times in milliseconds, and the generator's own cost."""

    rate: float
    median_ms: float
    p99_ms: float
    generator_us: float
    """Processor time of the generator for one request, in microseconds."""
    since: float = 0.0
    until: float = 0.0
    """When counting began and ended, in seconds since 1970."""


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


def generate(target: Target, load: Load) -> Measured:
    """Loads the target from this process. Raises UnexpectedAnswer for any but the right answer."""
    with _connected(target, load) as selector:
        _answers(selector, load.warm_up)
        since, used_before, started = time.time(), time.process_time(), time.perf_counter()
        times = sorted(_answers(selector, load.seconds))
        elapsed = time.perf_counter() - started
        used = time.process_time() - used_before
    if not times:
        raise UnexpectedAnswer(f"no answer within {load.seconds} s")
    return Measured(
        rate=len(times) / elapsed,
        median_ms=times[len(times) // 2] * 1000,
        p99_ms=times[len(times) * 99 // 100] * 1000,
        generator_us=used / len(times) * 1e6,
        since=since,
        until=since + elapsed,
    )


@contextmanager
def _connected(target: Target, load: Load) -> Iterator[selectors.BaseSelector]:
    """Connections, each with its first request sent."""
    with selectors.DefaultSelector() as selector, ExitStack() as open_sockets:
        for _ in range(load.connections):
            connection = Connection(target)
            open_sockets.enter_context(connection.socket)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send()
            time.sleep(load.spread / load.connections)
        yield selector


def _answers(selector: selectors.BaseSelector, seconds: float) -> list[float]:
    """The seconds each answer took that came while `seconds` passed; a post follows each."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for key, _ in selector.select(1.0):
            connection: Connection = key.data
            took = connection.receive()
            if took is not None:
                times.append(took)
                connection.send()
    return times


def measure(target: Target, load: Load) -> Measured:
    """Loads the target from a process of its own. Raises UnexpectedAnswer with what came."""
    asked = json.dumps({"target": {**asdict(target), "body": ""}, "load": asdict(load)})
    command = [sys.executable, "-m", "bench.load", asked]
    done = subprocess.run(command, input=target.body, capture_output=True, check=False)
    if done.returncode:
        raise UnexpectedAnswer(f"{target.path}: {done.stderr.decode().strip()}")
    return Measured(**json.loads(done.stdout))


def main() -> None:
    """Posts the standard input as JSON on the command line says; prints what was measured."""
    asked = json.loads(sys.argv[1])
    target = Target(**{**asked["target"], "body": sys.stdin.buffer.read()})
    try:
        measured = generate(target, Load(**asked["load"]))
    except UnexpectedAnswer as answer:
        sys.exit(str(answer))
    print(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main()
