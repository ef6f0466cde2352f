"""Who may call what, and that a key opens its own tenant and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.operations import Operation
from api.table import OPERATIONS
from core.subscriptions import DeliveryStatus
from engine.keys import SCOPES
from tests.support.builders import step
from tests.support.quarantine import hold_a_key
from tests.support.site import Caller, Site, address, example_body
from tests.support.subscriptions import make_delivery

GUARDED = [operation for operation in OPERATIONS if operation.scope is not None]
MARKER = "only-acme-knows"


def every_operation() -> Any:
    return pytest.mark.parametrize("operation", GUARDED, ids=lambda operation: operation.id)


def call(caller: Caller, operation: Operation, ids: dict[str, str]) -> TestResponse:
    return caller(operation.method, address(operation, ids), **example_body(operation))


def scope_by_the_design(operation: Operation) -> str:
    if operation.path.startswith(("/api/v1/keys", "/api/v1/settings")):
        return "admin"
    if operation.method == "GET":
        return "read"
    if operation.path.startswith("/api/v1/secrets"):
        return "admin"
    starts = operation.path.endswith("/run") or operation.path == "/api/v1/events"
    return "trigger" if starts else "write"


@every_operation()
def test_without_a_key_nothing_is_answered(shared_site: Site, operation: Operation) -> None:
    refused = shared_site.anybody.open(
        address(operation), method=operation.method, **example_body(operation)
    )
    assert refused.status_code == 401
    assert refused.content_type == "application/problem+json"
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="penstock"'


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer psk_unknown", "Basic cHNrOng=", "psk_unknown", "\xff"],
)
def test_what_is_no_key_opens_nothing(shared_site: Site, authorization: str) -> None:
    headers = {"Authorization": authorization}
    refused = shared_site.anybody.get("/api/v1/runs", headers=headers)
    assert refused.status_code == 401
    assert "Authorization: Bearer <key>" in refused.json["detail"]


@pytest.fixture(scope="module")
def callers(shared_site: Site) -> dict[str, Caller]:
    """One with each scope, where no switch of the tenant's stands in the way."""
    shared_site.service.settings.change("globex", {"channels": {"events": True}})
    return {scope: shared_site.caller("globex", scope) for scope in SCOPES}


@every_operation()
def test_a_key_does_what_its_scope_allows(callers: dict[str, Caller], operation: Operation) -> None:
    needed = scope_by_the_design(operation)
    allowed = {needed, "admin"} | ({"write"} if needed == "read" else set())
    for scope, caller in callers.items():
        answered = call(caller, operation, {})
        assert (answered.status_code == 403) is (scope not in allowed)
        if answered.status_code == 403:
            assert needed in answered.json["detail"]
            assert f'scope="{needed}"' in answered.headers["WWW-Authenticate"]


def test_a_removed_key_opens_nothing(site: Site, admin: Caller) -> None:
    made = admin("POST", "/api/v1/keys", json={"name": "shop", "scopes": ["read"]}).json
    shop = Caller(site.anybody, made["value"])
    assert shop("GET", "/api/v1/runs").status_code == 200
    assert admin("DELETE", f"/api/v1/keys/{made['id']}").status_code == 204
    assert shop("GET", "/api/v1/runs").status_code == 401


def test_the_word_bearer_is_read_in_any_case(site: Site, admin: Caller) -> None:
    headers = {"Authorization": f"bEARER   {admin.key}"}
    assert site.anybody.get("/api/v1/runs", headers=headers).status_code == 200


def fill(site: Site, acme: Caller, publish: Callable[..., None]) -> dict[str, str]:
    """Gives `acme` one of everything; the ids."""
    loop = step("lines", "for-each", {"items": ["<trigger.body>"]}, next={"each": ["mark"]})
    mark = step("mark", "set-values", {"values": {"seen": "<item>"}})
    publish("orders", loop, mark, description=MARKER)
    acme("PUT", "/api/v1/automations/orders", json={"name": MARKER})
    run = site.anybody.post("/hooks/acme/orders", json={"note": MARKER}).json
    quarantine_id = hold_a_key(site, acme, MARKER)
    acme("PUT", "/api/v1/secrets/TOKEN", json={"value": MARKER})
    key = acme("POST", "/api/v1/keys", json={"name": MARKER, "scopes": ["read"]}).json
    order = {"name": MARKER, "url": "https://x.example", "events": ["*"], "enabled": False}
    subscription = acme("POST", "/api/v1/subscriptions", json=order).json
    delivery = make_delivery(
        subscription_id=subscription["id"],
        data={"note": MARKER},
        status=DeliveryStatus.DELIVERED,
        due_at=None,
    )
    site.service.store.commit([site.service.store.deliveries.insert(delivery)])
    acme("PUT", "/api/v1/collections/customers", json={"description": MARKER})
    acme("PUT", "/api/v1/records/customers/C-1", json={"name": MARKER})
    return {
        "collection": "customers",
        "record_id": "C-1",
        "automation_id": "orders",
        "run_id": run["run_id"],
        "step": "lines",
        "quarantine_id": quarantine_id,
        "request_id": acme("GET", "/api/v1/requests").json["items"][0]["id"],
        "name": "TOKEN",
        "key_id": key["id"],
        "subscription_id": subscription["id"],
        "delivery_id": delivery.id,
    }


def everything(acme: Caller, ids: dict[str, str]) -> dict[str, Any]:
    """What every reading operation answers."""
    readings = [operation for operation in GUARDED if operation.method == "GET"]
    answers = {operation.id: call(acme, operation, ids) for operation in readings}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {name: answer.json for name, answer in answers.items()}


def test_a_stranger_finds_nothing_at_the_ids_of_another_tenant(
    site: Site, admin: Caller, publish: Callable[..., None]
) -> None:
    ids = fill(site, admin, publish)
    stranger = site.caller("globex")
    for operation in GUARDED:
        if operation.placed("path") and operation.method != "PUT":
            assert call(stranger, operation, ids).status_code == 404, operation.id
        elif "cursor" in {one.name for one in operation.placed("query")}:
            own = 1 if operation.id == "list_keys" else 0
            assert len(call(stranger, operation, ids).json["items"]) == own, operation.id


def test_no_operation_shows_or_changes_what_is_another_tenants(
    site: Site, admin: Caller, publish: Callable[..., None]
) -> None:
    ids = fill(site, admin, publish)
    before = everything(admin, ids)
    assert MARKER in str(before)
    stranger = site.caller("globex")
    for operation in GUARDED:
        assert MARKER not in call(stranger, operation, ids).text, operation.id
    assert everything(admin, ids) == before
