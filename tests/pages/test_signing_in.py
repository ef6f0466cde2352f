"""Signing in and out at a browser: the first start, links, cookies, and who guesses."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from werkzeug.http import parse_cookie

from app import create_app
from builder_ui.cookies import COOKIE
from core.accounts import Role
from engine.people.throttle import BY_EMAIL
from tests.support.pages import Browser, browser, make_account, signed_in, words
from tests.support.people import PASSWORD
from tests.support.site import Site

ADMIN = "admin@acme.example"


def test_the_first_start_leads_to_the_first_admin(site: Site) -> None:
    visitor = browser(site)
    assert visitor.get("/").location == "/sign-in?next=/"
    assert "Nobody has an account yet" in words(visitor.get("/sign-in"))
    link = f"/setup/{site.service.invitations.set_up('acme')}"
    assert "Welcome to Penstock" in words(visitor.get(link))

    answer = visitor.send(link, email="Ada@acme.example", name="Ada", password=PASSWORD)

    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.get("/").status_code == 200
    assert "Ada" in visitor.get("/account").text
    assert browser(site).get(link).status_code == 404
    assert "Nobody has" not in words(browser(site).get("/sign-in"))


def test_every_fault_of_an_account_stands_under_its_field(site: Site) -> None:
    visitor = browser(site)
    link = f"/setup/{site.service.invitations.set_up('acme')}"

    answer = visitor.send(link, email="ada", name="Ada L.", password="short")

    assert answer.status_code == 422
    told = words(answer)
    assert "Is not an e-mail address" in told
    assert "Needs at least 12 characters" in told
    assert 'value="Ada L."' in answer.text
    assert 'value="short"' not in answer.text


def test_an_invitation_makes_the_account_it_is_for(site: Site, admin: Browser) -> None:
    answer = admin.send("/users/invitations", email="grace@acme.example", role="viewer")
    found = re.search(r'value="http://localhost(/invitations/[^"]+)"', answer.text)
    assert found is not None
    grace = browser(site)
    assert "grace@acme.example" in grace.get(found[1]).text

    sent = grace.send(found[1], name="Grace", password=PASSWORD, email="eve@x.example")

    assert sent.status_code == 303
    assert "grace@acme.example" in words(grace.get("/account"))
    assert grace.get("/users").status_code == 403
    assert browser(site).get(found[1]).status_code == 404


def test_a_link_is_good_only_where_it_belongs(site: Site) -> None:
    set_up = site.service.invitations.set_up("acme")
    _, invited = site.service.invitations.invite("acme", "grace@acme.example", Role.VIEWER)
    visitor = browser(site)

    for path in (f"/invitations/{set_up}", f"/setup/{invited}", "/setup/x", "/invitations/x"):
        assert visitor.get(path).status_code == 404
        assert visitor.send(path, email="a@b", name="A", password=PASSWORD).status_code == 404


def test_signing_in_leads_where_one_wanted_to_go(site: Site) -> None:
    make_account(site, Role.ADMIN)
    visitor = browser(site)
    assert visitor.get("/audit?verb=key.").location == "/sign-in?next=/audit%3Fverb%3Dkey."

    answer = visitor.client.post(
        "/sign-in", data={"email": ADMIN, "password": PASSWORD, "next": "/audit?verb=key."}
    )

    assert answer.location == "/audit?verb=key."
    assert visitor.get("/sign-in?next=/keys").location == "/keys"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "////evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "http:///",
        "//[",
        "",
    ],
)
def test_signing_in_never_leads_to_another_site(site: Site, wanted: str) -> None:
    make_account(site, Role.VIEWER)

    answer = browser(site).client.post(
        "/sign-in", data={"email": "viewer@acme.example", "password": PASSWORD, "next": wanted}
    )

    assert answer.location == "/"


def test_who_may_not_in_learns_nothing_and_waits_longer_and_longer(site: Site) -> None:
    make_account(site, Role.ADMIN)
    visitor = browser(site)
    wrong = visitor.sign_in(ADMIN, "not the password")
    unknown = visitor.sign_in("admin@nowhere.example", "not the password")
    assert wrong.status_code == unknown.status_code == 403
    assert words(wrong) == words(unknown)
    assert COOKIE not in wrong.headers.get("Set-Cookie", "")
    for _ in range(BY_EMAIL.free - 1):
        visitor.sign_in(ADMIN, "not the password")

    answer = visitor.sign_in(ADMIN)

    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert "Too many tries" in words(answer)
    assert visitor.sign_in("admin@nowhere.example", "x").status_code == 403


def test_signing_out_ends_the_session_and_not_only_the_cookie(site: Site) -> None:
    visitor = signed_in(site)
    kept = visitor.client.get_cookie(COOKIE)
    assert kept is not None

    assert visitor.send("/sign-out").location == "/sign-in"

    assert visitor.client.get_cookie(COOKIE) is None
    visitor.client.set_cookie(COOKIE, kept.value)
    assert visitor.get("/").status_code == 303


def test_the_cookie_is_signed_and_out_of_reach(site: Site) -> None:
    make_account(site, Role.ADMIN)
    visitor = browser(site)
    cookie = visitor.sign_in(ADMIN).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    signed = parse_cookie(cookie)[COOKIE]
    token, _, signature = signed.rpartition(".")
    assert site.service.accounts.identify(token) is not None

    for forged in (token, f"{token}.{signature[::-1]}", f"{token[::-1]}.{signature}", "", "ä"):
        visitor.client.set_cookie(COOKIE, forged)
        assert visitor.get("/").status_code == 303


def test_at_a_public_https_address_the_cookie_and_the_links_are_https(site: Site) -> None:
    settings = replace(
        site.application.page_settings, secure=True, public_url="https://penstock.example"
    )
    one = site.application
    flask = create_app(site.service, one.clock, settings, one.meter)
    make_account(site, Role.ADMIN)
    visitor = Browser(flask.test_client())

    assert "Secure" in visitor.sign_in(ADMIN).headers["Set-Cookie"]

    visitor = Browser(flask.test_client())
    answer = visitor.client.post(
        "/sign-in",
        data={"email": ADMIN, "password": PASSWORD},
        base_url="https://penstock.example",
    )
    assert answer.status_code == 303
    page = visitor.client.get("/settings", base_url="https://penstock.example")
    assert "https://penstock.example/hooks/acme/" in page.text


def test_a_form_of_another_site_signs_nobody_in(site: Site) -> None:
    make_account(site, Role.ADMIN)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser(site).client.post(
            "/sign-in", data={"email": ADMIN, "password": PASSWORD}, headers=headers
        )
        assert answer.status_code == 403
        assert COOKIE not in answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize(
    ("origin", "status"),
    [("https://penstock.example", 303), ("https://evil.example", 403), ("null", 403)],
)
def test_behind_a_proxy_that_asks_by_another_name_the_public_one_is_ours(
    site: Site, origin: str, status: int
) -> None:
    settings = replace(site.application.page_settings, public_url="https://Penstock.example")
    one = site.application
    flask = create_app(site.service, one.clock, settings, one.meter)
    make_account(site, Role.ADMIN)

    answer = flask.test_client().post(
        "/sign-in",
        data={"email": ADMIN, "password": PASSWORD},
        headers={"Origin": origin},
        base_url="http://backend:8080",
    )

    assert answer.status_code == status
