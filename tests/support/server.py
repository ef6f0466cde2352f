"""A whole Penstock in processes of its own, as operators start it, for tests to stop and kill."""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.file_lock import file_lock
from store.writer_program import LOCK
from tests.support.databases import with_tables
from tests.support.launching import Process, launch, start

ROOT = Path(__file__).parents[2]
ADMIN_KEY = "psk_the-admin-key-of-tests"
PATIENCE = 60.0
"""Seconds after which a test gives up waiting; far more than anything takes."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class _StayHere(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer to look at, not to follow."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_StayHere, urllib.request.ProxyHandler({}))


def call(
    method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None
) -> Reply:
    """One request. Bytes go as they are, any other body as JSON."""
    sent = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(url, body, sent, method=method)
    try:
        with _OPENER.open(request, timeout=PATIENCE) as response:
            return _reply(response)
    except urllib.error.HTTPError as error:
        with error:
            return _reply(error)


class Server:
    """One `penstock run`, `web` or `worker`. `key` is an admin key of tenant `default`."""

    key = ADMIN_KEY
    program = ROOT / "app.py"
    python = sys.executable
    prefix: Sequence[str] = ()
    """A command that becomes the server, such as one that enters a network namespace."""

    def __init__(
        self,
        folder: Path,
        port: int,
        arguments: Sequence[str],
        settings: Mapping[str, str],
        command: str = "run",
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.data_dir = folder / "data"
        self._errors = (folder / "errors.txt").open("a+")
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        words = [command, *arguments]
        variables = environment(
            PENSTOCK_PORT=str(port), PENSTOCK_DATA_DIR=str(self.data_dir), **settings
        )
        self.process = self._start(words, variables, folder)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_until_ready(self, last_line: str = "key create") -> list[str]:
        """What it said until it was ready, `last_line` being in the last line of it."""
        said: list[str] = []
        while not said or last_line not in said[-1]:
            line = self._lines.get(timeout=PATIENCE)
            assert line is not None, f"the server ended: {said} {self.errors()}"
            said.append(line)
        return said

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """A request with the admin key; `path` begins with /."""
        sent = {"Authorization": f"Bearer {self.key}", **headers}
        return call(method, f"{self.url}{path}", body, sent)

    def publish(self, automation_id: str, document: Mapping[str, Any]) -> None:
        """Makes a document live."""
        path = f"/api/v1/automations/{automation_id}"
        assert self.call("PUT", path, document).status in (200, 201)
        published = self.call("POST", f"{path}/publish")
        assert published.status == 200, published.body

    def worker(self) -> int:
        """The process that answers and executes, a child of the supervisor."""
        (child,) = self.workers()
        return child

    def workers(self) -> list[int]:
        """The processes that answer and execute; with PENSTOCK_PROCESSES there are several."""
        return children(self.process.pid)

    def writer(self) -> int:
        """The process that writes the SQLite database, a child of the worker."""
        (child,) = children(self.worker())
        return child

    def kill_worker(self) -> None:
        """What a crash does to the working process; the supervisor starts another."""
        os.kill(self.worker(), signal.SIGKILL)

    def kill(self) -> None:
        """What a power cut does: both processes are gone."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.wait_until_gone()

    def wait_until_gone(self) -> int:
        """Waits until no process of it is left; how the supervisor ended."""
        status = self.process.wait(PATIENCE)
        # Its output ends with the last of its processes.
        self._reader.join(PATIENCE)
        assert not self._reader.is_alive(), "a process of the server outlives its supervisor"
        self._await_writers()
        return status

    def _await_writers(self) -> None:
        """What was being written as the server died is on disk then, or nowhere."""
        lock = self.data_dir / f"penstock.db{LOCK}"
        if not lock.exists():
            return
        with file_lock(str(self.data_dir / "lock"), wait=False) as ours:
            # Where another server has the folder, the writer is that one's.
            if ours:
                with file_lock(str(lock)):
                    pass

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stops it in order; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def errors(self) -> str:
        """What it wrote to its log."""
        return Path(self._errors.name).read_text()

    def close(self) -> None:
        """Leaves no process behind, whatever the test did."""
        self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._errors.close()

    def _start(self, words: Sequence[str], variables: Mapping[str, str], folder: Path) -> Process:
        log = self._errors.fileno()
        if self.python == sys.executable and not self.prefix:
            return launch(self.program, words, variables, folder, log)
        command = [*self.prefix, self.python, str(self.program), *words]
        return start(command, variables, folder, log)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with suppress(ValueError):
            for line in self.process.stdout:
                self._lines.put(line.rstrip("\n"))
        self._lines.put(None)


@contextmanager
def starting_server(
    folder: Path, *arguments: str, port: int | None = None, **settings: str
) -> Iterator[Server]:
    """A server that may not be ready yet, or never will; in a new folder it makes its tables."""
    server = Server(folder, port or free_port(), arguments, settings)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def running_server(
    folder: Path, *arguments: str, port: int | None = None, **settings: str
) -> Iterator[Server]:
    """A server that is ready. `arguments` are flags of `penstock run`, `settings` its environment.

    Started again in the same folder it finds its data again; in a new one, empty tables.
    """
    with_tables(folder / "data")
    with starting_server(folder, *arguments, port=port, **settings) as server:
        server.wait_until_ready()
        yield server


def environment(**settings: str) -> dict[str, str]:
    """This environment with Penstock's settings replaced by these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
    return {**kept, "PENSTOCK_BOOTSTRAP_API_KEY": ADMIN_KEY, **settings}


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def _reply(response: Any) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status, headers, response.read())


def children(parent: int) -> list[int]:
    """The children of a process that are alive (proc(5))."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, above = file.read_text().rpartition(")")[2].split()[:2]
            if int(above) == parent and state != "Z":
                found.append(int(file.parent.name))
    return found
