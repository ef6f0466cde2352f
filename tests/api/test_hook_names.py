"""Names of no tenant at trigger URLs: they cost nothing that stays."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tests.support.site import Site


class Asked:
    """Takes in what partners post, and remembers for whom."""

    def __init__(self) -> None:
        self.tenants: list[str] = []

    def receive(self, tenant: str, *_: object) -> Any:
        self.tenants.append(tenant)
        raise RuntimeError("nobody is to get this far")


@pytest.mark.parametrize("name", ["Default", "d%C3%A9faut", "a%0Ab", "a%00b", "-a", "a" * 64])
def test_what_can_be_no_tenant_is_404_before_anybody_is_asked(shared_site: Site, name: str) -> None:
    asked: Any = Asked()
    flask = shared_site.with_service(dataclasses.replace(shared_site.service, intake=asked))

    assert flask.test_client().post(f"/hooks/{name}/orders").status_code == 404
    assert asked.tenants == []


def test_tenants_that_do_not_exist_are_not_remembered(shared_site: Site) -> None:
    for number in range(50):
        answer = shared_site.anybody.post(f"/hooks/nobody-{number}/orders")
        assert answer.status_code == 404

    catalog = shared_site.service.intake._catalog
    assert not [tenant for tenant in catalog._tenants if tenant.startswith("nobody-")]
