"""Access tokens: how one is asked for, what its answer is taken for, and what is shown of both."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions import send_webhook
from core.http import FailureKind, OutboundResponse, SendFailure
from core.outcomes import Fail, Halt, Retry, Succeed

URL = "https://api.partner.example/orders"
TOKEN_URL = "https://login.partner.example/oauth/token"
SECRET = "cl13nt s3cret/&"
TOKEN = "at-1234567890-abcdefghij"
NOW = 1_614_265_330_000
OK = OutboundResponse(200, {}, b"", False, 84)
UNAUTHORIZED = OutboundResponse(401, {}, b"", False, 84)


def token_answer(status: int = 200, **members: Any) -> OutboundResponse:
    body = json.dumps(members).encode()
    return OutboundResponse(status, {"content-type": "application/json"}, body, False, 84)


GIVEN = token_answer(access_token=TOKEN, token_type="Bearer", expires_in=3600)


@pytest.fixture(scope="session")
def attempt(make_context):
    """Runs one attempt against these answers; with `tokens`, in the wake of another."""

    def run(*answers, tokens=None, codes=None, timeout="15s", **auth: Any):
        auth = {
            "type": "oauth2",
            "token_url": TOKEN_URL,
            "client_id": "penstock:shop",
            "secret": "CLIENT",
            **auth,
        }
        params = {"url": URL, "auth": auth, "codes": codes or {}, "timeout": timeout}
        context = make_context(params, secrets={"CLIENT": SECRET}, answers=list(answers))
        if tokens is not None:
            context.tokens = tokens
        context.outcome = send_webhook.run(context, params)
        return context

    return run


def bearer(context, at: int = -1) -> str:
    return dict(context.sent[at].headers)["Authorization"]


def urls(context) -> list[str]:
    return [request.url for request in context.sent]


def test_a_token_is_asked_for_and_sent(attempt):
    context = attempt(GIVEN, OK, scope="orders read", audience="https://api.partner.example")

    assert isinstance(context.outcome, Succeed)
    assert urls(context) == [TOKEN_URL, URL]
    asked = context.sent[0]
    assert (asked.method, asked.max_redirects) == ("POST", 0)
    assert parse_qs(asked.body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["orders read"],
        "audience": ["https://api.partner.example"],
    }
    headers = dict(asked.headers)
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Idempotency-Key" not in headers
    credentials = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert credentials == "penstock%3Ashop:cl13nt+s3cret%2F%26"
    assert bearer(context) == f"Bearer {TOKEN}"


def test_the_client_can_show_itself_in_the_body(attempt):
    context = attempt(GIVEN, OK, client_auth="body")

    assert parse_qs(context.sent[0].body.decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["penstock:shop"],
        "client_secret": [SECRET],
    }
    assert "Authorization" not in dict(context.sent[0].headers)
    assert context.shown[0].body.endswith(b"&client_secret=[secret:CLIENT]")


@pytest.mark.parametrize("client_auth", ["basic", "body"])
def test_neither_secret_nor_token_is_shown_and_both_are_concealed(attempt, client_auth):
    answer = token_answer(
        access_token=TOKEN, refresh_token="rt-98765", token_type="bearer", expires_in=60
    )
    context = attempt(answer, OK, client_auth=client_auth)

    assert TOKEN in context.concealed
    credentials = dict(context.sent[0].headers).get("Authorization", "Basic ")[6:]
    written = repr((context.shown, context.shown_answers))
    assert not any(value in written for value in (SECRET, TOKEN, "rt-98765", credentials) if value)
    assert json.loads(context.shown_answers[0].body) == {
        "access_token": "[masked]",
        "refresh_token": "[masked]",
        "token_type": "bearer",
        "expires_in": 60,
    }
    assert dict(context.shown[1].headers)["Authorization"] == "Bearer [secret:CLIENT]"


@pytest.mark.parametrize(
    ("members", "lifetime"),
    [
        ({"expires_in": 3600}, 3_570_000),
        ({"expires_in": "3600"}, 3_570_000),
        ({"expires_in": 100}, 90_000),
        ({"expires_in": 0}, 300_000),
        ({}, 300_000),
        ({"expires_in": None}, 300_000),
    ],
)
def test_a_token_is_used_until_shortly_before_its_end(attempt, members, lifetime):
    context = attempt(token_answer(access_token=TOKEN, token_type="bearer", **members), OK)
    [kept] = context.tokens.kept.values()
    assert (kept.value, kept.usable_until) == (TOKEN, NOW + lifetime)
    assert TOKEN not in repr(kept)


def test_a_token_that_is_there_is_not_asked_for_again(attempt):
    first = attempt(GIVEN, OK)
    second = attempt(OK, tokens=first.tokens)
    assert urls(second) == [URL]
    assert bearer(second) == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "other",
    [
        {"client_id": "other"},
        {"scope": "more"},
        {"audience": "other"},
        {"token_url": f"{TOKEN_URL}/v2"},
    ],
)
def test_a_token_is_for_one_client_and_one_purpose(attempt, other):
    first = attempt(GIVEN, OK)
    second = attempt(GIVEN, OK, tokens=first.tokens, **other)
    assert len(second.sent) == 2
    assert len(first.tokens.kept) == 2
    assert not any(SECRET in key for key in first.tokens.kept)


def test_a_kept_token_that_the_partner_does_not_take_is_renewed_once(attempt):
    renewed = token_answer(access_token="at-renewed-1", token_type="bearer", expires_in=60)
    tokens = attempt(GIVEN, OK).tokens

    context = attempt(UNAUTHORIZED, renewed, OK, tokens=tokens)

    assert isinstance(context.outcome, Succeed)
    assert urls(context) == [URL, TOKEN_URL, URL]
    assert bearer(context, 0) == f"Bearer {TOKEN}"
    assert bearer(context) == "Bearer at-renewed-1"
    assert [token.value for token in tokens.kept.values()] == ["at-renewed-1"]


def test_a_partner_that_takes_no_token_gets_no_third_one(attempt):
    tokens = attempt(GIVEN, OK).tokens
    context = attempt(UNAUTHORIZED, GIVEN, UNAUTHORIZED, tokens=tokens)
    assert urls(context) == [URL, TOKEN_URL, URL]
    assert isinstance(context.outcome, Fail)
    assert context.outcome.error == "api.partner.example answered 401 Unauthorized"


def test_a_fresh_token_that_is_not_taken_is_an_answer_like_any_other(attempt):
    context = attempt(GIVEN, UNAUTHORIZED, codes={"halt": ["401"]})
    assert urls(context) == [TOKEN_URL, URL]
    assert isinstance(context.outcome, Halt)


REFUSED = token_answer(401, error="invalid_client", error_description="unknown\nclient")
PASSING = SendFailure(FailureKind.TIMEOUT, "no answer from login.partner.example:443", 5_000)
LASTING = SendFailure(FailureKind.REFUSED_ADDRESS, "10.0.0.1 is a private network", 0)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (REFUSED, Fail, "login.partner.example answered 401: invalid_client (unknown client)"),
        (token_answer(400, error="odd_error"), Fail, "answered 400: odd_error"),
        (token_answer(200, error="invalid_scope"), Fail, "answered 200: invalid_scope"),
        (token_answer(400, error="temporarily_unavailable"), Retry, "temporarily_unavailable"),
        (token_answer(503, error="server_error"), Retry, "answered 503: server_error"),
        (OutboundResponse(502, {}, b"<h1>no</h1>", False, 9), Retry, "answered 502"),
        (OutboundResponse(302, {}, b"", False, 9), Fail, "answered 302"),
        (OutboundResponse(404, {}, b"<h1>no</h1>", False, 9), Fail, "answered 404"),
        (OutboundResponse(200, {}, b"<h1>yes</h1>", False, 9), Fail, "but no token of OAuth 2"),
        (token_answer(access_token=7), Fail, "but no token of OAuth 2"),
        (token_answer(access_token=""), Fail, "but no token of OAuth 2"),
        (token_answer(access_token=TOKEN, token_type="mac"), Fail, "a token of the type mac"),
        (PASSING, Retry, "no access token: no answer from login.partner.example:443"),
        (LASTING, Fail, "no access token: 10.0.0.1 is a private network"),
    ],
)
def test_without_a_token_nothing_is_sent_and_the_outcome_says_why(attempt, answer, kind, words):
    context = attempt(answer, scope="orders")

    assert urls(context) == [TOKEN_URL]
    assert isinstance(context.outcome, kind)
    assert words in (context.outcome.error if kind is Fail else context.outcome.reason)
    assert context.outcome.output == {
        "status": None,
        "headers": {},
        "body": None,
        "duration_ms": answer.duration,
        "failure": "authentication",
    }
    assert not context.tokens.kept


def test_a_busy_provider_is_left_alone_as_long_as_it_says(attempt):
    busy = OutboundResponse(429, {"retry-after": "7"}, b"", False, 9)
    assert attempt(busy).outcome.after == 7_000


def test_a_provider_that_grants_less_than_was_asked_for_is_taken_at_its_word(attempt):
    answer = token_answer(access_token=TOKEN, token_type="bearer", scope="read")
    assert isinstance(attempt(answer, OK, scope="read write").outcome, Succeed)


def test_a_provider_that_answers_with_a_form_is_understood_and_not_shown(attempt):
    answer = OutboundResponse(200, {}, f"access_token={TOKEN}&token_type=bearer".encode(), False, 9)
    context = attempt(answer, OK)
    assert isinstance(context.outcome, Succeed)
    assert bearer(context) == f"Bearer {TOKEN}"
    assert context.shown_answers[0].body == b'"[masked]"'


def test_what_a_provider_says_is_wrong_is_shown_as_it_came(attempt):
    assert attempt(REFUSED).shown_answers == [REFUSED]


@given(
    body=st.binary(max_size=80)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["access_token", "token_type", "expires_in", "scope", "error", "expires_at"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=6,
    ).map(lambda value: json.dumps(value).encode()),
    status=st.sampled_from([200, 201, 400, 503]),
)
def test_whatever_a_provider_answers_ends_in_an_outcome(attempt, body, status):
    context = attempt(OutboundResponse(status, {}, body, False, 9), OK)
    assert isinstance(context.outcome, Succeed | Fail | Retry)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b"[]",
        b"7",
        b"null",
        b"\xff",
        b'{"access_token": "a-token", "expires_in": Infinity}',
        b'{"access_token": "a-token", "scope": 7}',
        b'{"error": ["a"]}',
        b'{"error": null}',
        b'{"ok": true, "expires_in": 99999999999999999999999}',
    ],
)
def test_what_is_no_answer_of_oauth_is_no_token(attempt, body):
    context = attempt(OutboundResponse(200, {}, body, False, 9))
    assert isinstance(context.outcome, Fail)
    assert context.outcome.error.startswith("no access token: login.partner.example answered 200")


def test_the_timeout_of_the_step_covers_the_request_for_the_token_too(make_context):
    class Passing:
        moment = NOW

        def now(self) -> int:
            return self.moment

    clock = Passing()
    auth = {"type": "oauth2", "token_url": TOKEN_URL, "client_id": "c", "secret": "CLIENT"}
    params = {"url": URL, "timeout": "10s", "auth": auth}
    context = make_context(params, secrets={"CLIENT": SECRET}, clock=clock)
    send = context.send

    def slow(*arguments):
        clock.moment += 4_000
        context.result = GIVEN
        return send(*arguments)

    context.send = slow
    send_webhook.run(context, params)

    assert [request.timeout for request in context.sent] == [10_000, 6_000]
