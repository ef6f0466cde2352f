"""The vectors that providers publish, in their documentation or with their libraries."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hubspot.utils.signature import Signature as HubSpotSignature
from standardwebhooks import Webhook
from stripe import WebhookSignature
from twilio.request_validator import RequestValidator

from core.webhooks import Received


@pytest.fixture
def take(caller):
    """Whether a trigger of a scheme lets a request in at a moment (seconds)."""

    def take(scheme, secret, body, headers, *, moment=0, content_type="text/plain", **options):
        call = caller(
            {"KEY": secret}, auth={"type": "signature", "scheme": scheme, "secrets": ["KEY"]}
        )
        answer = call(body, headers, content_type=content_type, now=moment * 1000, **options)
        if isinstance(answer, Received):
            return True
        assert answer.status == 401, answer
        return False

    return take


class TestStandardWebhooks:
    """`test_sign_function` of the specification's libraries, `test_asymmetric_key_signing` of Svix.

    The latter made the `v1a` that the specification shows.
    """

    MOMENT = 1614265330
    BODY = b'{"test": 2432232314}'
    SYMMETRIC = (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    )
    ASYMMETRIC = (
        "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
        "hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
    )
    DECOY = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="

    def take(self, take, secret, signatures, message="msg_p5jXN8AQM9LWM0D4loKWxJek"):
        headers = {
            "webhook-id": message,
            "webhook-timestamp": str(self.MOMENT),
            "webhook-signature": signatures,
        }
        return take("standard-webhooks", secret, self.BODY, headers, moment=self.MOMENT)

    def test_each_version_is_taken_under_its_own_key(self, take):
        (secret, v1), (public, v1a) = self.SYMMETRIC, self.ASYMMETRIC
        assert self.take(take, secret, f"v1,{v1}")
        assert self.take(take, public, f"v1a,{v1a}")
        assert self.take(take, public, f"v1,{v1} v1a,{v1a}")
        assert not self.take(take, public, f"v1,{v1}")
        assert not self.take(take, secret, f"v1a,{v1a}")

    def test_a_signature_under_the_name_of_another_version_is_none(self, take):
        (secret, v1), (public, v1a) = self.SYMMETRIC, self.ASYMMETRIC
        assert not self.take(take, secret, f"v1a,{v1}")
        assert not self.take(take, public, f"v1,{v1a}")
        assert not self.take(take, secret, f"v2,{v1}")
        assert not self.take(take, secret, v1)

    def test_one_right_signature_among_others_is_enough(self, take):
        secret, v1 = self.SYMMETRIC
        others = f"{self.DECOY} v2,AAAA v1,garbage v1,"
        assert self.take(take, secret, f"{others} v1,{v1}")
        assert not self.take(take, secret, others)
        assert not self.take(take, secret, " ".join([f"v1,{v1}"] * 17)), "more than are looked at"

    def test_the_id_is_signed(self, take):
        secret, v1 = self.SYMMETRIC
        assert not self.take(take, secret, f"v1,{v1}", message="msg_another")

    @pytest.mark.parametrize("padding", ["", "=", "=="])
    def test_a_secret_may_lack_its_padding(self, take, padding):
        secret = self.SYMMETRIC[0] + "Br"
        moment = datetime.fromtimestamp(self.MOMENT, UTC)
        signature = Webhook(secret).sign("msg_1", moment, self.BODY.decode())
        assert self.take(take, secret + padding, signature, message="msg_1")


def test_github(take):
    digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = {"x-hub-signature-256": f"sha256={digest}"}
    assert take("github", "It's a Secret to Everybody", b"Hello, World!", headers)
    assert not take("github", "It's a Secret to Everybody", b"Hello, World?", headers)
    sha1 = {"x-hub-signature": f"sha1={digest[:40]}", "x-hub-signature-256": f"sha1={digest}"}
    assert not take("github", "It's a Secret to Everybody", b"Hello, World!", sha1)


def test_slack(take):
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    digest = "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    headers = {"x-slack-request-timestamp": "1531420618", "x-slack-signature": f"v0={digest}"}
    secret = "8f742231b10e8888abcd99yyyzzz85a5"
    assert take("slack", secret, body, headers, moment=1531420618)
    assert not take("slack", secret, body, headers, moment=1531420618 + 301)
    assert not take("slack", secret, body + b"------", headers, moment=1531420618)


class TestStripe:
    """Stripe publishes no vector; these are what its library takes and refuses."""

    BODY = '{"id": "evt_test_webhook", "object": "event"}'
    SECRET = "whsec_test_secret"

    def signed(self, moment=1_700_000_000, secret=SECRET):
        return WebhookSignature.generate_signature_header(self.BODY, secret, moment)

    def take(self, take, header):
        headers = {"stripe-signature": header}
        return take("stripe", self.SECRET, self.BODY.encode(), headers, moment=1_700_000_000)

    def test_the_secret_is_taken_whole_and_not_as_base64(self, take):
        assert self.take(take, self.signed())

    def test_other_versions_and_spaces_are_passed_over(self, take):
        moment, v1 = self.signed().split(",")
        assert self.take(take, f"{moment}, {v1}, v0={'0' * 64}")
        assert not self.take(take, f"{moment},{v1.replace('v1=', 'v0=')}")

    def test_one_right_signature_of_two_is_enough(self, take):
        moment, other = self.signed(secret="rolled").split(",")
        assert self.take(take, f"{moment},{other},{self.signed().split(',')[1]}")

    def test_one_moment_is_needed_and_no_more(self, take):
        moment, v1 = self.signed().split(",")
        assert not self.take(take, v1)
        assert not self.take(take, f"{moment},{moment},{v1}")


class TestTwilio:
    """`tests/unit/test_request_validator.py` of Twilio's library."""

    URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
    FORM = (
        b"CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212"
        b"&Caller=%2B14158675309"
    )
    KIND = "application/x-www-form-urlencoded"
    TOKEN = "12345"

    def take(self, take, signature, url=URL, body=FORM, kind=KIND, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["x-twilio-signature"] = signature
        return take("twilio", self.TOKEN, body, named, url=url, content_type=kind)

    @pytest.mark.parametrize(
        ("url", "signature"),
        [
            (URL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            (URL.replace(".com", ".com:1234"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
            (URL, "kvajT1Ptam85bY51eRf/AJRuM3w="),
            (URL.replace("https", "http"), "0ZXoZLH/DfblKGATFgpif+LLRf4="),
            (
                URL.replace(".com", ".com:1234").replace("https", "http"),
                "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
            ),
        ],
    )
    def test_the_url_is_taken_with_its_port_and_without(self, take, url, signature):
        assert self.take(take, signature, url)

    def test_the_url_is_signed_to_the_letter(self, take):
        assert not self.take(take, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", self.URL + "&baz=3")
        assert not self.take(take, "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "")

    def test_equal_values_of_a_field_count_once_and_others_by_their_order(self, take):
        signature = "IK+Dwps556ElfBT0I3Rgjkr1wJU="
        for digits in (b"Digits=5678&Digits=1234", b"Digits=1234&Digits=5678&Digits=1234"):
            assert self.take(take, signature, body=digits + b"&SidAccount=AC123&Sid=CA123")

    def test_a_json_body_is_signed_by_its_hash_in_the_url(self, take):
        body = b'{"property": "value", "boolean": true}'
        digest = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
        url = f"{self.URL}&bodySHA256={digest}"
        signature = "a9nBmqA0ju/hNViExpshrM61xv4="
        assert self.take(take, signature, url, body, "application/json")
        assert not self.take(take, signature, url, body + b" ", "application/json")

    def test_a_body_that_no_signature_covers_is_refused(self, take):
        """Or who has seen one signed URL could send any JSON to it."""
        signature = RequestValidator(self.TOKEN).compute_signature(self.URL, {})
        assert self.take(take, signature, body=b"", kind="")
        for kind in ("application/json", "", "multipart/form-data; boundary=x"):
            assert not self.take(take, signature, body=b'{"forged": true}', kind=kind)

    def test_a_webhooks_rule_signs_with_sha_256(self, take):
        fields = {"Digits": "1234"}
        signature = RequestValidator(self.TOKEN).compute_signature(self.URL, fields, "HMAC_SHA256")
        settings = "x_twilio_webhooks_signature_settings"
        named = {settings: "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}
        assert self.take(take, signature, body=b"Digits=1234", **named)
        assert not self.take(take, signature, body=b"Digits=1234")
        unknown = {settings: "key=webhooks_sharedkey_1,algorithm=MD5"}
        assert not self.take(take, signature, body=b"Digits=1234", **unknown)


class TestHubSpot:
    """`tests/spec/utils/test_signature.py` of HubSpot's library."""

    URL = "https://www.example.com/webhook_uri"
    SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
    BODY = b"{'example_field':'example_value'}"

    def take(self, take, signature, url=URL, method="POST"):
        headers = {"x-hubspot-request-timestamp": "15000000", "x-hubspot-signature-v3": signature}
        return take(
            "hubspot", self.SECRET, self.BODY, headers, moment=15_000, url=url, method=method
        )

    def test_the_vector(self, take):
        signature = "HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw="
        assert self.take(take, signature)
        assert not self.take(take, signature, url=self.URL + "/")
        assert not self.take(take, signature, method="PUT")

    def test_the_escapes_that_hubspot_names_are_decoded_and_no_others(self, take):
        def signed(uri):
            return HubSpotSignature.get_signature(
                self.SECRET, self.BODY.decode(), "v3", uri, "POST", "15000000"
            )

        url = f"{self.URL}?at=%3a%2F%3F%40%21%24%27%28%29%2A%2C%3B&rest=%20%26%3D%C3%BC"
        plain = f"{self.URL}?at=:/?@!$'()*,;&rest=%20%26%3D%C3%BC"
        assert self.take(take, signed(plain), url=url)
        assert not self.take(take, signed(url), url=url)


def test_shopify(take):
    """Shopify publishes no vector; `openssl dgst -sha256 -hmac hush -binary` made this one."""
    headers = {"x-shopify-hmac-sha256": "qBvrsZF7RfB1iS6BX6IHqJTp5L911P7intnPeTPsH0I="}
    assert take("shopify", "hush", b'{"id":820982911946154508}', headers)


def test_the_public_key_of_a_pair_verifies_what_the_private_one_signed(take):
    pair = Ed25519PrivateKey.generate()
    public = "whpk_" + base64.b64encode(pair.public_key().public_bytes_raw()).decode()
    content = b"msg_1.1700000000.{}"
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1700000000",
        "webhook-signature": "v1a," + base64.b64encode(pair.sign(content)).decode(),
    }
    assert take("standard-webhooks", public, b"{}", headers, moment=1_700_000_000)
    assert not take("standard-webhooks", public, b"{} ", headers, moment=1_700_000_000)
