"""The page of users: roles, links, who is kept out."""

from __future__ import annotations

import re

import pytest

from core.accounts import Role
from tests.support.pages import Browser, browser, make_account, signed_in, words
from tests.support.people import PASSWORD
from tests.support.site import Site

VIEWER = "viewer@acme.example"


def id_of(site: Site, email: str, tenant: str = "acme") -> str:
    return site.service.users.find(tenant, email).id


def test_users_and_open_invitations_are_listed(site: Site, admin: Browser) -> None:
    make_account(site, Role.VIEWER)
    make_account(site, Role.ADMIN, "globex")
    admin.send("/users/invitations", email="grace@acme.example", role="implementer")

    page = words(admin.get("/users"))

    assert VIEWER in page
    assert "grace@acme.example as implementer" in page
    assert "globex" not in page


def test_disabling_asks_first_and_says_what_it_does(site: Site, admin: Browser) -> None:
    make_account(site, Role.VIEWER, name="Grace")

    page = words(admin.get("/users"))

    assert "Grace is signed out everywhere at once" in page
    assert "You are signed out everywhere at once" in page
    assert (
        '<summary class="button small danger" aria-label="Disable Grace">'
        in admin.get("/users").text
    )


def test_an_invitation_is_withdrawn(site: Site, admin: Browser) -> None:
    link, token = site.service.invitations.invite("acme", "grace@acme.example", Role.VIEWER)

    assert admin.send(f"/users/invitations/{link.id}/withdraw").status_code == 303

    assert "grace@" not in admin.get("/users").text
    assert browser(site).get(f"/invitations/{token}").status_code == 404
    assert admin.send(f"/users/invitations/{link.id}/withdraw").status_code == 404


@pytest.mark.parametrize(
    ("email", "role", "status", "told"),
    [
        ("grace", "viewer", 422, "Is not an e-mail address"),
        ("grace@acme.example", "king", 422, "Must be one of: admin, implementer, viewer"),
        ("Admin@acme.example", "viewer", 409, "There is a user with the e-mail admin@acme.example"),
    ],
)
def test_an_unfit_invitation_is_told_in_its_form(
    site: Site, admin: Browser, email: str, role: str, status: int, told: str
) -> None:
    answer = admin.send("/users/invitations", email=email, role=role)

    assert answer.status_code == status
    assert told in words(answer)
    assert f'value="{email}"' in answer.text
    assert not site.service.invitations.list("acme")


def test_a_changed_role_counts_from_the_next_sign_in(site: Site, admin: Browser) -> None:
    viewer = signed_in(site, Role.VIEWER)
    assert viewer.get("/keys").status_code == 403

    changed = admin.send(f"/users/{id_of(site, VIEWER)}/role", role="admin")

    assert changed.location == "/users"
    assert viewer.get("/").status_code == 303
    viewer.sign_in(VIEWER)
    assert viewer.get("/keys").status_code == 200


def test_a_disabled_user_is_out_until_enabled(site: Site, admin: Browser) -> None:
    viewer = signed_in(site, Role.VIEWER)
    path = f"/users/{id_of(site, VIEWER)}"

    assert admin.send(f"{path}/disable").status_code == 303

    assert viewer.get("/").status_code == 303
    assert viewer.sign_in(VIEWER).status_code == 403
    assert "disabled" in words(admin.get("/users"))
    assert admin.send(f"{path}/reset").status_code == 409
    assert admin.send(f"{path}/enable").status_code == 303
    assert viewer.sign_in(VIEWER).status_code == 303


def test_the_last_admin_can_be_neither_disabled_nor_demoted(site: Site, admin: Browser) -> None:
    path = f"/users/{id_of(site, 'admin@acme.example')}"

    for answer in (admin.send(f"{path}/disable"), admin.send(f"{path}/role", role="viewer")):
        assert answer.status_code == 409
        assert "is the last admin" in words(answer)

    assert admin.get("/users").status_code == 200


def test_a_reset_link_lets_a_user_choose_another_password(site: Site, admin: Browser) -> None:
    viewer = signed_in(site, Role.VIEWER)
    answer = admin.send(f"/users/{id_of(site, VIEWER)}/reset")
    found = re.search(r'value="http://localhost(/invitations/[^"]+)"', answer.text)
    assert found is not None
    forgetful = browser(site)
    assert "Choose another password" in words(forgetful.get(found[1]))

    newer = "another horse, another battery"
    assert forgetful.send(found[1], password=newer).status_code == 303

    assert forgetful.get("/").status_code == 200
    assert viewer.get("/").status_code == 303
    assert viewer.sign_in(VIEWER, PASSWORD).status_code == 403
    assert viewer.sign_in(VIEWER, newer).status_code == 303


def test_users_of_another_tenant_are_not_there(site: Site, admin: Browser) -> None:
    make_account(site, Role.VIEWER, "globex")
    stranger = id_of(site, "viewer@globex.example", "globex")

    for what in ("role", "disable", "enable", "reset"):
        assert admin.send(f"/users/{stranger}/{what}", role="admin").status_code == 404

    user = site.service.users.get("globex", stranger)
    assert (user.role, user.disabled) == (Role.VIEWER, False)
