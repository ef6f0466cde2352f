"""A webhook trigger takes what it is configured to take and answers everything else plainly."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.webhooks import Received, Rejected
from triggers.webhook import compile_trigger

ORDER_SCHEMA = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string"}, "lines": {"type": "array", "uniqueItems": True}},
    "additionalProperties": False,
}


def test_a_request_becomes_the_content_of_an_event(caller):
    call = caller()
    raw = b'{ "id": 1 }'
    answer = call(raw, {"idempotency-key": "a-1"}, content_type="application/json; charset=utf-8")
    assert answer == Received(
        body={"id": 1},
        raw=raw,
        content_type="application/json; charset=utf-8",
        params={},
        idempotency_key="a-1",
        is_json=True,
    )


def test_a_form_is_not_json(caller):
    answer = caller()(b"a=1", content_type="application/x-www-form-urlencoded")
    assert (answer.body, answer.is_json, answer.idempotency_key) == ({"a": "1"}, False, None)


def test_a_malformed_body_is_400_with_its_place(caller):
    answer = caller()(b'{"a": }')
    assert (answer.status, answer.title) == (400, "Bad Request")
    assert answer.detail == "The body is not valid JSON: line 1 column 7: Expecting value."


class TestSize:
    def test_a_body_of_the_limit_is_taken_and_one_more_byte_is_413(self, caller):
        call = caller(max_body=10)
        assert isinstance(call(b'"12345678"'), Received)
        answer = call(b'"123456789"')
        assert (answer.status, answer.title) == (413, "Content Too Large")
        assert answer.detail == "The body is larger than the 10 bytes this trigger takes."

    @pytest.mark.parametrize("length", ["11", "9" * 5000])
    def test_an_announced_size_over_the_limit_is_refused_unread(self, caller, length):
        call = caller(max_body=10)
        assert call(b'"123456789"', {"content-length": length}).status == 413
        assert call.bodies_read == 0

    @pytest.mark.parametrize("length", ["10", "", "-1", "ten", "٣"])
    def test_any_other_announcement_leaves_it_to_the_count(self, caller, length):
        assert isinstance(caller(max_body=10)(b"{}", {"content-length": length}), Received)

    def test_a_chunked_body_over_the_limit_is_413(self, caller):
        call = caller(max_body=10)
        assert call(b"x" * 11, {"transfer-encoding": "chunked"}).status == 413

    def test_the_limit_is_256_kib_unless_configured(self, caller):
        assert isinstance(caller()(b'"' + b"x" * (262144 - 2) + b'"'), Received)
        assert caller()(b'"' + b"x" * (262144 - 1) + b'"').status == 413


class TestSchema:
    def test_every_fault_has_its_json_path(self, caller):
        answer = caller(body_schema=ORDER_SCHEMA)(b'{"id": 1, "lines": [{}, {}], "x": 0}')
        assert (answer.status, answer.detail) == (
            400,
            "The body does not match the trigger's JSON Schema.",
        )
        assert answer.faults == (
            ("$.id", "must be a text, not a number"),
            ("$.lines", "has an item twice"),
            ("$.x", "is not a known field; known are: id, lines"),
        )

    def test_a_body_that_holds_the_schema_is_taken(self, caller):
        assert isinstance(caller(body_schema=ORDER_SCHEMA)(b'{"id": "a"}'), Received)

    def test_the_number_of_faults_is_bounded(self, caller):
        call = caller(body_schema={"items": {"type": "string"}})
        assert len(call(b"[" + b"1," * 5000 + b"1]").faults) == 50

    def test_a_form_is_checked_like_json(self, caller):
        call = caller(body_schema=ORDER_SCHEMA)
        form = "application/x-www-form-urlencoded"
        assert isinstance(call(b"id=a", content_type=form), Received)
        assert call(b"id=a&id=b", content_type=form).faults == (
            ("$.id", "must be a text, not a list"),
        )

    def test_a_request_without_a_body_counts_as_null(self, caller):
        call = caller(methods=["GET"], body_schema=ORDER_SCHEMA)
        assert call(b"", method="GET").faults == (("$", "must be an object, not null"),)

    def test_a_schema_that_allows_nothing_refuses_all(self, caller):
        assert caller(body_schema=False)(b"{}").status == 400

    def test_a_body_too_deep_for_its_schema_is_400(self, caller):
        items = {"$ref": "#"}
        for _ in range(12):
            items = {"allOf": [items]}
        call = caller(body_schema={"items": items})
        assert isinstance(call(b"[[]]"), Received)
        answer = call(b"[" * 64 + b"]" * 64)
        assert (answer.status, answer.faults) == (400, ())
        assert "nests too deeply for its JSON Schema" in answer.detail


class TestIdempotencyKey:
    @pytest.mark.parametrize("key", ["a", "0192e4a0-7b1c", "~" * 255, '"quoted"'])
    def test_visible_ascii_is_taken_as_it_is(self, caller, key):
        assert caller()(b"{}", {"idempotency-key": key}).idempotency_key == key

    @pytest.mark.parametrize("key", ["", "a b", "x" * 256, "\xe4", "a\n", "a, b"])
    def test_anything_else_is_400_with_the_right_form(self, caller, key):
        answer = caller()(b"{}", {"idempotency-key": key})
        assert answer.status == 400
        assert "Idempotency-Key must have 1 to 255 visible ASCII characters" in answer.detail


def test_a_compressed_body_is_refused_in_words(caller):
    answer = caller()(b"\x1f\x8b", {"content-encoding": "gzip"})
    assert answer.detail == "The Content-Encoding 'gzip' is not taken; send it plain."
    assert isinstance(caller()(b"{}", {"content-encoding": "Identity"}), Received)


def test_what_is_not_configured_has_the_documented_defaults():
    trigger = compile_trigger({"path": "orders/{id}"})
    assert trigger.path == "orders/{id}"
    assert trigger.methods == {"POST"}
    assert trigger.respond == "accepted"
    assert (trigger.respond_timeout, trigger.idempotency_window) == (30_000, 300_000)


def test_what_is_configured_is_kept():
    trigger = compile_trigger(
        {
            "path": "orders",
            "methods": ["GET", "PUT"],
            "respond": "step",
            "respond_timeout": "2m",
            "idempotency_window": "0s",
        }
    )
    assert (trigger.methods, trigger.respond) == ({"GET", "PUT"}, "step")
    assert (trigger.respond_timeout, trigger.idempotency_window) == (120_000, 0)


SIGNED = {"type": "hmac", "header": "X-S", "secret": "KEY", "timestamp_header": "X-T"}
CONFIGURATIONS = [
    {},
    {"auth": {"type": "key"}},
    {"auth": {"type": "basic", "user": "u", "secret": "KEY"}},
    {"auth": {"type": "header", "header": "X-S", "secret": "KEY"}},
    {"auth": {"type": "hmac", "header": "X-S", "secret": "KEY", "encoding": "base64"}},
    {"auth": SIGNED},
    {"body_schema": ORDER_SCHEMA, "cors_origins": ["*"]},
    {"max_body": 10, "cors_origins": ["https://site.example"]},
]
CONTENT_TYPES = st.sampled_from(
    [
        "application/json",
        "application/x-www-form-urlencoded; charset=latin1",
        "multipart/form-data; boundary=B",
        "text/plain; charset=utf-16",
        "text/xml",
        "",
    ]
)
HEADER_NAMES = st.sampled_from(
    [
        "authorization",
        "content-encoding",
        "content-length",
        "content-type",
        "idempotency-key",
        "origin",
        "x-api-key",
        "x-s",
        "x-t",
    ]
)
HEADER_VALUES = (
    st.text(max_size=60)
    | CONTENT_TYPES
    | st.sampled_from(["Bearer k", "Basic dTpr", "0" * 64, "1700000000", "9" * 40])
    | st.text(max_size=9).map(lambda text: f"text/plain; charset={text}; boundary={text}")
)
BODIES = (
    st.binary(max_size=80)
    | st.text(max_size=40).map(json.dumps).map(str.encode)
    | st.builds(lambda inner: b"--B\r\n" + inner + b"\r\n--B--\r\n", st.binary(max_size=60))
    | st.builds(
        lambda inner: b'--B\r\nContent-Disposition: form-data; name="a"' + inner + b"\r\n--B--",
        st.binary(max_size=40),
    )
)


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
@settings(max_examples=150)
@given(
    raw=BODIES,
    headers=st.dictionaries(HEADER_NAMES, HEADER_VALUES, max_size=6),
    method=st.sampled_from(["GET", "POST"]),
    content_type=CONTENT_TYPES,
)
@example(raw=b"", headers={}, method="POST", content_type="")
def test_nothing_a_client_sends_raises(caller, configuration, raw, headers, method, content_type):
    call = caller(secrets={"KEY": "k"}, keys={"k": 200}, **configuration)
    answer = call(raw, headers, method, content_type)
    if isinstance(answer, Rejected):
        assert answer.status in (400, 401, 403, 413)
        assert answer.detail.endswith(".")
        "".join([answer.detail, *map(str, answer.faults)]).encode()
    else:
        json.dumps(answer.body, allow_nan=False, ensure_ascii=False).encode()


@given(body=st.binary(max_size=60), other=st.binary(max_size=60), key=st.text(min_size=1))
def test_a_signature_fits_its_body_and_no_other(caller, body, other, key):
    secret = key.encode("utf-8", "surrogatepass")
    signature = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    auth = {"type": "hmac", "header": "X-S", "secret": "KEY", "encoding": "base64"}
    call = caller(auth=auth, secrets={"KEY": key})
    for sent in (body, other):
        answer = call(sent, {"x-s": signature}, content_type="text/plain; charset=latin-1")
        assert isinstance(answer, Received) is (sent == body)
