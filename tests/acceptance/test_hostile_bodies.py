"""Whatever body a client sends: never a 500, nothing in the log, and the next one is served."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.acceptance.sending import JSON, LARGEST, send_body, status_of
from tests.support.automations import ended_run, every
from tests.support.raw_http import request_bytes, send_raw
from tests.support.server import Server

pytestmark = pytest.mark.usefixtures("_unharmed")

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

    assert status_of(send_body(target, body, "large")) == 400

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

    assert status_of(reply) == 202
    assert reply is not None
    run = ended_run(target, reply.json["run_id"])
    assert run["status"] == "succeeded"
    assert run["event"]["body"] == json.loads(text)
    assert run["output"] == {"seen": json.loads(text)}


def test_a_million_keys(target: Server) -> None:
    body = json.dumps({f"{number:x}": 1 for number in range(1_000_000)}, separators=(",", ":"))

    assert status_of(send_body(target, body.encode())) == 413
    assert len(body) < LARGEST
    reply = send_body(target, body.encode(), "count")

    assert status_of(reply) == 200
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
    assert status_of(send_body(target, body, Content_Type=content_type)) in (202, 400, 431)


def test_a_compressed_body_is_refused(target: Server) -> None:
    body = gzip.compress(b"[" + b"1," * 5_000_000 + b"1]")

    assert status_of(send_body(target, body, Content_Encoding="gzip")) == 400


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_rest_calls_take_no_broken_json_either(target: Server, body: bytes) -> None:
    key = {"Authorization": f"Bearer {target.key}", "Content-Length": str(len(body))}
    head = request_bytes("PUT", "/api/v1/automations/broken", {**JSON, **key}, body)

    reply = send_raw(target.url, head)

    assert status_of(reply) == 400
