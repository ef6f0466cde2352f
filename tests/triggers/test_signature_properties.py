"""Whatever stands in the headers, the URL and the body: nothing raises, and nothing passes."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.http import InboundRequest
from core.webhooks import Received, Rejected
from tests.triggers.conftest import NOW, SecretStore
from tests.triggers.signing import SECONDS, SIGNERS, URL, Signer
from triggers.webhook import compile_trigger

KINDS = ("application/json", "application/x-www-form-urlencoded", "text/plain; charset=x", "", "\0")
NAMES = sorted({name for one in SIGNERS for name in one.headers()})
ANY_TEXT = st.text(max_size=300)
LIKELY = st.sampled_from(
    [
        "v1,",
        "v1a,",
        "t=1700000000,v1=",
        "sha256=",
        "v0=",
        "whsec_",
        "1700000000",
        "0" * 64,
        "A" * 43,
    ]
)
VALUES = st.one_of(ANY_TEXT, st.lists(st.one_of(LIKELY, ANY_TEXT), max_size=6).map("".join))
SECRETS = st.one_of(
    ANY_TEXT,
    st.tuples(st.sampled_from(["whsec_", "whpk_", "whsk_"]), ANY_TEXT).map("".join),
    st.binary(min_size=32, max_size=32).map(lambda point: "whpk_" + b64encode(point).decode()),
)


def receive(
    signer: Signer,
    secret: str,
    headers: dict[str, str],
    body: bytes,
    url: str = URL,
    method: str = "POST",
) -> Any:
    trigger = compile_trigger({"path": "orders", "methods": ["POST", "GET"], "auth": signer.auth})
    request = InboundRequest(method, "orders", {}, headers, "192.0.2.1", lambda _most: body, url)
    return trigger.receive(request, {}, SecretStore({"KEY": secret}), lambda _key: 401, NOW)


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda one: one.sign.__name__)
@given(
    headers=st.dictionaries(st.sampled_from(NAMES), VALUES),
    kind=st.sampled_from(KINDS),
    body=st.binary(max_size=200),
    url=st.one_of(st.just(URL), ANY_TEXT.map(lambda text: f"https://{text}"), ANY_TEXT),
    secret=SECRETS,
)
def test_arbitrary_requests_never_raise_and_never_pass(signer, headers, kind, body, url, secret):
    answer = receive(signer, secret, {**headers, "content-type": kind}, body, url)
    assert isinstance(answer, Rejected)
    assert answer.status == 401


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda one: one.sign.__name__)
@given(data=st.data())
def test_a_signed_request_with_one_part_changed_never_passes(signer, data):
    signed = signer.sign(signer.secret, signer.body, SECONDS)
    name = data.draw(st.sampled_from(sorted(signed)))
    value = data.draw(VALUES.filter(lambda text: text.strip() != signed[name]))
    answer = receive(
        signer,
        signer.secret,
        {**signed, name: value, "content-type": signer.content_type},
        signer.body,
    )
    # A list of signatures in which the right one still stands is right.
    assert isinstance(answer, Rejected) or signed[name] in value


@pytest.mark.parametrize("signer", SIGNERS, ids=lambda one: one.sign.__name__)
@given(data=st.data())
def test_a_signed_body_with_one_byte_changed_never_passes(signer, data):
    place = data.draw(st.integers(0, len(signer.body) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != signer.body[place]))
    changed = signer.body[:place] + bytes([byte]) + signer.body[place + 1 :]
    headers = {**signer.headers(), "content-type": signer.content_type}
    answer = receive(signer, signer.secret, headers, changed)
    if signer.scheme == "twilio" and isinstance(answer, Received):
        # Twilio signs names and values with nothing between them: some forms are alike to it.
        original = receive(signer, signer.secret, headers, signer.body)
        assert signed_by_twilio(answer.body) == signed_by_twilio(original.body)
    else:
        assert isinstance(answer, Rejected)


def signed_by_twilio(fields: Any) -> str:
    text = ""
    for name, found in sorted(fields.items()):
        values = found if isinstance(found, list) else [found]
        text += "".join(name + value for value in sorted(set(values)))
    return text
