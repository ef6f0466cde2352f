"""The answer to the caller of a run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from actions import respond
from core.outcomes import Answer, Fail, Succeed

JSON = ("Content-Type", "application/json")


@pytest.fixture(scope="session")
def respond_with(make_context):
    return lambda **params: respond.run(make_context(params), params)


@pytest.mark.parametrize(
    ("params", "answer"),
    [
        ({}, Answer(200, (), b"")),
        ({"status": 204}, Answer(204, (), b"")),
        ({"status": 201, "body": {"id": 7}}, Answer(201, (JSON,), b'{"id":7}')),
        ({"status": "404", "body": None}, Answer(404, (JSON,), b"null")),
        ({"body": [1, "a"]}, Answer(200, (JSON,), b'[1,"a"]')),
        (
            {"body": "Zoë"},
            Answer(200, (("Content-Type", "text/plain; charset=utf-8"),), b"Zo\xc3\xab"),
        ),
        (
            {"body": "<a>Zoë</a>", "headers": {"content-type": "text/xml; charset=iso-8859-1"}},
            Answer(200, (("content-type", "text/xml; charset=iso-8859-1"),), b"<a>Zo\xeb</a>"),
        ),
        (
            {"body": "Ada", "headers": {"Content-Type": "application/json"}},
            Answer(200, (JSON,), b'"Ada"'),
        ),
        (
            {"body": {"a": 1}, "headers": {"Content-Type": "application/problem+json"}},
            Answer(200, (("Content-Type", "application/problem+json"),), b'{"a":1}'),
        ),
        (
            {"body": {"a": 1}, "headers": {"Content-Type": "text/plain"}},
            Answer(200, (("Content-Type", "text/plain"),), b'{"a":1}'),
        ),
        (
            {"body": 1, "headers": {"X-Total": 12.5, "X-Gone": None}},
            Answer(200, (JSON, ("X-Total", "12.5")), b"1"),
        ),
    ],
)
def test_answers(respond_with, params, answer):
    assert respond_with(**params).answer == answer


def test_the_output_is_what_was_answered(respond_with):
    outcome = respond_with(status=201, body={"id": 7}, headers={"X-Order": ["7", "8"]})
    assert isinstance(outcome, Succeed)
    assert outcome.output == {
        "status": 201,
        "headers": {"content-type": "application/json", "x-order": "7, 8"},
        "body": {"id": 7},
    }


@pytest.mark.parametrize(
    ("params", "status", "location"),
    [
        ({"redirect": "/thanks"}, 302, "/thanks"),
        ({"redirect": "https://a.example/?q=%20&b=[1]", "status": 303}, 303, None),
        (
            {"redirect": "https://a.example/Zoë x", "status": "308"},
            308,
            "https://a.example/Zo%C3%AB%20x",
        ),
    ],
)
def test_redirects(respond_with, params, status, location):
    expected = (("Location", location or params["redirect"]),)
    assert respond_with(**params).answer == Answer(status, expected, b"")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"status": "abc"}, "status: 'abc' is not a status code between 200 and 599"),
        ({"status": "٢٠٠"}, "is not a status code"),
        ({"status": 199}, "status: 199 is not a status code"),
        ({"status": 600}, "status: 600 is not a status code"),
        ({"status": True}, "status: True is not a status code"),
        ({"status": 200.0}, "status: 200.0 is not a status code"),
        ({"status": "204", "body": "x"}, "body: an answer with status 204 has none"),
        ({"redirect": "/x", "status": "200"}, "status: 200 does not redirect"),
        ({"redirect": ""}, "redirect: the URL is empty"),
        ({"redirect": "/x\r\nSet-Cookie: a=b"}, "redirect: the URL has a line break"),
        ({"headers": {"X-A": "a\r\nX-B: b"}}, "headers.X-A: '\\r' cannot stand in a header"),
        ({"headers": {"X-A": "a\nb"}}, "headers.X-A: '\\n' cannot stand in a header"),
        ({"headers": {"X-A": "12 €"}}, "headers.X-A: '€' cannot stand in a header"),
        ({"headers": {"Set-Cookie": "penstock_session=x"}}, "headers.Set-Cookie: cookies named"),
        ({"headers": {"set-cookie": ["a=b", " =Penstock_session=x"]}}, "are Penstock's"),
        ({"body": 2**64}, "cannot be written as JSON"),
    ],
)
def test_what_cannot_be_answered_fails_and_says_why(respond_with, params, words):
    outcome = respond_with(**params)
    assert isinstance(outcome, Fail)
    assert words in outcome.error


@given(st.text(), st.text())
def test_no_value_adds_a_header_line(respond_with, value, target):
    for outcome in (respond_with(headers={"X-A": value}), respond_with(redirect=target)):
        if isinstance(outcome, Succeed):
            [(_, sent)] = outcome.answer.headers
            assert not set(sent.encode("latin-1")) & set(b"\r\n\0")


@pytest.mark.parametrize(
    ("params", "paths"),
    [
        ({"body": {}, "redirect": "/x"}, ["body"]),
        ({"status": 200, "redirect": "/x"}, ["status"]),
        ({"redirect": "/x", "headers": {"location": "/y"}}, ["headers.Location"]),
        ({"status": 204, "body": "x"}, ["body"]),
        ({"headers": {"Transfer-Encoding": "chunked"}}, ["headers['Transfer-Encoding']"]),
        ({"headers": {"Clear-Site-Data": "*"}}, ["headers['Clear-Site-Data']"]),
        (
            {"headers": {"connection": "close", "X-A": "1", "x-a": "2"}},
            ["headers.connection", "headers['x-a']"],
        ),
        ({"status": "<x>", "redirect": "/x"}, []),
        ({"status": 307, "redirect": "/x", "headers": {"Cache-Control": "no-store"}}, []),
        ({"status": 204}, []),
        ({}, []),
    ],
)
def test_contradictions_are_faults(params, paths):
    assert [path for path, _ in respond.check(params)] == paths


@pytest.mark.parametrize(
    ("status", "valid"),
    [(200, True), (599, True), ("<x>", True), (199, False), (600, False), (None, False)],
)
def test_the_schema_takes_a_code_or_a_template(status, valid):
    assert Draft202012Validator(respond.SPEC.schema).is_valid({"status": status}) is valid
