"""Secrets are masked wherever and however they stand, and nothing else is touched."""

from __future__ import annotations

import base64
import copy
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from core.masking import Masker

SECRET = 'p@ss"w/örd\\+1 x'
MARKER = "[secret:KEY]"


def lower_hex(text):
    return "".join(part.lower() if part.startswith("%") else part for part in _percents(text))


def _percents(text):
    position = 0
    while position < len(text):
        width = 3 if text[position] == "%" else 1
        yield text[position : position + width]
        position += width


def urlsafe(data):
    return base64.urlsafe_b64encode(data).decode()


FORMS = {
    "raw": lambda secret: secret,
    "JSON, ASCII": lambda secret: json.dumps(secret)[1:-1],
    "JSON, UTF-8": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "JSON, escaped slashes": lambda secret: json.dumps(secret)[1:-1].replace("/", "\\/"),
    "JSON in JSON": lambda secret: json.dumps(json.dumps(secret)[1:-1])[1:-1],
    "percent": lambda secret: quote(secret, safe=""),
    "percent, slashes left": quote,
    "percent, lower hex": lambda secret: lower_hex(quote(secret, safe="")),
    "percent, like a form": quote_plus,
    "percent, twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64, no padding": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "base64url": lambda secret: urlsafe(secret.encode()),
    "base64url, no padding": lambda secret: urlsafe(secret.encode()).rstrip("="),
    "base64, percent": lambda secret: quote(base64.b64encode(secret.encode()).decode(), safe=""),
    "hex": lambda secret: secret.encode().hex(),
    "HEX": lambda secret: secret.encode().hex().upper(),
}

secrets = st.text(min_size=4, max_size=24).filter(lambda text: len(text.strip()) >= 4)
surroundings = st.text(alphabet="abXY01 ,:&=<>\"'/é", max_size=6)


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_masked_in_every_form(form):
    written = FORMS[form](SECRET)
    assert Masker({"KEY": SECRET}).mask_text(f"a={written}&b") == f"a={MARKER}&b"


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=60)
@given(secret=secrets, before=surroundings, after=surroundings)
def test_no_form_of_any_secret_is_left_anywhere(form, secret, before, after):
    masker = Masker({"KEY": secret})
    written = FORMS[form](secret.strip())
    text = f"{before} {written} {after}"
    masked = masker.mask_text(text)
    assume(written not in f"{before} {MARKER} {after}")
    assert written not in masked
    assert masker.mask_bytes(text.encode()) == masked.encode()
    assert masker.mask_json({text: [text]}) == {masked: [masked]}
    assert masker.mask_headers([("X-A", text)]) == (("X-A", masked),)


@settings(max_examples=200)
@given(
    secret=st.text(min_size=6, max_size=24).filter(lambda text: len(text.strip()) >= 6),
    before=st.binary(max_size=7),
    after=st.binary(max_size=7),
    alphabet=st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]),
)
@example(secret="hunter22", before=b"user:", after=b"", alphabet=base64.b64encode)
@example(secret="ÿÿÿÿÿÿ", before=b"a", after=b"b", alphabet=base64.urlsafe_b64encode)
def test_a_secret_inside_longer_base64_leaves_no_bit_behind(secret, before, after, alphabet):
    secret = secret.strip()
    text = alphabet(before + secret.encode() + after).decode()
    masked = Masker({"KEY": secret}).mask_text(text)
    start, stop = masked.index(MARKER), len(text) - len(masked.split(MARKER)[-1])
    first, last = 8 * len(before) // 6, -(-8 * (len(before) + len(secret.encode())) // 6)
    assert (start <= first, stop >= last) == (True, True)
    assert len(masked.replace(MARKER, "")) >= len(text) - (last - first) - 2


def test_basic_authorization_is_masked_inside_its_base64():
    echoed = "Basic " + base64.b64encode(b"user:hunter22").decode()
    masked = Masker({"KEY": "hunter22"}).mask_text(f"you sent {echoed}!")
    assert masked == f"you sent Basic dXNlcj{MARKER}!"


def test_bytes_that_are_not_utf_8_stay_and_secrets_among_them_go():
    masker = Masker({"KEY": "schlüssel"})
    raw = b"\xff\x00 schl\xfcssel " + "schlüssel".encode() + b" \x80 schl%FCssel"
    marker = MARKER.encode()
    assert masker.mask_bytes(raw) == b"\xff\x00 " + marker + b" " + marker + b" \x80 " + marker


@given(st.binary(max_size=50))
def test_bytes_without_a_secret_are_not_changed(raw):
    assert Masker({"KEY": "no such thing here"}).mask_bytes(raw) == raw


def test_of_secrets_within_one_another_the_longest_is_named():
    masker = Masker({"SHORT": "token", "LONG": "token-of-anna", "OTHER": "of-anna!"})
    assert masker.mask_text("token-of-anna") == "[secret:LONG]"
    assert masker.mask_text("a token") == "a [secret:SHORT]"
    assert masker.mask_text("token-of-anna!") == "[secret:LONG][secret:OTHER]"


def test_a_secret_that_is_part_of_a_marker_leaves_markers_whole():
    masker = Masker({"secret": "secret", "KEY": "hunter22"})
    once = masker.mask_text("my secret is hunter22")
    assert once == "my [secret:secret] is [secret:KEY]"
    assert masker.mask_text(once) == once


