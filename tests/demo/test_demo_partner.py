"""The demo's partner does what examples/README.md says of each of its endpoints."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from flask import Flask

from api import demo_erp, demo_partner
from api.demo_partner import create_partner
from api.listening import Address

PARTNER = {"Authorization": "Bearer demo-partner-token"}
PAYMENTS = {"Authorization": "Bearer demo-payment-token"}


@pytest.fixture
def partner(monkeypatch):
    monkeypatch.setattr(demo_partner, "SLOW_SECONDS", 0)
    return _client("127.0.0.1")


def _client(host: str):
    app = Flask("test")
    app.register_blueprint(create_partner(Address(ip_address(host), 8080)))
    return app.test_client()


def ask(partner, method: str, path: str, **rest):
    return partner.open(f"/demo/partner{path}", method=method, **rest)


def test_sync_wants_the_token_and_names_the_remote(partner):
    assert ask(partner, "POST", "/partners/acme/sync", json={}).status_code == 401
    answer = ask(partner, "POST", "/partners/acme/sync", json={}, headers=PARTNER)
    assert (answer.status_code, answer.json) == (200, {"id": "rem-acme", "synced": True})
    answer = ask(partner, "POST", "/partners/offline/sync", json={}, headers=PARTNER)
    assert answer.status_code == 503


def test_the_fallback_wants_the_token_and_names_the_partner(partner):
    body = {"partner": "acme"}
    assert ask(partner, "POST", "/fallback/sync", json=body).status_code == 401
    answer = ask(partner, "POST", "/fallback/sync", json=body, headers=PARTNER)
    assert (answer.status_code, answer.json) == (200, {"id": "fb-acme", "queued": True})


def test_notifications_are_accepted(partner):
    answer = ask(partner, "POST", "/notifications", json={"text": "hello"})
    assert (answer.status_code, answer.json) == (202, {"accepted": True})


def test_a_build_begins_for_a_commit(partner):
    answer = ask(partner, "POST", "/builds/shop?commit=0d1a26e67d8f")
    assert (answer.status_code, answer.json) == (202, {"build": "build-0d1a26e"})


@pytest.mark.parametrize(
    ("amount", "status", "body"),
    [
        (500, 201, {"status": "approved", "authorisation": "auth-P-1"}),
        (500.01, 402, {"status": "declined", "reason": "amount above the limit"}),
    ],
)
def test_payments_are_approved_up_to_the_limit(partner, amount, status, body):
    payment = {"reference": "P-1", "amount": amount}
    assert ask(partner, "POST", "/payments/authorisations", json=payment).status_code == 401
    answer = ask(partner, "POST", "/payments/authorisations", json=payment, headers=PAYMENTS)
    assert (answer.status_code, answer.json) == (status, body)


def test_the_crm_says_what_it_noted(partner):
    answer = ask(partner, "PUT", "/crm/customers/C-1/orders/A-1", json={})
    assert (answer.status_code, answer.json) == (200, {"customer": "C-1", "order": "A-1"})


def test_the_warehouse_is_busy_twice_for_each_key(partner):
    statuses = [_reserve(partner, "one").status_code for _ in range(4)]
    assert statuses == [503, 503, 201, 201]
    busy = _reserve(partner, "two")
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "1")


def test_accounting_takes_form_fields(partner):
    answer = ask(partner, "POST", "/accounting/invoices", data={"order": "A-1"})
    assert (answer.status_code, answer.json) == (201, {"invoice": "inv-A-1"})


@pytest.mark.parametrize(("service", "status"), [("shop", 204), ("warehouse", 503), ("fax", 410)])
def test_health_is_told_without_a_body(partner, service, status):
    answer = ask(partner, "GET", f"/health/{service}")
    assert (answer.status_code, answer.data) == (status, b"")


def test_the_legacy_system_speaks_xml(partner):
    answer = ask(partner, "POST", "/legacy/orders", data="<Order/>")
    assert answer.headers["Content-Type"] == "text/xml; charset=iso-8859-1"
    number = b"<OrderReply><Number>L-1001</Number><State>BOOKED</State></OrderReply>"
    assert (answer.status_code, answer.data) == (200, number)


def test_the_erp_takes_orders_only_with_a_token_it_gave(partner):
    given = _erp_token(partner).json
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 120)
    shown = {"Authorization": f"Bearer {given['access_token']}"}
    answer = ask(partner, "POST", "/erp/orders", json={"order": "A-1"}, headers=shown)
    assert (answer.status_code, answer.json) == (201, {"booking": "erp-A-1"})
    assert ask(partner, "POST", "/erp/orders", data="[", headers=shown).status_code == 400
    assert ask(partner, "POST", "/erp/orders", json={}).status_code == 401
    assert _book(partner, "another") == 401


def test_the_erp_gives_tokens_to_its_client_alone_for_a_while_and_forgets_the_oldest(
    partner, monkeypatch
):
    refused = _erp_token(partner, "wrong")
    assert (refused.status_code, refused.json["error"]) == (401, "invalid_client")
    refused = _erp_token(partner, grant_type="password")
    assert (refused.status_code, refused.json["error"]) == (400, "unsupported_grant_type")

    monkeypatch.setattr(demo_erp, "MOST_TOKENS", 1)
    oldest, newest = (_erp_token(partner).json["access_token"] for _ in range(2))
    assert [_book(partner, token) for token in (oldest, newest)] == [401, 201]
    monkeypatch.setattr(demo_erp, "LIFETIME", -1)
    assert _book(partner, _erp_token(partner).json["access_token"]) == 401


def test_a_key_that_was_answered_gets_the_same_answer_again(partner):
    headers = {**PARTNER, "Idempotency-Key": "run.sync"}
    first = ask(partner, "POST", "/fallback/sync", json={"partner": "acme"}, headers=headers)
    again = ask(partner, "POST", "/fallback/sync", json={"partner": "other"}, headers=headers)
    assert (again.status_code, again.json) == (first.status_code, first.json)
    stranger = {"Idempotency-Key": "run.sync"}
    assert ask(partner, "POST", "/fallback/sync", json={}, headers=stranger).status_code == 401


def test_it_forgets_the_oldest_keys(partner, monkeypatch):
    monkeypatch.setattr(demo_partner, "MOST_KEYS", 2)
    for key in ("one", "two", "three"):
        for _ in range(3):
            _reserve(partner, key)
    assert _reserve(partner, "three").status_code == 201
    assert _reserve(partner, "one").status_code == 503


@pytest.mark.parametrize("body", ["", "{", "[]", '"text"', "\x00"])
def test_nonsense_is_answered_with_400(partner, body):
    answer = ask(partner, "POST", "/payments/authorisations", data=body, headers=PAYMENTS)
    assert answer.status_code == 400


def test_a_long_body_is_not_read(partner):
    body = b" " * (demo_partner.MOST_BYTES + 1)
    for path in ("/payments/authorisations", "/accounting/invoices"):
        sent = {
            "data": body,
            "headers": PAYMENTS,
            "content_type": "application/x-www-form-urlencoded",
        }
        assert ask(partner, "POST", path, **sent).status_code == 413


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::", "192.168.1.5"])
@pytest.mark.parametrize("caller", ["203.0.113.7", "192.168.1.9", "::ffff:203.0.113.7", ""])
def test_it_answers_to_no_other_machine(host, caller):
    answer = ask(_client(host), "GET", "/health/shop", environ_base={"REMOTE_ADDR": caller})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "caller", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "192.168.1.5"]
)
def test_it_answers_to_its_own_machine(caller):
    answer = ask(
        _client("192.168.1.5"), "GET", "/health/shop", environ_base={"REMOTE_ADDR": caller}
    )
    assert answer.status_code == 204


def _reserve(partner, key: str):
    headers = {"Idempotency-Key": key}
    body = {"order": "A-1"}
    return ask(partner, "POST", "/warehouse/reservations", json=body, headers=headers)


def _erp_token(partner, secret: str = "demo-erp-secret", **form: str):
    asked = {"grant_type": "client_credentials", **form}
    return ask(partner, "POST", "/erp/oauth/token", data=asked, auth=("demo-erp-client", secret))


def _book(partner, token: str) -> int:
    shown = {"Authorization": f"Bearer {token}"}
    return ask(partner, "POST", "/erp/orders", json={"order": "A-1"}, headers=shown).status_code
