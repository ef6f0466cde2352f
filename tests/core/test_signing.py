"""Signatures as the receivers of messages verify them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from core.signing import body_signature, new_signing_secret, signature_headers


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_the_library_of_receivers_accepts_what_is_signed(text: str) -> None:
    body, secret = text.encode(), new_signing_secret()
    headers = dict(signature_headers([secret], "msg_1", time.time_ns() // 1_000_000, body))
    Webhook(secret).verify(body, headers, json_parse=False)


def test_while_a_secret_is_replaced_receivers_with_either_one_accept() -> None:
    old, new = new_signing_secret(), new_signing_secret()
    headers = dict(signature_headers([new, old], "msg_1", time.time_ns() // 1_000_000, b"{}"))
    for secret in (old, new):
        Webhook(secret).verify(b"{}", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_signing_secret()).verify(b"{}", headers)


def test_a_new_secret_holds_32_bytes_and_is_another_each_time() -> None:
    made = {new_signing_secret() for _ in range(50)}
    assert len(made) == 50
    keys = {len(base64.b64decode(one.removeprefix("whsec_"), validate=True)) for one in made}
    assert keys == {32}


def test_the_plain_signature_is_made_of_the_body_with_the_secret_as_it_is_shown() -> None:
    expected = hmac.new(b"whsec_abc", b'{"a":1}', hashlib.sha256).hexdigest()
    assert body_signature("whsec_abc", b'{"a":1}') == f"sha256={expected}"