def test_a_marker_that_somebody_forged_does_not_protect_a_secret():
    masker = Masker({"KEY": "hunter22"})
    assert masker.mask_text("[secret:hunter22]") == f"[secret:{MARKER}]"


def test_very_short_secrets_are_masked_where_they_are_the_whole_string():
    masker = Masker({"PIN": "42", "KEY": "abc"})
    assert masker.mask_json(["42", "abc", "4242", "abcd", 42]) == [
        "[secret:PIN]",
        "[secret:KEY]",
        "4242",
        "abcd",
        42,
    ]


@pytest.mark.parametrize("secret", ["abcd", "a+/=", "12345"])
@pytest.mark.parametrize("form", ["base64", "base64url, no padding", "hex"])
def test_a_short_secret_is_masked_in_base64_of_its_own(secret, form):
    written = FORMS[form](secret)
    assert Masker({"KEY": secret}).mask_text(f"x:{written}!") == f"x:{MARKER}!"


def test_empty_and_blank_secrets_mask_nothing():
    assert Masker({"A": "", "B": "   "}).mask_json(["", "   ", " x "]) == ["", "   ", " x "]


def test_white_space_around_a_secret_does_not_hide_it():
    assert Masker({"KEY": "hunter22\n"}).mask_text("key=hunter22;") == f"key={MARKER};"


def test_a_number_is_masked_when_it_is_a_secret():
    masker = Masker({"KEY": "123456"})
    value = {"a": 123456, "b": [1234567, 123456.5, True, None], "123456": 1}
    masked = {"a": MARKER, "b": [1234567, 123456.5, True, None], MARKER: 1}
    assert masker.mask_json(value) == masked


def test_json_without_a_secret_is_returned_as_it_is():
    value = {"a": [1, {"b": "text"}], "c": None}
    assert Masker({"KEY": SECRET}).mask_json(value) is value


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5) | st.just(f"x {SECRET}"),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=8,
    )
)
def test_masking_json_never_changes_what_it_was_given(value):
    before = copy.deepcopy(value)
    masked = Masker({"KEY": SECRET}).mask_json(value)
    assert value == before
    assert SECRET not in json.dumps(masked, ensure_ascii=False)


def test_extra_texts_are_masked_by_their_own_markers():
    masker = Masker({"KEY": "hunter22"})
    more = masker.with_extra([("ab12cd34ef", MARKER), ("hunter22", MARKER), ("", "x")])
    assert more.mask_text("ab12cd34ef hunter22") == f"{MARKER} {MARKER}"
    assert masker.mask_text("ab12cd34ef") == "ab12cd34ef"
    assert masker.with_extra([("hunter22", MARKER)]) is masker


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("Authorization", "Bearer abc.def", "Bearer [masked]"),
        ("authorization", "Basic dXNlcjpw", "Basic [masked]"),
        ("Authorization", "Digest username=x", "Digest [masked]"),
        ("Authorization", "rawtoken", "[masked]"),
        ("Authorization", "part one of it", "[masked]"),
        ("Proxy-Authorization", "Basic x", "Basic [masked]"),
        ("Cookie", "a=b; c=d", "[masked]"),
        ("Set-Cookie", "a=b; Secure", "[masked]"),
        ("X-API-Key", "abc", "[masked]"),
        ("api-key", "abc", "[masked]"),
        ("apikey", "abc", "[masked]"),
        ("X-Auth-Token", "abc", "[masked]"),
        ("X-Gitlab-Token", "abc", "[masked]"),
        ("X-Hub-Signature-256", "sha256=ab", "[masked]"),
        ("Stripe-Signature", "t=1,v1=ab", "[masked]"),
        ("X-Shopify-Hmac-Sha256", "ab", "[masked]"),
        ("X-Amz-Security-Token", "ab", "[masked]"),
        ("X-Client-Secret", "ab", "[masked]"),
        ("Content-Type", "application/json", "application/json"),
        ("Idempotency-Key", "run.step", "run.step"),
        ("Author", "anna", "anna"),
        ("X-Request-Id", "hunter22", MARKER),
    ],
)
def test_headers_that_carry_credentials_are_masked_whatever_they_hold(name, value, masked):
    assert Masker({"KEY": "hunter22"}).mask_headers([(name, value)]) == ((name, masked),)


def test_the_twin_of_a_header_that_was_sent_is_kept_on_request():
    masker = Masker({"KEY": "hunter22"})
    sent = [("Authorization", f"Bearer {MARKER}"), ("X-Api-Key", "hunter22"), ("Cookie", "a=b")]
    assert masker.mask_headers(sent, keep=True) == (
        ("Authorization", f"Bearer {MARKER}"),
        ("X-Api-Key", MARKER),
        ("Cookie", "[masked]"),
    )
    assert masker.mask_headers(sent)[0] == ("Authorization", "Bearer [masked]")


@pytest.mark.parametrize("text", ["\\" * 100_000, "%25" * 50_000, "p@" * 50_000, "A" * 200_000])
def test_texts_full_of_beginnings_are_searched_in_one_pass(text):
    assert Masker({"KEY": SECRET, "B": "\\\\\\\\", "C": "%%%%"}).mask_text(text + SECRET)
