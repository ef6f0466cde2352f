"""Signatures of AWS, held to those that AWS publishes and to botocore's own way of signing."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from actions import send_webhook
from actions.auth.aws_signature import AwsSigner
from actions.auth.aws_sigv4 import normalized
from actions.encoding import ContentError
from core.http import Headers, OutboundRequest
from core.outcomes import Fail, Succeed

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
SUITE = AwsSigner("us-east-1", "service", "AKIDEXAMPLE", SECRET)
"""The signer of AWS's test suite (aws-sig-v4-test-suite)."""
S3 = AwsSigner(
    "us-east-1", "s3", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)
"""The signer of the examples in the documentation of S3."""
SESSION = (
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPf"
    "IeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7W"
    "Z0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8F"
    "DrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="
)
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def at(moment: str) -> int:
    return round(datetime.strptime(f"{moment}+0000", "%Y%m%dT%H%M%SZ%z").timestamp() * 1000)


def signature(
    signer: AwsSigner,
    method: str,
    url: str,
    headers: Headers = (),
    body: bytes | None = None,
    moment: str = "20150830T123600Z",
) -> str:
    return signer.sign(
        OutboundRequest(method, normalized(url), headers, body), at(moment)
    ).signature


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "expected"),
    [
        ("GET", "/", (), None, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "/", (), None, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET",
            "/?Param2=value2&Param1=value1",
            (),
            None,
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "GET",
            "/?\u1234=bar",
            (),
            None,
            "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
        ),
        (
            "GET",
            "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
            (),
            None,
            "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
        ),
        (
            "POST",
            "/",
            FORM,
            b"Param1=value1",
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
        (
            "POST",
            "/",
            (("X-Amz-Security-Token", SESSION),),
            None,
            "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
        ),
    ],
)
def test_the_signatures_are_those_of_the_test_suite(method, path, headers, body, expected):
    url = f"https://example.amazonaws.com{path}"
    assert signature(SUITE, method, url, headers, body) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (
            "?max-keys=2&prefix=J",
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_those_for_s3_are_those_of_its_documentation(query, expected):
    url = f"https://examplebucket.s3.amazonaws.com{query}"
    assert signature(S3, "GET", url, moment="20130524T000000Z") == expected


@given(
    path=st.text("abcé%/ .~+()", max_size=12),
    query=st.dictionaries(st.text(), st.text(), max_size=3),
    body=st.binary(max_size=20),
    service=st.sampled_from(["execute-api", "s3"]),
)
def test_it_is_what_botocore_signs_of_the_same_url(path, query, body, service):
    url = OutboundRequest("POST", f"https://api.example/{path}").url
    url = normalized(f"{url}?{'&'.join(f'{k}={v}' for k, v in query.items())}")
    signer = AwsSigner("eu-central-1", service, "AKID", SECRET)
    own = signer.sign(OutboundRequest("POST", url, FORM, body), at("20260101T000000Z"))
    theirs = AWSRequest(method="POST", url=url, data=body, headers=dict(FORM))
    kind = S3SigV4Auth if service == "s3" else SigV4Auth
    with patch("botocore.auth.get_current_datetime", return_value=datetime(2026, 1, 1, tzinfo=UTC)):
        kind(Credentials("AKID", SECRET), service, "eu-central-1").add_auth(theirs)

    assert theirs.headers["Authorization"] == own.claim + own.signature
    assert dict(own.headers).items() <= dict(theirs.headers.items()).items()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h", "https://h/"),
        ("https://h/a%2Fb/é (x)#part", "https://h/a%2Fb/%C3%A9%20%28x%29"),
        ("https://h/a%e9?q=1+2&z=%E9&p=/:", "https://h/a%E9?q=1%202&z=%E9&p=%2F%3A"),
        ("https://h/?acl&b=", "https://h/?acl=&b="),
    ],
)
def test_a_url_is_sent_as_it_is_signed(url, expected):
    assert normalized(url) == expected
    assert normalized(expected) == expected


@given(st.text(max_size=60))
def test_any_url_is_normalized_once_and_for_all_or_refused_in_words(text):
    try:
        once = normalized(f"https://{text}")
    except ContentError as error:
        assert str(error)
    else:
        assert normalized(once) == once


def test_what_is_shown_has_everything_but_the_signature_and_the_session(make_context):
    auth = {
        "type": "aws-sigv4",
        "region": "eu-central-1",
        "service": "s3",
        "access_key": "AKID",
        "secret": "KEY",
        "session_token": "SESSION",
    }
    params = {"url": "https://bucket.example/a b", "method": "PUT", "body": 1, "auth": auth}
    context = make_context(params, secrets={"KEY": SECRET, "SESSION": SESSION})

    assert isinstance(send_webhook.run(context, params), Succeed)

    sent, shown = dict(context.sent[0].headers), dict(context.shown[0].headers)
    assert context.sent[0].url == "https://bucket.example/a%20b"
    names = "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token"
    claim = (
        "AWS4-HMAC-SHA256 Credential=AKID/20210225/eu-central-1/s3/aws4_request, "
        f"SignedHeaders={names}, Signature="
    )
    assert sent["Authorization"].startswith(claim)
    assert shown["Authorization"] == f"{claim}[secret:KEY]"
    assert sent["X-Amz-Security-Token"] == SESSION
    assert shown["X-Amz-Security-Token"] == "[secret:SESSION]"
    assert sent["X-Amz-Date"] == shown["X-Amz-Date"] == "20210225T150210Z"
    signed = sent["Authorization"].removeprefix(claim)
    assert context.concealed == {SESSION: "SESSION", signed: "KEY"}


def test_a_url_that_cannot_be_read_fails_in_words(make_context):
    auth = {"type": "aws-sigv4", "region": "r", "service": "s", "access_key": "A", "secret": "K"}
    params = {"url": "https://[::1/", "auth": auth}
    context = make_context(params, secrets={"K": SECRET})
    outcome = send_webhook.run(context, params)
    assert isinstance(outcome, Fail)
    assert "url: cannot be read" in outcome.error


def test_botocore_is_loaded_only_where_it_signs():
    code = "import sys, wiring, api.server; sys.exit('botocore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
