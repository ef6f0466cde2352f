"""Every kind of authentication lets its callers in, and tells the others why not, and no more."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from core.webhooks import Received, Rejected

NOW = 1_700_000_000_000
SECONDS = NOW // 1000
SECRET = "Zürich-9"
BODY = '{"city": "Zürich"}'.encode()


def on_the_wire(text):
    """A header's value as servers hand it over: its bytes read as Latin-1."""
    return text.encode().decode("latin-1")


def challenge(answer):
    return dict(answer.headers)["WWW-Authenticate"]


def test_none_asks_nobody(caller):
    assert isinstance(caller()(BODY), Received)


class TestKey:
    @pytest.fixture
    def call(self, caller):
        return caller(auth={"type": "key"}, keys={"good": 200, "reader": 403})

    @pytest.mark.parametrize(
        "headers",
        [
            {"authorization": "Bearer good"},
            {"authorization": "bearer   good"},
            {"x-api-key": "good"},
            {"authorization": "Basic eDp5", "x-api-key": "good"},
        ],
    )
    def test_a_key_of_the_tenant_is_taken(self, call, headers):
        assert isinstance(call(BODY, headers), Received)

    @pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer"}, {"authorization": "Bea"}])
    def test_a_missing_key_gets_a_bare_challenge(self, call, headers):
        answer = call(BODY, headers)
        assert (answer.status, challenge(answer)) == (401, 'Bearer realm="penstock"')

    @pytest.mark.parametrize("key", ["bad", "g\xf6\xf6d", "", "good good", "\U0001f511"])
    def test_a_wrong_key_is_401(self, call, key):
        assert call(BODY, {"x-api-key": key}).status == 401

    def test_a_wrong_key_is_told_that_it_is_invalid(self, call):
        answer = call(BODY, {"authorization": "Bearer bad"})
        assert 'error="invalid_token"' in challenge(answer)

    def test_a_key_without_the_scope_is_403(self, call):
        answer = call(BODY, {"x-api-key": "reader"})
        assert answer.status == 403
        assert 'scope="trigger"' in challenge(answer)

    def test_the_body_of_a_stranger_is_not_read(self, call):
        call(BODY, {"x-api-key": "bad"})
        assert call.bodies_read == 0


