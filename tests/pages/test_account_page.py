"""One's own account: name, password, sessions."""

from __future__ import annotations

from core.accounts import Role
from tests.support.pages import browser, signed_in, words
from tests.support.people import PASSWORD
from tests.support.site import Site

NEWER = "another horse, another battery"


def test_everybody_changes_their_name(site: Site) -> None:
    viewer = signed_in(site, Role.VIEWER)

    assert viewer.send("/account/name", name="Vera <b>").location == "/account?done=name"

    page = viewer.get("/account?done=name")
    assert "Vera &lt;b&gt;" in page.text
    assert "Your name is changed." in words(page)
    refused = viewer.send("/account/name", name=" ")
    assert refused.status_code == 422
    assert "Must not be empty" in words(refused)


def test_a_changed_password_keeps_this_browser_in_and_no_other(site: Site) -> None:
    here, there = signed_in(site), signed_in(site)
    wrong = here.send("/account/password", old="not the password", password=NEWER)
    assert wrong.status_code == 422
    assert "Is not your password" in words(wrong)

    changed = here.send("/account/password", old=PASSWORD, password=NEWER)

    assert changed.location == "/account?done=password"
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    assert browser(site).sign_in("admin@acme.example").status_code == 403
    assert browser(site).sign_in("admin@acme.example", NEWER).status_code == 303


def test_who_guesses_the_password_of_an_open_browser_has_to_wait(site: Site) -> None:
    left_open = signed_in(site)
    statuses = [
        left_open.send("/account/password", old="a guess", password=NEWER).status_code
        for _ in range(6)
    ]

    assert statuses == [422] * 5 + [429]


def test_signing_out_everywhere_ends_every_session(site: Site) -> None:
    here, there, another = signed_in(site), signed_in(site), signed_in(site, Role.VIEWER)

    assert here.send("/account/sign-out-everywhere").location == "/sign-in"

    assert here.get("/").status_code == 303
    assert there.get("/").status_code == 303
    assert another.get("/").status_code == 200


def test_a_form_without_the_sessions_token_changes_nothing(site: Site) -> None:
    visitor, another = signed_in(site), signed_in(site, Role.VIEWER)

    for token in ("", another.csrf(), "0" * 64, "ä"):
        refused = visitor.client.post("/account/name", data={"csrf": token, "name": "Eve"})
        assert refused.status_code == 403

    assert "Eve" not in visitor.get("/account").text
