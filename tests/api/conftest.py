"""Sites over stores of their own, and what `acme` has there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import make_document, step
from tests.support.site import Caller, Site, open_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    yield from open_site(tmp_path)


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """For tests that look at one answer at a time, whatever else is stored."""
    yield from open_site(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def caller(shared_site: Site) -> Caller:
    """An admin of `acme` at the shared site."""
    return shared_site.caller("acme")


@pytest.fixture
def admin(site: Site) -> Caller:
    return site.caller("acme")


@pytest.fixture(scope="session")
def document() -> Callable[..., dict[str, Any]]:
    """Makes a document whose webhook is below `/hooks/acme/`."""

    def make(
        path: str = "orders", *steps: dict[str, Any], respond: str = "finished", **changes: Any
    ) -> dict[str, Any]:
        steps = steps or (step("mark", "set-values", {"values": {"seen": "<trigger.body>"}}),)
        trigger = {
            "type": "webhook",
            "with": {"path": path, "respond": respond},
            "next": [steps[0]["id"]],
        }
        return make_document(*steps, trigger=trigger, **changes)

    return make


@pytest.fixture
def publish(admin: Caller, document: Callable[..., dict[str, Any]]) -> Callable[..., None]:
    """Publishes an automation of `acme` under the first segment of its path."""

    def make(path: str = "orders", *steps: dict[str, Any], **changes: Any) -> None:
        address = f"/api/v1/automations/{path.partition('/')[0]}"
        assert admin("PUT", address, json=document(path, *steps, **changes)).status_code == 201
        published = admin("POST", f"{address}/publish")
        assert published.status_code == 200, published.json

    return make