class TestBasic:
    @pytest.fixture
    def call(self, caller):
        auth = {"type": "basic", "user": "jürg", "secret": "PASSWORD"}
        return caller(auth=auth, secrets={"PASSWORD": f"{SECRET}:x"})

    @staticmethod
    def credentials(text):
        return {"authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}

    def test_user_and_password_are_taken_in_utf_8(self, call):
        assert isinstance(call(BODY, self.credentials(f"jürg:{SECRET}:x")), Received)

    @pytest.mark.parametrize(
        "text", [f"jürg:{SECRET}", f"anna:{SECRET}:x", ":", "jürg:", f"jürg:{SECRET}:X"]
    )
    def test_a_wrong_user_or_password_is_not_told_apart(self, call, text):
        answer = call(BODY, self.credentials(text))
        assert (answer.status, answer.detail) == (401, "User or password is wrong.")
        assert challenge(answer) == 'Basic realm="penstock", charset="UTF-8"'

    @pytest.mark.parametrize(
        "value", ["", "Basic", "Basic !!!", "Basic anVlcmc=", "Basic \xe4\xe4", "Bearer eDp5"]
    )
    def test_malformed_credentials_are_401_with_the_right_form(self, call, value):
        answer = call(BODY, {"authorization": value})
        assert answer.status == 401
        assert "Authorization: Basic" in answer.detail
        assert call.bodies_read == 0


class TestHeader:
    @pytest.fixture
    def call(self, caller):
        auth = {"type": "header", "header": "X-Token", "secret": "TOKEN"}
        return caller(auth=auth, secrets={"TOKEN": SECRET})

    def test_the_secret_in_its_header_is_taken(self, call):
        assert isinstance(call(BODY, {"x-token": on_the_wire(SECRET)}), Received)

    @pytest.mark.parametrize("value", ["Zurich-9", SECRET + "x", "Z", "\U0001f511", "\xff"])
    def test_another_value_is_401(self, call, value):
        answer = call(BODY, {"x-token": value})
        assert (answer.status, answer.detail) == (401, "The value of X-Token is wrong.")
        assert call.bodies_read == 0

    @pytest.mark.parametrize("headers", [{}, {"x-token": ""}])
    def test_a_missing_header_is_named(self, call, headers):
        answer = call(BODY, headers)
        assert (answer.status, answer.detail) == (401, "The header X-Token is missing.")
        assert challenge(answer) == 'Header realm="penstock", header="X-Token"'


class TestHmac:
    @pytest.fixture
    def make(self, caller):
        def make(**options):
            auth = {"type": "hmac", "header": "X-Signature", "secret": "KEY", **options}
            return caller(auth=auth, secrets={"KEY": SECRET})

        return make

    @staticmethod
    def digest(content):
        return hmac.new(SECRET.encode(), content, hashlib.sha256)

    def test_a_hex_signature_is_taken_in_either_case(self, make):
        signature = self.digest(BODY).hexdigest()
        for written in (signature, signature.upper()):
            assert isinstance(make()(BODY, {"x-signature": written}), Received)

    def test_a_prefix_and_base64_are_taken(self, make):
        signature = base64.b64encode(self.digest(BODY).digest()).decode()
        call = make(prefix="v1=", encoding="base64")
        assert isinstance(call(BODY, {"x-signature": f"v1={signature}"}), Received)
        assert call(BODY, {"x-signature": signature}).status == 401

    def test_the_bytes_are_signed_and_not_what_they_mean(self, make):
        signature = self.digest(BODY).hexdigest()
        answer = make()(BODY + b" ", {"x-signature": signature})
        expected = "The signature in X-Signature does not fit the request."
        assert (answer.status, answer.detail) == (401, expected)
        assert challenge(answer) == 'Signature realm="penstock", header="X-Signature"'

    def test_a_forged_body_is_refused_before_it_is_parsed(self, make):
        assert make()(b"not json", {"x-signature": "0" * 64}).status == 401

    @pytest.mark.parametrize("encoding", ["hex", "base64"])
    @pytest.mark.parametrize("value", ["0" * 63, "0" * 62, "zz", "\xe4" * 64, "AAAA", "0 " * 32])
    def test_a_malformed_signature_is_401_with_the_right_form(self, make, encoding, value):
        answer = make(encoding=encoding)(BODY, {"x-signature": value})
        assert answer.status == 401
        assert f"must have the form <{encoding} of an HMAC-SHA256>" in answer.detail

    @pytest.mark.parametrize("headers", [{}, {"x-signature": ""}])
    def test_a_missing_signature_is_named(self, make, headers):
        assert make()(BODY, headers).detail == "The header X-Signature is missing."

    def signed_at(self, stamp):
        signature = self.digest(stamp.encode() + b"." + BODY).hexdigest()
        return {"x-signature": signature, "x-timestamp": stamp}

    @pytest.mark.parametrize("age", [0, 299, 300, -300])
    def test_a_timestamp_of_about_now_is_taken(self, make, age):
        call = make(timestamp_header="X-Timestamp")
        assert isinstance(call(BODY, self.signed_at(str(SECONDS - age))), Received)

    @pytest.mark.parametrize(("age", "side"), [(301, "old"), (-301, "far in the future")])
    def test_a_replayed_or_future_request_is_refused(self, make, age, side):
        answer = make(timestamp_header="X-Timestamp")(BODY, self.signed_at(str(SECONDS - age)))
        assert answer.status == 401
        assert f"too {side}; at most 5m" in answer.detail

    def test_the_tolerance_is_the_configured_one(self, make):
        call = make(timestamp_header="X-Timestamp", tolerance="10s")
        assert isinstance(call(BODY, self.signed_at(str(SECONDS - 10))), Received)
        assert call(BODY, self.signed_at(str(SECONDS - 11))).status == 401

    def test_another_timestamp_than_the_signed_one_is_refused(self, make):
        headers = {**self.signed_at(str(SECONDS - 20)), "x-timestamp": str(SECONDS)}
        assert make(timestamp_header="X-Timestamp")(BODY, headers).status == 401

    def test_a_signature_over_the_body_alone_is_not_enough(self, make):
        signature = self.digest(BODY).hexdigest()
        headers = {"x-signature": signature, "x-timestamp": str(SECONDS)}
        assert make(timestamp_header="X-Timestamp")(BODY, headers).status == 401

    @pytest.mark.parametrize("stamp", ["", "now", "1.7e9", "-1", "٣", "9" * 5000, " 1"])
    def test_a_malformed_timestamp_is_401_with_the_right_form(self, make, stamp):
        answer = make(timestamp_header="X-Timestamp")(BODY, self.signed_at(stamp))
        assert answer.status == 401
        assert "X-Timestamp must hold whole seconds" in answer.detail

    def test_the_previous_secret_is_taken_beside_the_new_one(self, caller):
        auth = {"type": "hmac", "header": "X-Signature", "secret": "NEW", "previous_secret": "KEY"}
        call = caller(auth=auth, secrets={"KEY": SECRET, "NEW": "another"})
        signature = hmac.new(b"another", BODY, hashlib.sha256).hexdigest()
        for written in (signature, self.digest(BODY).hexdigest()):
            assert isinstance(call(BODY, {"x-signature": written}), Received)
        assert call(BODY, {"x-signature": "0" * 64}).status == 401

    def test_the_header_that_names_a_delivery_is_read_where_it_is_named(self, make):
        headers = {"x-signature": self.digest(BODY).hexdigest(), "x-delivery": "d-1"}
        assert make(id_header="X-Delivery")(BODY, headers).delivery_id == "d-1"
        assert make()(BODY, headers).delivery_id is None


@pytest.mark.parametrize(
    ("auth", "headers"),
    [
        ({"type": "basic", "user": "u", "secret": "GONE"}, {"authorization": "Basic dTo="}),
        ({"type": "header", "header": "X-Token", "secret": "GONE"}, {"x-token": "x"}),
        (
            {"type": "hmac", "header": "X-Signature", "secret": "GONE"},
            {"x-signature": hmac.new(b"", BODY, hashlib.sha256).hexdigest()},
        ),
    ],
)
@pytest.mark.parametrize("secrets", [{}, {"GONE": ""}])
def test_a_missing_secret_refuses_everybody_and_only_the_operator_learns_why(
    caller, auth, headers, secrets
):
    misconfigured = caller(auth=auth, secrets=secrets)(BODY, headers)
    mistaken = caller(auth=auth, secrets={"GONE": "else"})(BODY, headers)
    assert isinstance(misconfigured, Rejected)
    assert (misconfigured.status, misconfigured.detail) == (401, mistaken.detail)
    assert "GONE" in misconfigured.internal
    assert mistaken.internal == ""
