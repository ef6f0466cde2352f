"""How a sending step tells a partner who sends: what leaves, and what of it is shown."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from actions import auth, empty_ping, send_webhook
from actions.auth.schema import AUTH_FIELD
from core.errors import ConflictError
from core.http import ClientCertificate, InboundRequest, OutboundRequest
from core.outcomes import Fail, Succeed
from triggers.auth import compile_auth

URL = "https://partner.example/sync"
SECRETS = {"NAME": "s3cr3t/+ß", "OTHER": "0ther"}
MARK = "[secret:NAME]"
NOW = 1_614_265_330_000


class TriggerSecrets:
    def reveal(self, name: str) -> str | None:
        return SECRETS.get(name)


@pytest.fixture(scope="session")
def attempt(make_context):
    """Runs one attempt; the context knows what left and what is shown of it."""

    def run(action=send_webhook, /, **params: Any) -> Any:
        params = {"url": URL, "body": {"id": 7}, **params}
        if action is empty_ping:
            del params["body"]
        context = make_context(params, secrets=SECRETS)
        outcome = action.run(context, params)
        assert isinstance(outcome, Succeed), outcome
        return context

    return run


def added(context) -> dict[str, tuple[str, str]]:
    """The headers that are not in every request: their values, and how these are shown."""
    shown = dict(context.shown[-1].headers)
    usual = {"User-Agent", "Idempotency-Key", "Content-Type"}
    return {
        name: (value, shown[name]) for name, value in context.sent[-1].headers if name not in usual
    }


def test_none_adds_nothing(attempt):
    assert added(attempt(auth={"type": "none"})) == {}
    assert attempt(auth={"type": "none"}).sent == attempt().sent


@pytest.mark.parametrize("action", [send_webhook, empty_ping])
def test_basic_sends_user_and_password_in_utf_8(attempt, action):
    context = attempt(action, auth={"type": "basic", "user": "Zoë", "secret": "NAME"})

    [(value, shown)] = added(context).values()
    assert base64.b64decode(value.removeprefix("Basic ")).decode() == "Zoë:s3cr3t/+ß"
    assert shown == f"Basic {MARK}"
    assert context.concealed == {value.removeprefix("Basic "): "NAME"}


def test_bearer_sends_the_token(attempt):
    context = attempt(auth={"type": "bearer", "secret": "OTHER"})
    assert added(context) == {"Authorization": ("Bearer 0ther", "Bearer [secret:OTHER]")}


def test_an_api_key_goes_into_a_header_as_it_is(attempt):
    context = attempt(auth={"type": "api-key", "header": "X-Key", "secret": "NAME"})
    assert added(context) == {"X-Key": (SECRETS["NAME"], MARK)}


@pytest.mark.parametrize("url", [URL, f"{URL}?v=1", f"{URL}#part"])
def test_an_api_key_goes_into_the_query_percent_encoded(attempt, url):
    context = attempt(url=url, auth={"type": "api-key", "query": "api key", "secret": "NAME"})

    query = parse_qs(urlsplit(context.sent[0].url).query)
    assert query.pop("api key") == [SECRETS["NAME"]]
    assert query == ({"v": ["1"]} if "?" in url else {})
    assert context.shown[0].url.endswith(f"api%20key={MARK}")
    assert added(context) == {}


@given(
    body=st.dictionaries(st.text(), st.text()),
    encoding=st.sampled_from(["hex", "base64"]),
    prefix=st.sampled_from(["", "sha256=", "v1,"]),
    timestamp=st.sampled_from([None, "X-Timestamp"]),
)
def test_an_hmac_is_what_the_trigger_of_the_same_configuration_takes(
    attempt, body, encoding, prefix, timestamp
):
    signed: dict[str, Any] = {"type": "hmac", "header": "X-Signature", "secret": "NAME"}
    signed |= {"encoding": encoding, "prefix": prefix}
    if timestamp:
        signed["timestamp_header"] = timestamp
    context = attempt(body=body, auth=signed)

    trigger = compile_auth({**signed, "tolerance": "1s"})
    assert verified(trigger, context.sent[0], context.sent[0].body) is None
    assert verified(trigger, context.sent[0], b"other") is not None
    signature, shown = added(context)["X-Signature"]
    assert shown == f"{prefix}{MARK}"
    assert context.concealed == {signature.removeprefix(prefix): "NAME"}


def verified(trigger, request: OutboundRequest, body: bytes) -> Any:
    headers = {name.lower(): value for name, value in request.headers}
    inbound = InboundRequest("POST", "/", {}, headers, "192.0.2.1", lambda _: body)
    return trigger.verify(inbound, body, TriggerSecrets(), lambda _: 401, NOW)


def test_an_hmac_of_a_request_without_a_body_is_over_nothing(attempt):
    signed = {"type": "hmac", "header": "X-Signature", "secret": "NAME"}
    context = attempt(empty_ping, auth=signed)
    assert verified(compile_auth(signed), context.sent[0], b"") is None


def test_a_client_certificate_goes_along_and_is_shown_nowhere(attempt):
    both = attempt(auth={"type": "mtls", "certificate": "NAME", "key": "OTHER"})
    together = attempt(auth={"type": "mtls", "certificate": "NAME"})

    value, other = SECRETS["NAME"], SECRETS["OTHER"]
    assert both.sent[0].client_certificate == ClientCertificate(value, other)
    assert together.sent[0].client_certificate == ClientCertificate(value, value)
    assert both.shown[0].client_certificate is None
    assert value not in repr(both.sent[0])


def test_a_signature_of_standard_webhooks_goes_along_with_it(attempt):
    signed = {"type": "hmac", "header": "X-Signature", "secret": "NAME"}
    names = added(attempt(auth=signed, sign={"secret": "OTHER"})).keys()
    assert names == {"webhook-id", "webhook-timestamp", "webhook-signature", "X-Signature"}


WHOLE: dict[str, dict[str, Any]] = {
    "basic": {"user": "u", "secret": "GONE"},
    "bearer": {"secret": "GONE"},
    "api-key": {"header": "X-Key", "secret": "GONE"},
    "hmac": {"header": "X-Signature", "secret": "GONE"},
    "oauth2": {"token_url": f"{URL}/token", "client_id": "c", "secret": "GONE"},
    "aws-sigv4": {"region": "r", "service": "s3", "access_key": "A", "secret": "GONE"},
    "mtls": {"certificate": "GONE"},
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_missing_secret_fails_in_words_and_nothing_is_sent(make_context, kind):
    params = {"url": URL, "auth": {"type": kind, **WHOLE[kind]}}
    context = make_context(params, secrets=SECRETS)

    outcome = send_webhook.run(context, params)

    assert isinstance(outcome, Fail)
    assert "there is no secret GONE" in outcome.error
    assert context.sent == []


def test_every_kind_is_in_the_schema_and_no_two_have_the_same_type():
    assert AUTH_FIELD["properties"]["type"]["enum"] == ["none", *WHOLE]
    with pytest.raises(ConflictError, match="two kinds of authentication are called basic"):
        auth.by_type(auth.basic.KIND, auth.AuthKind("basic", "", {}, (), auth.nobody.KIND.send))


def test_every_field_of_every_kind_is_described_and_its_samples_are_valid():
    Draft202012Validator.check_schema(AUTH_FIELD)
    for kind in auth.KINDS.values():
        assert kind.title
        for name, field in kind.properties.items():
            path = f"{kind.type}.{name}"
            assert field["title"], path
            assert field["description"].endswith("."), path
            assert "pattern" not in field or field["x-expected"], path
            samples = [*field["examples"], *([field["default"]] if "default" in field else [])]
            for sample in samples:
                assert not list(Draft202012Validator(field).iter_errors(sample)), path


@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_configuration_is_valid_and_one_without_its_secret_is_not(kind):
    check = Draft202012Validator(AUTH_FIELD)
    whole = {"type": kind, **WHOLE[kind]}
    assert check.is_valid(whole)
    assert check.is_valid({"type": "none"})
    assert not check.is_valid({**whole, "colour": "red"})
    [named] = [name for name, value in WHOLE[kind].items() if value == "GONE"]
    assert not check.is_valid({name: value for name, value in whole.items() if name != named})
    assert not check.is_valid({**whole, named: "not a name"})


BEARER = {"type": "bearer", "secret": "S"}
HMAC = {"type": "hmac", "header": "X-Sig", "secret": "S"}


@pytest.mark.parametrize(
    ("params", "path", "words"),
    [
        ({"auth": BEARER, "headers": {"authorization": "x"}}, "headers.authorization", "by auth"),
        ({"auth": HMAC, "headers": {"x-sig": "x"}}, "headers['x-sig']", "set by auth"),
        ({"auth": {**HMAC, "header": "Host"}}, "auth.header", "Host is Penstock's"),
        ({"auth": {**HMAC, "header": "content-type"}}, "auth.header", "name another"),
        ({"auth": {**HMAC, "timestamp_header": "x-SIG"}}, "auth.timestamp_header", "another"),
        (
            {"auth": {**HMAC, "header": "Webhook-Signature"}, "sign": {"secret": "S"}},
            "auth.header",
            "name another",
        ),
        ({"auth": {"type": "api-key", "secret": "S"}}, "auth.header", "is missing"),
        (
            {"auth": {"type": "api-key", "secret": "S", "header": "X", "query": "x"}},
            "auth.query",
            "remove one of the two",
        ),
        (
            {"auth": {"type": "api-key", "secret": "S", "query": "key"}, "query": {"key": "1"}},
            "auth.query",
            "remove it there",
        ),
        (
            {"auth": {"type": "mtls", "certificate": "S"}, "url": "HTTP://partner.example"},
            "url",
            "https://",
        ),
        (
            {
                "auth": {"type": "aws-sigv4", **WHOLE["aws-sigv4"]},
                "headers": {"X-Amz-Date": "now"},
            },
            "headers['X-Amz-Date']",
            "set by auth",
        ),
    ],
)
@pytest.mark.parametrize("action", [send_webhook, empty_ping])
def test_what_does_not_go_together_is_a_fault_at_its_path(action, params, path, words):
    [(found, message)] = action.SPEC.check({"url": URL, **params})
    assert found == path
    assert words in message


@pytest.mark.parametrize("kind", WHOLE)
def test_what_goes_together_is_none(kind):
    configured = {"auth": {"type": kind, **WHOLE[kind]}, "headers": {"X-Order": "1"}}
    assert send_webhook.check({"url": URL, "query": {"a": "1"}, **configured}) == []
