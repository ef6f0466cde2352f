"""Signatures as receivers of Standard Webhooks verify them."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.encoding import ContentError
from actions.signing import signature_headers


def test_the_signature_is_that_of_the_published_example():
    headers = signature_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330_999,
        b'{"test": 2432232314}',
    )
    assert headers == (
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    )


@given(st.text(min_size=1).filter(lambda text: not text.startswith("whsec_")), st.binary())
def test_a_secret_without_the_prefix_is_the_key_itself(secret, body):
    signature = dict(signature_headers(secret, "msg", 1_000, body))["webhook-signature"]
    expected = hmac.new(secret.encode(), b"msg.1." + body, hashlib.sha256).digest()
    assert base64.b64decode(signature.removeprefix("v1,")) == expected


@pytest.mark.parametrize("secret", ["whsec_%%%", "whsec_abc", "whsec_MfKQ 9r8G"])
def test_a_prefix_without_base64_is_refused_without_showing_the_secret(secret):
    with pytest.raises(ContentError, match="base64 does not follow") as refused:
        signature_headers(secret, "msg", 1_000, b"")
    assert secret not in str(refused.value)
