"""Every scheme takes what its provider signs, and nothing else; nothing a caller sends raises."""

from __future__ import annotations

import pytest

from core.webhooks import Received, Rejected
from tests.triggers.conftest import NOW, Caller
from tests.triggers.signing import SECONDS, SIGNERS, URL, WHSEC, Signer
from triggers.signatures import SCHEMES

EVERY = pytest.mark.parametrize("signer", SIGNERS, ids=[one.sign.__name__ for one in SIGNERS])
TIMED = pytest.mark.parametrize(
    "signer",
    [one for one in SIGNERS if one.has_timestamp],
    ids=[one.sign.__name__ for one in SIGNERS if one.has_timestamp],
)

GARBAGE = (
    *("", " ", ",", "=", "v1", "v1,", "v1=", "t=1", "t=,v1=", "sha256=", "v0=", "v0=zz", "AAAA"),
    *("0" * 64, "\xff" * 64, "٣" * 10, "\U0001f511", "-1", "9" * 400, "a" * 9000),
    "v1,AAAA v1a,AAAA",
)


@pytest.fixture
def make(caller):
    """Makes a caller whose trigger takes what a signer signs."""

    def make(signer: Signer, known: dict[str, str] | None = None, **auth) -> Caller:
        stored = {"KEY": signer.secret} if known is None else known
        return caller(stored, auth={**signer.auth, **auth})

    return make


def send(call: Caller, signer: Signer, headers=None, body=None, **options):
    """A signer's request, or one in which this is another."""
    return call(
        signer.body if body is None else body,
        signer.headers() if headers is None else headers,
        content_type=signer.content_type,
        **{"url": URL, **options},
    )


def test_there_is_a_signer_for_every_scheme():
    assert {one.scheme for one in SIGNERS} == set(SCHEMES)
    for one in SIGNERS:
        assert SCHEMES[one.scheme].SPEC.has_timestamp is one.has_timestamp


@EVERY
def test_what_the_provider_signs_is_taken(make, signer):
    received = send(make(signer), signer)
    assert isinstance(received, Received), received
    assert received.raw == signer.body
    assert received.delivery_id == signer.delivery_id


@EVERY
def test_an_empty_body_is_signed_too_and_bytes_that_are_no_text_raise_nothing(make, signer):
    empty = send(make(signer), signer, signer.headers(b""), b"")
    assert getattr(empty, "status", None) in (None, 400), "it is verified, then no JSON"
    assert send(make(signer), signer, body=b"\xff\xfe").status == 401


@EVERY
def test_another_body_is_refused(make, signer):
    changed = signer.body.replace(b"Z", b"z")
    assert changed != signer.body
    answer = send(make(signer), signer, body=changed)
    assert (answer.status, answer.title) == (401, "Unauthorized")
    assert "does not fit the request" in answer.detail
    assert dict(answer.headers)["WWW-Authenticate"].startswith(
        'Signature realm="penstock", header='
    )


@EVERY
def test_another_secret_is_refused_and_never_told(make, signer):
    other = "whsec_C2FtZUxlbmd0aEJ1dE90aGVyQnl0ZXM=" if signer.secret == WHSEC else "another"
    answer = send(make(signer), signer, signer.headers(secret=other))
    assert answer.status == 401
    assert signer.secret not in repr(answer)


@EVERY
def test_any_of_several_secrets_is_taken_during_a_rotation(make, signer):
    new = "whsec_C2FtZUxlbmd0aEJ1dE90aGVyQnl0ZXM=" if signer.secret == WHSEC else "new"
    call = make(signer, {"OLD": signer.secret, "NEW": new}, secrets=["NEW", "OLD"])
    for secret in (new, signer.secret):
        assert isinstance(send(call, signer, signer.headers(secret=secret)), Received)
    rotated = make(signer, {"NEW": new}, secrets=["NEW"])
    assert send(rotated, signer).status == 401


@EVERY
def test_a_secret_that_is_missing_does_not_keep_the_other_from_being_taken(make, signer):
    call = make(signer, {"KEY": signer.secret}, secrets=["GONE", "KEY"])
    assert isinstance(send(call, signer), Received)
    answer = send(make(signer, {}, secrets=["GONE"]), signer)
    assert answer.status == 401
    assert "GONE" not in answer.detail
    assert "needs the secret GONE, which does not exist" in answer.internal


@EVERY
def test_each_header_is_missed_by_its_name(make, signer):
    signed = signer.sign(signer.secret, signer.body, SECONDS)
    for name in signed:
        left = {other: value for other, value in signer.headers().items() if other != name}
        answer = send(make(signer), signer, left)
        assert answer.status == 401
        assert name.removeprefix("svix-").removeprefix("webhook-") in answer.detail.lower()


@EVERY
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_in_any_header_is_401_and_says_what_would_be_right(make, signer, garbage):
    for name in signer.sign(signer.secret, signer.body, SECONDS):
        answer = send(make(signer), signer, {**signer.headers(), name: garbage})
        assert isinstance(answer, Rejected), name
        assert answer.status == 401
        assert garbage not in answer.detail or len(garbage) < 8


@TIMED
@pytest.mark.parametrize("age", [0, 300, -300])
def test_a_moment_of_about_now_is_taken(make, signer, age):
    assert isinstance(send(make(signer), signer, signer.headers(moment=SECONDS - age)), Received)


@TIMED
@pytest.mark.parametrize(("age", "side"), [(301, "old"), (-301, "far in the future")])
def test_a_replayed_or_future_request_is_refused(make, signer, age, side):
    answer = send(make(signer), signer, signer.headers(moment=SECONDS - age))
    assert answer.status == 401
    assert answer.detail == f"The timestamp is too {side}; at most 5m from now are taken."


@TIMED
def test_the_tolerance_is_the_configured_one(make, signer):
    call = make(signer, tolerance="10s")
    assert isinstance(send(call, signer, signer.headers(moment=SECONDS - 10)), Received)
    assert send(call, signer, now=NOW + 10_001).status == 401


@TIMED
def test_a_fresher_timestamp_than_the_signed_one_does_not_help(make, signer):
    old = signer.headers(moment=SECONDS - 400)
    forged = {name: value.replace(str(SECONDS - 400), str(SECONDS)) for name, value in old.items()}
    assert forged != old
    assert "does not fit the request" in send(make(signer), signer, forged).detail


@EVERY
def test_an_id_of_a_delivery_that_cannot_be_one_is_as_none(make, signer):
    for garbage in ("", "a b", "é", "x" * 256):
        headers = {**signer.headers(), **dict.fromkeys(signer.delivery, garbage)}
        received = send(make(signer), signer, headers)
        assert received.delivery_id == (None if signer.delivery else signer.delivery_id)


def test_an_id_that_is_not_the_signed_one_is_passed_over(make):
    """Or whoever repeats a request could give it a new name."""
    svix = next(one for one in SIGNERS if "svix-signature" in one.headers())
    received = send(make(svix), svix, {**svix.headers(), "webhook-id": "msg_another"})
    assert received.delivery_id == "msg_1"
