"""Whatever bytes a client sends, and however it leaves: never a 500, and the next one is served."""

from __future__ import annotations

import socket
import struct
from contextlib import ExitStack
from typing import Any

import pytest

from tests.acceptance.sending import JSON, send_body, status_of
from tests.support.automations import ended_run, every, post, run_of
from tests.support.raw_http import chunked, connect, request_bytes, send_raw
from tests.support.server import Server
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("_unharmed")

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER so that closing sends RST: the client is gone without a good-bye."""


def test_chunks_without_a_length_are_one_body(target: Server) -> None:
    headers = {**JSON, "Transfer-Encoding": "chunked"}
    body = chunked([b'{"te', b'xt": ', b'"in ', b'pieces"', b"}"])

    reply = send_raw(target.url, request_bytes("POST", "/hooks/default/any", headers, body))

    assert status_of(reply) == 202
    assert reply is not None
    assert run_of(target, reply.json["run_id"])["event"]["body"] == {"text": "in pieces"}


BROKEN_FRAMES = {
    "chunks that break off": ({"Transfer-Encoding": "chunked"}, b'9\r\n{"a": 1'),
    "a chunk size that is none": ({"Transfer-Encoding": "chunked"}, b"zz\r\n{}\r\n0\r\n\r\n"),
    "a chunk size beyond 64 bits": ({"Transfer-Encoding": "chunked"}, b"f" * 40 + b"\r\n{}"),
    "a length longer than sent": ({"Content-Length": "200"}, b"{}"),
    "text shorter than announced": ({"Content-Length": "9", "Content-Type": "text/plain"}, b"half"),
    "a negative length": ({"Content-Length": "-5"}, b"{}"),
    "a length in words": ({"Content-Length": "two"}, b"{}"),
    "a length beyond 64 bits": ({"Content-Length": "9" * 30}, b"{}"),
    "a length that is a list": ({"Content-Length": "2, 3"}, b"{}"),
}


@pytest.mark.parametrize(("headers", "body"), BROKEN_FRAMES.values(), ids=BROKEN_FRAMES)
def test_a_body_that_is_not_whole_starts_nothing(
    target: Server, headers: dict[str, str], body: bytes
) -> None:
    before = len(every(target, "/api/v1/runs?automation=large"))
    head = request_bytes("POST", "/hooks/default/large", {**JSON, **headers}, body)

    reply = send_raw(target.url, head, end=True)

    assert reply is None or reply.status in (400, 413)
    assert len(every(target, "/api/v1/runs?automation=large")) == before


def test_what_follows_a_body_is_not_part_of_it(target: Server) -> None:
    head = request_bytes("POST", "/hooks/default/any", {**JSON, "Content-Length": "2"})

    reply = send_raw(target.url, head + b'{}{"more": 1}')

    assert status_of(reply) == 202
    assert reply is not None
    assert run_of(target, reply.json["run_id"])["event"]["body"] == {}


@pytest.mark.parametrize("leave", ["good-bye", "reset"])
def test_a_client_that_leaves_in_mid_body_starts_nothing(target: Server, leave: str) -> None:
    refused = "/api/v1/requests?direction=in&status=400"
    seen, runs = len(every(target, refused)), len(every(target, "/api/v1/runs?automation=large"))
    headers = {"Content-Type": "text/plain", "Content-Length": "100000"}

    with connect(target.url) as connection:
        connection.sendall(request_bytes("POST", "/hooks/default/large", headers, b"half"))
        if leave == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    assert eventually(lambda: len(every(target, refused)) > seen)
    assert len(every(target, "/api/v1/runs?automation=large")) == runs


def test_clients_that_never_finish_keep_nobody_out(target: Server) -> None:
    head = request_bytes("POST", "/hooks/default/any", {**JSON, "Content-Length": "10"}, b"[")
    with ExitStack() as waiting:
        for _ in range(40):
            waiting.enter_context(connect(target.url)).sendall(head)
            waiting.enter_context(connect(target.url)).sendall(head[:40])
            waiting.enter_context(connect(target.url))

        assert post(target, "any", {"in": "between"}).status == 202


GARBAGE = {
    "bytes": b"\x00\xff\xfe\xfd garbage\r\n\r\n",
    "half a request line": b"POST\r\n\r\n",
    "no version": b"POST /hooks/default/any\r\n\r\n",
    "another version": b"POST /hooks/default/any HTTP/9.9\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "empty lines": b"\r\n" * 1000,
    "one endless line": b"A" * 200_000,
    "a header without a colon": b"POST /hooks/default/any HTTP/1.1\r\nHost a\r\n\r\n",
    "a header with a NUL": b"POST /hooks/default/any HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    "a folded header": b"POST /hooks/default/any HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    "two lengths": b"POST /hooks/default/any HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
    b"Content-Length: 3\r\n\r\n{} ",
    "a strange method": b"B\x01D /hooks/default/any HTTP/1.1\r\nHost: a\r\n\r\n",
    "an unknown method": b"BREW /hooks/default/any HTTP/1.1\r\nHost: a\r\n\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "an authority": b"CONNECT other.example:443 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a space in the target": b"POST /hooks/default/a b HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("sent", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused_or_hung_up_on(target: Server, sent: bytes) -> None:
    reply = send_raw(target.url, sent, end=True)

    assert reply is None or 400 <= reply.status < 500


@pytest.mark.parametrize(
    "headers",
    [{f"X-{number}": "a" for number in range(5_000)}, {"X-Long": "a" * 4_000_000}],
    ids=["5,000 headers", "a header of 4 MB"],
)
def test_header_bombs_are_refused(target: Server, headers: dict[str, str]) -> None:
    fields = {**JSON, "Content-Length": "2", **headers}

    reply = send_raw(target.url, request_bytes("POST", "/hooks/default/any", fields, b"{}"))

    assert reply is None or reply.status == 431


HEADER_VALUES = {
    "Latin-1": b"\xe9\xff",
    "UTF-8": "é😀".encode(),
    "a template": b"<secrets.X> {{ 1/0 }}",
    "long": b"a" * 60_000,
    "empty": b"",
}


@pytest.mark.parametrize("value", HEADER_VALUES.values(), ids=HEADER_VALUES)
def test_strange_header_values_are_kept_or_left_empty(target: Server, value: bytes) -> None:
    """The server hands over ASCII alone."""
    head = b"POST /hooks/default/any HTTP/1.1\r\nHost: a\r\nX-Strange: %s\r\n" % value

    reply = send_raw(target.url, head + b"Content-Length: 2\r\n\r\n{}")

    assert status_of(reply) == 202
    assert reply is not None
    headers = ended_run(target, reply.json["run_id"])["event"]["headers"]
    assert headers["x-strange"] == (value.decode() if value.isascii() else "")


@pytest.mark.parametrize("key", ["", "a b", "a" * 256, "\xe9"])
def test_a_key_that_cannot_be_one_is_400(target: Server, key: str) -> None:
    assert status_of(send_body(target, b"{}", Idempotency_Key=key)) == 400


PATHS = {
    "a NUL": (b"/hooks/default/shops/%00", "\0"),
    "a surrogate": (b"/hooks/default/shops/%ED%A0%80", "\ufffd\ufffd\ufffd"),
    "no UTF-8": (b"/hooks/default/shops/%FF", "\ufffd"),
    "a bare percent": (b"/hooks/default/shops/100%", "100%"),
    "an escape that is none": (b"/hooks/default/shops/%zz", "%zz"),
    "dots": (b"/hooks/default/shops/..", ".."),
    "an escaped dot": (b"/hooks/default/shops/%2e", "."),
    "a template": (b"/hooks/default/shops/%3Csecrets.X%3E", "<secrets.X>"),
    "a query of anything": (b"/hooks/default/shops/x?a=%00&b=%ED%A0%80&c=%FF&&=&%zz", "x"),
    "a long one": (b"/hooks/default/shops/" + b"a" * 30_000, "a" * 30_000),
}


@pytest.mark.parametrize(("path", "shop"), PATHS.values(), ids=PATHS)
def test_strange_segments_are_taken_as_text(target: Server, path: bytes, shop: str) -> None:
    headers = {**JSON, "Content-Length": "2"}

    reply = send_raw(target.url, request_bytes("POST", path, headers, b"{}"))

    assert status_of(reply) == 200
    assert reply is not None
    assert reply.json["output"] == {"shop": shop}


NOWHERE = {
    "a tenant of another alphabet": "/hooks/d\u00e9faut/any".encode(),
    "a tenant with a line break": b"/hooks/default%0a2026-11-21%20CRITICAL/any",
    "a tenant longer than any": b"/hooks/" + b"a" * 5_000 + b"/any",
    "a tenant that is a NUL": b"/hooks/%00/any",
    "a tenant that is a surrogate": b"/hooks/%ED%A0%80/any",
    "no tenant": b"/hooks//any",
    "no path": b"/hooks/default/",
    "two slashes": b"/hooks/default//any",
    "out of the tenant": b"/hooks/default/../default/any",
    "out of it, escaped": b"/hooks/default/%2e%2e/default/any",
    "files": b"/hooks/default/../../../../etc/passwd",
    "an escaped slash": b"/hooks/default/shops/a%2Fb",
    "a backslash": b"/hooks/default\\any",
    "line breaks": b"/hooks/default/shops/%0d%0aX-Injected:%20yes",
    "another case": b"/HOOKS/default/any",
    "a path parameter": b"/hooks/default/any;v=1",
}


@pytest.mark.parametrize("path", NOWHERE.values(), ids=NOWHERE)
def test_paths_that_lead_nowhere_are_404(target: Server, path: bytes) -> None:
    headers = {**JSON, "Content-Length": "2"}

    reply = send_raw(target.url, request_bytes("POST", path, headers, b"{}"))

    assert reply is not None
    assert reply.status == 404
    assert "x-injected" not in reply.headers


def test_a_very_long_path_is_refused(target: Server) -> None:
    head = request_bytes("POST", b"/hooks/default/" + b"a" * 1_000_000, {"Content-Length": "0"})

    reply = send_raw(target.url, head)

    assert reply is None or reply.status in (414, 431)


def test_requests_in_one_packet_are_answered_one_after_another(target: Server) -> None:
    headers = {**JSON, "Content-Length": "2"}
    good = request_bytes("POST", "/hooks/default/any", headers, b"{}")
    bad = request_bytes("POST", "/hooks/default/any", headers, b"{]")

    with connect(target.url) as connection:
        connection.sendall(good + bad + good)
        stream = connection.makefile("rb")
        statuses = [_next_status(stream) for _ in range(3)]
        stream.close()

    assert statuses == [202, 400, 202]


def _next_status(stream: Any) -> int:
    line, length = stream.readline(), 0
    while field := stream.readline().strip():
        name, _, value = field.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    stream.read(length)
    return int(line.split()[1])
