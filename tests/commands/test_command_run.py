"""`penstock run`: how the server starts, stops in order, and survives what is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

import pytest

from api.supervisor import ONE_WISH_SECONDS
from tests.support.builders import make_document, send
from tests.support.server import (
    PATIENCE,
    Reply,
    Server,
    call,
    free_port,
    running_server,
    starting_server,
)
from tests.support.waiting import eventually


class SlowPartner:
    """Answers one request at a time, and only when the test says so."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        self._asking: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def wait_until_asked(self) -> bytes:
        """The request, of which no answer has come yet."""
        asking, _ = self._listener.accept()
        asking.settimeout(PATIENCE)
        self._asking.append(asking)
        return asking.recv(65536)

    def answer(self) -> None:
        self._asking[-1].sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def close(self) -> None:
        for open_socket in (self._listener, *self._asking):
            open_socket.close()


@pytest.fixture
def partner():
    slow = SlowPartner()
    yield slow
    slow.close()


def publish_ask(server: Server, partner: SlowPartner) -> None:
    """An automation that asks the partner and tells its caller."""
    ask = send("ask", partner.url, next=["answer"])
    tell = {
        "id": "answer",
        "action": "respond",
        "with": {"status": 200, "body": "<steps.ask.body>"},
    }
    trigger = {"type": "webhook", "with": {"path": "ask", "respond": "step"}, "next": ["ask"]}
    server.publish("ask", make_document(ask, tell, trigger=trigger))


def post_aside(server: Server) -> SimpleQueue[Reply]:
    """Posts from another thread; its reply will be in the queue, if one comes."""
    replies: SimpleQueue[Reply] = SimpleQueue()

    def post() -> None:
        with suppress(OSError):
            replies.put(call("POST", f"{server.url}/hooks/default/ask", {}))

    threading.Thread(target=post, daemon=True).start()
    return replies


@contextmanager
def connection(server: Server) -> Iterator[socket.socket]:
    """A connection that asked once and stays open: its end tells what became of the server."""
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n")
        received = b""
        while b'"ok"}' not in received:
            received += idle.recv(4096)
        yield idle


def threads(process: int) -> set[int]:
    """The threads of a process; the main one has its number (proc(5))."""
    return {int(one.name) for one in Path(f"/proc/{process}/task").iterdir()}


ALLOWED = {"PENSTOCK_ALLOW_PRIVATE": "127.0.0.1/32"}


def test_it_says_where_it_is_and_answers_there(tmp_path):
    port = free_port()
    with starting_server(tmp_path, port=port) as server:
        first, *_, key_line = server.wait_until_ready()
        assert f"http://127.0.0.1:{port}" in first
        assert f"--data-dir {server.data_dir}" in key_line
        assert call("GET", f"{server.url}/healthz").status == 200
        assert server.call("GET", "/api/v1/automations").json["items"] == []
        assert server.call("GET", "/demo/partner/health/shop").status == 404


@pytest.mark.parametrize(
    "signals", [[signal.SIGTERM], [signal.SIGINT], [signal.SIGTERM, signal.SIGINT]]
)
def test_a_stop_answers_what_is_under_way_and_takes_nothing_more(tmp_path, partner, signals):
    with running_server(tmp_path, **ALLOWED) as server:
        publish_ask(server, partner)
        replies = post_aside(server)
        partner.wait_until_asked()
        with connection(server) as idle:
            for number in signals:
                server.process.send_signal(number)
            assert idle.recv(1) == b""
        with pytest.raises(ConnectionRefusedError), connection(server):
            pass
        partner.answer()
        reply = replies.get(timeout=PATIENCE)
        assert (reply.status, reply.body) == (200, b"ok")
        assert server.process.wait(PATIENCE) == 0
        assert server.errors() == ""


def test_a_working_process_stops_whichever_of_its_threads_takes_the_signal(tmp_path):
    with running_server(tmp_path) as server:
        worker = server.worker()
        assert call("GET", f"{server.url}/healthz").status == 200
        # Linux gives a signal for a process to the thread that is named, where it can.
        os.kill(max(threads(worker) - {worker}), signal.SIGTERM)
        eventually(lambda: "the working process ended (0); another follows" in server.errors())
        assert worker not in server.workers()
        assert server.stop() == 0


def test_an_impatient_signal_kills_and_the_run_goes_on_at_the_next_start(tmp_path, partner):
    with running_server(tmp_path, **ALLOWED) as server:
        publish_ask(server, partner)
        post_aside(server)
        first = partner.wait_until_asked()
        with connection(server) as idle:
            server.process.send_signal(signal.SIGTERM)
            assert idle.recv(1) == b""
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(ONE_WISH_SECONDS + 0.5)
        assert server.stop() == 0
        assert "is killed" in server.errors()
    with running_server(tmp_path, **ALLOWED) as server:
        again = partner.wait_until_asked()
        assert _idempotency_key(again) == _idempotency_key(first)
        partner.answer()


def test_a_killed_worker_is_followed_by_another_and_its_callers_wait_meanwhile(tmp_path):
    with running_server(tmp_path) as server:
        for _ in range(3):
            killed = server.worker()
            server.kill_worker()
            assert call("GET", f"{server.url}/healthz").status == 200
            assert server.worker() != killed
        assert server.stop() == 0


def test_a_killed_supervisor_takes_its_worker_along_and_frees_the_folder(tmp_path):
    with running_server(tmp_path) as server:
        server.process.send_signal(signal.SIGKILL)
        assert server.wait_until_gone() == -signal.SIGKILL
    with running_server(tmp_path) as server:
        assert call("GET", f"{server.url}/healthz").status == 200


def test_a_second_server_on_the_same_folder_is_refused_in_one_line(tmp_path):
    with running_server(tmp_path) as server, starting_server(tmp_path) as second:
        assert second.process.wait(PATIENCE) == 2
        (line,) = second.errors().splitlines()
        assert f"is in use by process {server.process.pid}" in line
        assert call("GET", f"{server.url}/healthz").status == 200


def test_an_admin_key_of_the_environment_is_made_once_and_works(tmp_path):
    for _ in range(2):
        with running_server(tmp_path) as server:
            (key,) = server.call("GET", "/api/v1/keys").json["items"]
            assert (key["name"], key["scopes"]) == ("bootstrap", ["admin"])


def test_neither_settings_nor_headers_leak_from_the_environment_into_requests(tmp_path):
    foreign = {"HTTP_AUTHORIZATION": "Bearer psk_the-admin-key-of-tests", "CONTENT_TYPE": "text/x"}
    with running_server(tmp_path, **foreign) as server:
        assert call("GET", f"{server.url}/api/v1/keys").status == 401


def _idempotency_key(request: bytes) -> str:
    headers = dict(
        line.lower().split(": ", 1) for line in request.decode().split("\r\n") if ": " in line
    )
    return headers["idempotency-key"]
