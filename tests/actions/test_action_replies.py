"""A partner's answer becomes an output and an outcome with words."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import send_webhook
from core.http import FailureKind, OutboundResponse, SendFailure
from core.outcomes import Fail, Halt, Retry, Succeed

PARAMS = {"url": "https://partner.example/sync"}


@pytest.fixture(scope="session")
def outcome_of(make_context):
    def run(result, **params):
        params = PARAMS | params
        return send_webhook.run(make_context(params, result=result), params)

    return run


def test_success_hands_the_parsed_answer_on(outcome_of, answer):
    outcome = outcome_of(answer(201, b'{"id": "rem-1"}', content_type="application/json"))
    assert outcome == Succeed(
        {
            "status": 201,
            "headers": {"content-type": "application/json"},
            "body": {"id": "rem-1"},
            "duration_ms": 84,
        }
    )


def test_a_code_to_retry_says_who_answered_what_and_when_to_return(outcome_of, answer):
    outcome = outcome_of(answer(503, b"busy", retry_after="120"))
    assert isinstance(outcome, Retry)
    assert outcome.reason == "partner.example answered 503 Service Unavailable"
    assert outcome.after == 120_000
    assert outcome.output["body"] == "busy"


def test_a_retry_date_counts_from_the_clock_of_the_context(outcome_of, answer):
    date = "Thu, 25 Feb 2021 15:03:10 GMT"
    outcome = outcome_of(answer(202, retry_after=date), codes={"retry": ["202"]})
    assert outcome.after == 60_000


def test_a_code_to_halt_halts(outcome_of, answer):
    outcome = outcome_of(answer(401), codes={"halt": ["401"]})
    assert isinstance(outcome, Halt)
    assert outcome.reason == "partner.example answered 401 Unauthorized"
    assert outcome.output["status"] == 401


@pytest.mark.parametrize(
    ("status", "words"), [(404, "404 Not Found"), (302, "302 Found"), (799, "799")]
)
def test_a_code_in_no_class_fails_with_the_answer_as_output(outcome_of, answer, status, words):
    outcome = outcome_of(answer(status, retry_after="9"))
    assert isinstance(outcome, Fail)
    assert outcome.error == f"partner.example answered {words}"
    assert outcome.output["status"] == status


@pytest.mark.parametrize("kind", FailureKind)
def test_only_failures_that_may_pass_are_retried(outcome_of, kind):
    outcome = outcome_of(SendFailure(kind, "partner.example did not answer", 5_000))
    hopeless = kind in (FailureKind.REFUSED_ADDRESS, FailureKind.INVALID_REQUEST)
    assert isinstance(outcome, Fail if hopeless else Retry)
    assert (outcome.error if hopeless else outcome.reason) == "partner.example did not answer"
    assert outcome.output == {
        "status": None,
        "headers": {},
        "body": None,
        "duration_ms": 5_000,
        "failure": kind.value,
    }


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://user:pw@Partner.example:8443/x", "partner.example"),
        ("https://[::1]:8443/x", "::1"),
        ("https://[secret:HOST]/x", "the partner"),
        ("/nowhere", "the partner"),
    ],
)
def test_words_name_the_shown_host(make_context, answer, url, host):
    context = make_context(PARAMS, {"url": url}, answer(404))
    outcome = send_webhook.run(context, PARAMS)
    assert outcome.error == f"{host} answered 404 Not Found"


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"", "application/json", None),
        (b'{"a":1,"a":2}', "application/json", {"a": 2}),
        (b"[1]", "application/hal+json; charset=utf-8", [1]),
        (b"{oops", "application/json", "{oops"),
        (b"NaN", "application/json", "NaN"),
        (b"[" * 65 + b"]" * 65, "application/json", "[" * 65 + "]" * 65),
        (b'{"a":1}', "text/plain", '{"a":1}'),
        (b'{"a":1}', "", '{"a":1}'),
        (b"<a/>", "text/xml", "<a/>"),
    ],
)
def test_bodies_are_json_only_when_they_say_so_and_are(
    outcome_of, answer, body, content_type, expected
):
    output = outcome_of(answer(200, body, content_type=content_type)).output
    assert output["body"] == expected
    assert output.keys() == {"status", "headers", "body", "duration_ms"}


def test_what_is_no_text_comes_as_base64_and_says_so(outcome_of, answer):
    body = b"\x89PNG\r\n\xff"
    output = outcome_of(answer(200, body, content_type="image/png")).output
    assert base64.b64decode(output["body"]) == body
    assert output["body_encoding"] == "base64"


@pytest.mark.parametrize(
    ("body", "text"), [(b'{"name": "Zo\xc3', '{"name": "Zo'), (b"12", "12"), (b"", None)]
)
def test_a_cut_answer_says_so_and_is_text(outcome_of, answer, body, text):
    result = answer(200, body, truncated=True, content_type="application/json")
    output = outcome_of(result).output
    assert (output["truncated"], output["body"]) == (True, text)


@given(
    status=st.integers(100, 999),
    body=st.binary(max_size=64),
    headers=st.dictionaries(
        st.sampled_from(["content-type", "retry-after", "x"]), st.text(max_size=40)
    ),
    truncated=st.booleans(),
)
def test_nothing_a_partner_answers_raises(outcome_of, status, body, headers, truncated):
    outcome = outcome_of(OutboundResponse(status, headers, body, truncated, 1))
    assert outcome.output["status"] == status
