"""Whatever a client sends: never a 500, nothing in the server's log, and the next one is served."""

from __future__ import annotations

import gzip
import json
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.support.automations import ended_run, every, on_webhook, post, run_of
from tests.support.builders import step
from tests.support.raw_http import (
    RawReply,
    chunked,
    connect,
    request_bytes,
    send_raw,
)
from tests.support.server import Server
from tests.support.waiting import eventually

JSON = {"Content-Type": "application/json"}
LARGEST = 16 << 20
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER so that closing sends RST: the client is gone without a good-bye."""


@pytest.fixture(scope="module")
def target(server: Server) -> Server:
    noted = step("note", "set-values", {"values": {"shop": "<trigger.params.shop>"}})
    server.publish("any", on_webhook("any"))
    server.publish("large", on_webhook("large", max_body=LARGEST))
    counted = step("count", "set-values", {"values": {"keys": "{{ length(trigger.body) }}"}})
    server.publish("count", on_webhook("count", counted, max_body=LARGEST, respond="finished"))
    server.publish("segment", on_webhook("shops/{shop}", noted, respond="finished"))
    return server


@pytest.fixture(autouse=True)
def _unharmed(target: Server) -> Iterator[None]:
    yield
    assert post(target, "any", {"still": "there"}).status == 202
    assert target.errors() == ""


def send_body(target: Server, body: bytes, path: str = "any", **headers: str) -> RawReply | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    fields = {**JSON, "Content-Length": str(len(body)), **named}
    return send_raw(target.url, request_bytes("POST", f"/hooks/default/{path}", fields, body))


def status(reply: RawReply | None) -> int:
    assert reply is not None
    if reply.status >= 400:
        assert reply.json["detail"]
    return reply.status


NO_JSON = {
    "empty": b"",
    "blank": b" \r\n\t",
    "truncated object": b'{"order": {"id": 7',
    "truncated string": b'{"order": "A-10',
    "truncated escape": b'"\\u12',
    "truncated character": '"é"'.encode()[:-2],
    "two values": b"{} {}",
    "trailing comma": b"[1,]",
    "comment": b"{} // more",
    "single quotes": b"{'a': 1}",
    "NaN": b'{"n": NaN}',
    "Infinity": b"[-Infinity]",
    "a number beyond a double": b"[1e400]",
    "an integer beyond 64 bits": b"[18446744073709551616]",
    "a number of 200,000 digits": b"[" + b"9" * 200_000 + b"]",
    "duplicate keys": b'{"amount": 1, "amount": 1000}',
    "duplicate keys in depth": b'[{"a": [{"b": 1, "b": 2}]}]',
    "duplicate keys by escape": b'{"a": 1, "\\u0061": 2}',
    "invalid UTF-8": b'{"name": "\xff\xfe"}',
    "overlong UTF-8": b'{"name": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"name": "\xed\xa0\x80"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-32": '{"a": 1}'.encode("utf-32-le"),
    "a raw NUL": b'{"a": "\x00"}',
    "a lone high surrogate": b'{"a": "\\ud800"}',
    "a lone low surrogate": b'{"a": "\\udc00 \\ud800"}',
    "a lone surrogate as key": b'{"\\udfff": 1}',
    "65 levels": b"[" * 65 + b"]" * 65,
    "65 levels of objects": b'{"a":' * 64 + b"{}" + b"}" * 64,
    "100,000 levels": b"[" * 100_000 + b"]" * 100_000,
    "100,000 levels, never closed": b'{"a":' * 40_000,
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_what_is_not_strict_json_is_400(target: Server, body: bytes) -> None:
    before = len(every(target, "/api/v1/runs?automation=large"))

    assert status(send_body(target, body, "large")) == 400

    assert len(every(target, "/api/v1/runs?automation=large")) == before


STRANGE_JSON = {
    "an escaped NUL": '"\\u0000"',
    "an escaped NUL as key": '{"\\u0000": "\\u0000"}',
    "64 levels": "[" * 64 + "]" * 64,
    "a surrogate pair": '"\\ud83d\\ude00"',
    "the least integer": "[-9223372036854775808]",
    "the greatest integer": "[18446744073709551615]",
    "keys of Python": '{"__class__": {"__init__": 1}, "__proto__": null}',
    "keys of the context": '{"secrets": 1, "steps": 2, "run": 3, "trigger": 4, "tenant": 5}',
    "templates": '{"a": "<secrets.X>", "b": "{{ 1/0 }}", "<c>": "\\\\{{"}',
    "null": "null",
    "a bare number": "-0.0",
}


@pytest.mark.parametrize("text", STRANGE_JSON.values(), ids=STRANGE_JSON)
def test_strange_json_is_taken_and_kept_as_it_is(target: Server, text: str) -> None:
    reply = send_body(target, text.encode())

    assert status(reply) == 202
    assert reply is not None
    run = ended_run(target, reply.json["run_id"])
    assert run["status"] == "succeeded"
    assert run["event"]["body"] == json.loads(text)
    assert run["output"] == {"seen": json.loads(text)}


def test_a_million_keys(target: Server) -> None:
    body = json.dumps({f"{number:x}": 1 for number in range(1_000_000)}, separators=(",", ":"))

    assert status(send_body(target, body.encode())) == 413
    assert len(body) < LARGEST
    reply = send_body(target, body.encode(), "count")

    assert status(reply) == 200
    assert reply is not None
    assert reply.json["output"] == {"keys": 1_000_000}


FORMS = {
    "JSON as a form": ("application/x-www-form-urlencoded", b'{"a": 1}'),
    "a form as JSON": ("application/json", b"a=1&b=2"),
    "a form of 100,000 fields": ("application/x-www-form-urlencoded", b"a&" * 100_000),
    "a form with broken escapes": ("application/x-www-form-urlencoded", b"a=%zz&%=%&=&b=%ff"),
    "multipart without boundary": ("multipart/form-data", b"--x\r\n\r\n--x--"),
    "multipart that never ends": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nvalue',
    ),
    "multipart of 10,000 parts": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 3_000 + b"--x--\r\n",
    ),
    "a charset that is none": ("text/plain; charset=../../etc/passwd", b"a"),
    "a charset that is a codec": ("text/plain; charset=rot13", b"a"),
    "text that is not UTF-8": ("text/plain", b"\xff\xfe\x00"),
    "XML with entities": (
        "text/xml",
        b'<!DOCTYPE a [<!ENTITY b "xxxx"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    ),
    "an image": ("image/png", b"\x89PNG\r\n\x1a\n\x00\x00"),
    "a type of 100,000 characters": ("a/" + "b" * 100_000, b"{}"),
    "a type that is none": ("; charset=", b"{}"),
    "parameters without end": ("application/json" + ";a=b" * 10_000, b"{}"),
}


@pytest.mark.parametrize(("content_type", "body"), FORMS.values(), ids=FORMS)
def test_wrong_content_types_are_taken_as_text_or_refused(
    target: Server, content_type: str, body: bytes
) -> None:
    assert status(send_body(target, body, Content_Type=content_type)) in (202, 400, 431)


def test_a_compressed_body_is_refused(target: Server) -> None:
    body = gzip.compress(b"[" + b"1," * 5_000_000 + b"1]")

    assert status(send_body(target, body, Content_Encoding="gzip")) == 400


def test_chunks_without_a_length_are_one_body(target: Server) -> None:
    headers = {**JSON, "Transfer-Encoding": "chunked"}
    body = chunked([b'{"te', b'xt": ', b'"in ', b'pieces"', b"}"])

    reply = send_raw(target.url, request_bytes("POST", "/hooks/default/any", headers, body))

    assert status(reply) == 202
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

    assert status(reply) == 202
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

    assert status(reply) == 202
    assert reply is not None
    headers = ended_run(target, reply.json["run_id"])["event"]["headers"]
    assert headers["x-strange"] == (value.decode() if value.isascii() else "")


@pytest.mark.parametrize("key", ["", "a b", "a" * 256, "\xe9"])
def test_a_key_that_cannot_be_one_is_400(target: Server, key: str) -> None:
    assert status(send_body(target, b"{}", Idempotency_Key=key)) == 400


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

    assert status(reply) == 200
    assert reply is not None
    assert reply.json["output"] == {"shop": shop}


NOWHERE = {
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


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_rest_calls_take_no_broken_json_either(target: Server, body: bytes) -> None:
    key = {"Authorization": f"Bearer {target.key}", "Content-Length": str(len(body))}
    head = request_bytes("PUT", "/api/v1/automations/broken", {**JSON, **key}, body)

    reply = send_raw(target.url, head)

    assert status(reply) == 400
