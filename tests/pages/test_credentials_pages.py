"""API keys and secrets at a browser: made once, used, removed, and never shown again."""

from __future__ import annotations

import re

import pytest

from tests.support.builders import make_document, send
from tests.support.pages import Browser, words
from tests.support.site import Caller, Site

VALUE = "s3cret-value-of-the-partner"


def test_a_key_is_shown_once_and_works(site: Site, admin: Browser) -> None:
    assert "No keys yet" in words(admin.get("/keys"))

    made = admin.send("/keys", name="shop", scopes=["read", "trigger"])

    found = re.search(r'value="(psk_[^"]+)"', made.text)
    assert found is not None
    assert "read automations, runs and requests" in words(made)
    assert Caller(site.anybody, found[1])("GET", "/api/v1/runs").status_code == 200
    page = admin.get("/keys")
    assert "shop" in words(page)
    assert found[1] not in page.text


def test_a_removed_key_is_refused(site: Site, admin: Browser) -> None:
    caller = site.caller("acme")
    (key,) = site.service.keys.list("acme")

    assert admin.send(f"/keys/{key.id}/remove").location == "/keys"

    assert caller("GET", "/api/v1/runs").status_code == 401
    assert admin.send(f"/keys/{key.id}/remove").status_code == 404


def test_a_key_needs_a_name_and_scopes(site: Site, admin: Browser) -> None:
    answer = admin.send("/keys", name=" ")

    assert answer.status_code == 422
    assert "Needs at least one scope" in words(answer)
    assert "Must have 1 to 200 characters" in words(answer)
    kept = admin.send("/keys", name="", scopes=["read"])
    assert re.search(r'value="read" checked', kept.text)
    assert site.service.keys.list("acme") == []


def test_a_secret_is_set_rotated_and_never_shown(site: Site, admin: Browser) -> None:
    assert "No secrets yet" in words(admin.get("/secrets"))
    assert admin.send("/secrets", name=" TOKEN ", value=VALUE).location == "/secrets"
    assert site.service.store.secrets.reveal_all("acme") == {"TOKEN": VALUE}

    assert admin.send("/secrets/TOKEN/rotate", value="line 1\r\nline 2").status_code == 303

    assert site.service.store.secrets.reveal_all("acme") == {"TOKEN": "line 1\nline 2"}
    page = admin.get("/secrets")
    assert "TOKEN" in page.text
    assert VALUE not in page.text
    assert "line 2" not in page.text


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("1TOKEN", VALUE, "Must begin with a letter"),
        ("TOKEN", VALUE, "Is set already"),
        ("OTHER", "", "Must not be empty"),
    ],
)
def test_an_unfit_secret_is_told_in_its_form_without_the_value(
    site: Site, admin: Browser, name: str, value: str, told: str
) -> None:
    site.service.secrets.put("acme", "TOKEN", "of before")

    answer = admin.send("/secrets", name=name, value=value)

    assert answer.status_code == 422
    assert told in words(answer)
    assert VALUE not in answer.text
    assert site.service.store.secrets.reveal_all("acme") == {"TOKEN": "of before"}


def test_the_removal_of_a_secret_names_who_uses_it(site: Site, admin: Browser) -> None:
    step = send("ask", "https://partner.example/", with_={"headers": {"A": "<secrets.TOKEN>"}})
    for name in ("TOKEN", "SPARE"):
        site.service.secrets.put("acme", name, VALUE)
    site.service.automations.put("acme", "orders", make_document(step))
    site.service.versions.publish("acme", "orders")

    page = words(admin.get("/secrets"))
    assert "orders uses it: steps that need it will fail." in page
    assert "No live automation uses it." in page
    assert 'href="/automations/orders"' in admin.get("/secrets").text
    assert admin.send("/secrets/TOKEN/remove").status_code == 303

    assert [use.entry.name for use in site.service.secrets.list("acme")] == ["SPARE"]
    assert admin.send("/secrets/TOKEN/remove").status_code == 404


def test_secrets_are_filtered_by_name(site: Site, admin: Browser) -> None:
    for name in ("PARTNER_TOKEN", "SHOP_KEY"):
        site.service.secrets.put("acme", name, VALUE)
    site.service.secrets.put("globex", "TOKEN_OF_OTHERS", VALUE)

    page = words(admin.get("/secrets?q=token"))

    assert "PARTNER_TOKEN" in page
    assert "SHOP_KEY" not in page
    assert "TOKEN_OF_OTHERS" not in page
    assert "name contains “<i>”" in words(admin.get("/secrets?q=%3Ci%3E"))
