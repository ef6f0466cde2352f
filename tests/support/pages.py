"""People at browsers: they sign in, follow links and send forms of the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts import Role
from tests.support.people import PASSWORD
from tests.support.site import Site

_CSRF = re.compile(r'<meta name="csrf" content="([^"]*)">')


@dataclass
class Browser:
    """One browser with its cookies."""

    client: FlaskClient

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def send(self, path: str, **fields: Any) -> TestResponse:
        """Sends a form as a page would, with the token of the session."""
        return self.client.post(path, data={"csrf": self.csrf(), **fields})

    def csrf(self) -> str:
        """The token that this session's pages carry; empty while signed out."""
        found = _CSRF.search(self.client.get("/account").text)
        return found[1] if found else ""

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        return self.client.post("/sign-in", data={"email": email, "password": password})


def browser(site: Site) -> Browser:
    """A browser that nobody has signed in with."""
    return Browser(site.flask.test_client())


def make_account(site: Site, role: Role, tenant: str = "acme", name: str = "") -> str:
    """A user who took an invitation; the e-mail."""
    email = f"{name or role}@{tenant}.example".lower()
    _, token = site.service.invitations.invite(tenant, email, role)
    site.service.invitations.accept(token, PASSWORD, name or role.title())
    return email


def signed_in(site: Site, role: Role = Role.ADMIN, tenant: str = "acme") -> Browser:
    """The browser of a user with this role, whom the first call makes."""
    email = f"{role}@{tenant}.example"
    if site.service.store.users.find(email) is None:
        make_account(site, role, tenant)
    visitor = browser(site)
    assert visitor.sign_in(email).status_code == 303
    return visitor


def words(answer: TestResponse) -> str:
    """What a page says, without its elements and with single spaces."""
    main = answer.text.partition("<main")[2] or answer.text
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", main.partition(">")[2]).split()))
