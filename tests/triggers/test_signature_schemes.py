"""What the schemes say of themselves, which secrets they can use, and Slack's handshake."""

from __future__ import annotations

import json
from dataclasses import fields
from types import SimpleNamespace

import pytest

from core.duration import parse_duration
from core.errors import ConflictError
from core.webhooks import Answered, Received, Rejected
from tests.triggers.signing import SECONDS, SIGNERS
from triggers.signatures import SCHEMES, SPECS, by_name, github, slack, stripe
from triggers.webhook import SPEC as WEBHOOK

CHALLENGE = {"token": "Jhj5d", "challenge": "3eZbrw1aBm2r", "type": "url_verification"}
SLACK = next(one for one in SIGNERS if one.scheme == "slack")


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_scheme_says_in_words_all_there_is_to_know(spec):
    optional = {"note"} if spec.delivery else {"note", "delivery", "window"}
    for field in fields(spec):
        if field.type == "str" and field.name not in optional:
            assert getattr(spec, field.name), field.name
    assert spec.headers
    assert bool(spec.window) == bool(spec.delivery)
    assert not spec.window or parse_duration(spec.window) <= parse_duration("7d")
    assert spec.source.startswith("https://")
    assert bool(spec.delivery) == bool(spec.delivery_id) or spec.name == "hmac"


def test_the_form_offers_every_scheme_with_what_its_secret_is():
    [branch] = [
        one["then"]
        for one in WEBHOOK.schema["properties"]["auth"]["allOf"]
        if one["if"]["properties"]["type"]["const"] == "signature"
    ]
    scheme = branch["properties"]["scheme"]
    assert scheme["enum"] == list(SCHEMES)
    assert scheme["x-choices"].keys() == SCHEMES.keys()
    title, meaning = scheme["x-choices"]["github"]
    assert (title, github.SPEC.key in meaning) == ("GitHub", True)


def test_a_name_that_is_taken_fails():
    twin = SimpleNamespace(SPEC=stripe.SPEC, read=stripe.read)
    with pytest.raises(ConflictError, match="two signature schemes are called stripe"):
        by_name(github, stripe, twin)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=", "the sender's private key"),
        ("whpk_AAAA", "not the base64 of an Ed25519 public key"),
        ("whpk_", "not the base64 of an Ed25519 public key"),
        ("whsec_", "what follows is not base64"),
        ("whsec_Zürich", "what follows is not base64"),
    ],
)
def test_a_secret_that_is_no_key_is_explained_to_the_operator_alone(caller, value, words):
    auth = {"type": "signature", "scheme": "standard-webhooks", "secrets": ["KEY"]}
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(SECONDS),
        "webhook-signature": "v1," + "A" * 43 + "=",
    }
    answer = caller({"KEY": value}, auth=auth)(b"{}", headers)
    assert isinstance(answer, Rejected)
    assert answer.status == 401
    assert words in answer.internal
    assert "The secret KEY " in answer.internal
    assert words not in answer.detail
    assert value.partition("_")[2] not in answer.internal or value.endswith("_")


def test_the_url_that_was_checked_is_told_to_the_operator_alone(caller):
    for scheme in ("twilio", "hubspot"):
        signer = next(one for one in SIGNERS if one.scheme == scheme)
        call = caller({"KEY": signer.secret}, auth=signer.auth)
        url = "http://10.0.0.7:8080/hooks/acme/orders"
        answer = call(signer.body, signer.headers(), content_type=signer.content_type, url=url)
        assert answer.status == 401
        assert f"taken to be {url}" in answer.internal
        assert "PENSTOCK_PUBLIC_URL" in answer.internal
        assert "10.0.0.7" not in answer.detail


def test_a_tolerance_is_refused_where_no_moment_is_signed():
    def faults(scheme):
        auth = {"type": "signature", "scheme": scheme, "secrets": ["KEY"], "tolerance": "10m"}
        return WEBHOOK.check({"path": "a", "auth": auth})

    assert faults("stripe") == []
    assert faults("github") == [("auth.tolerance", "GitHub signs no moment of sending; remove it")]


class TestHandshake:
    @pytest.fixture
    def call(self, caller):
        schema = {"type": "object", "required": ["event"]}
        return caller({"KEY": SLACK.secret}, auth=SLACK.auth, body_schema=schema)

    def test_a_signed_challenge_is_answered_and_is_no_event(self, call):
        body = json.dumps(CHALLENGE).encode()
        answer = call(body, SLACK.headers(body))
        assert isinstance(answer, Answered)
        assert (answer.status, answer.headers) == (200, (("Content-Type", "application/json"),))
        assert json.loads(answer.body) == {"challenge": CHALLENGE["challenge"]}

    def test_an_unsigned_challenge_is_not_answered(self, call):
        body = json.dumps(CHALLENGE).encode()
        assert call(body).status == 401
        assert call(body, SLACK.headers(body, secret="another")).status == 401

    @pytest.mark.parametrize(
        "change", [{"type": "event_callback"}, {"challenge": 1}, {"challenge": None}, {"type": []}]
    )
    def test_what_is_no_challenge_is_an_event_like_any_other(self, call, change):
        body = json.dumps({**CHALLENGE, "event": {}, **change}).encode()
        assert isinstance(call(body, SLACK.headers(body)), Received)

    def test_other_schemes_answer_no_challenge(self, caller):
        body = json.dumps(CHALLENGE).encode()
        for signer in SIGNERS:
            if signer.scheme not in ("slack", "twilio", "hubspot"):
                call = caller({"KEY": signer.secret}, auth=signer.auth)
                assert isinstance(call(body, signer.headers(body)), Received)
        assert slack.SPEC.handshake is not None
        assert all(slack.SPEC.handshake(other) is None for other in (None, [], "text", 1))
