"""What is told as it happens is told only as long as the session goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.accounts import Role
from tests.support.automations import on_webhook
from tests.support.pages import Browser, browser, make_account, signed_in
from tests.support.site import Site


@pytest.fixture
def listening(site: Site) -> Iterator[tuple[Browser, Iterator[bytes]]]:
    """An implementer who listens to the automation `orders`."""
    made, _ = site.service.automations.put("acme", "orders", on_webhook("orders"))
    site.service.versions.publish("acme", "orders", made.automation.revision)
    visitor = signed_in(site, Role.IMPLEMENTER)
    answer = visitor.get("/automations/orders/listen")
    told = answer.iter_encoded()
    assert b"waiting" in next(told)
    yield visitor, told
    answer.close()


def test_a_session_hears_of_requests(
    site: Site, listening: tuple[Browser, Iterator[bytes]]
) -> None:
    browser(site).client.post("/hooks/acme/orders", json={"order": "A-1"})
    assert b"A-1" in next(listening[1])


@pytest.mark.parametrize("end", ["disabled", "another role", "signed out"])
def test_who_lost_the_session_hears_nothing_more(
    site: Site, listening: tuple[Browser, Iterator[bytes]], end: str
) -> None:
    visitor, told = listening
    make_account(site, Role.ADMIN)
    (user,) = [one for one in site.service.users.list("acme") if one.role is Role.IMPLEMENTER]
    if end == "disabled":
        site.service.users.disable("acme", user.id)
    elif end == "another role":
        site.service.users.change_role("acme", user.id, Role.VIEWER)
    else:
        assert visitor.send("/sign-out").location == "/sign-in"

    browser(site).client.post("/hooks/acme/orders", json={"order": "A-1"})

    assert list(told) == []
