"""What the builder's islands ask: JSON in, JSON out, refusals in words and for the right role."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from werkzeug.test import TestResponse

from core.accounts import Role
from core.errors import NotFoundError
from engine.trying import samples
from tests.support.builders import make_document
from tests.support.drafts import EVENT, partner_sync
from tests.support.pages import Browser, signed_in
from tests.support.site import Site

AUTOMATION = "/automations/orders"
TOKEN = "tok-very-secret-1"


class Island:
    """JavaScript in the page of a user."""

    def __init__(self, site: Site, role: Role = Role.IMPLEMENTER, tenant: str = "acme") -> None:
        self.browser: Browser = signed_in(site, role, tenant)
        self.headers = {"X-CSRF-Token": self.browser.csrf(), "Accept": "application/json"}

    def __call__(self, method: str, path: str, body: Any = None) -> TestResponse:
        options = {} if body is None else {"json": body}
        return self.browser.client.open(path, method=method, headers=self.headers, **options)


@pytest.fixture(scope="module")
def implementer(site: Site) -> Island:
    return Island(site)


@pytest.fixture(scope="module")
def viewer(site: Site) -> Island:
    return Island(site, Role.VIEWER)


@pytest.fixture
def island(site: Site, implementer: Island) -> Island:
    """An implementer's page over a new automation `orders`."""
    with suppress(NotFoundError):
        site.service.automations.delete("acme", "orders")
    site.service.automations.put("acme", "orders", make_document())
    site.service.secrets.put("acme", "TOKEN", TOKEN)
    return implementer


def asked(**more: Any) -> dict[str, Any]:
    return {"document": partner_sync(), "step": "sync", "event": EVENT, "results": {}, **more}


def test_a_draft_is_sketched_previewed_and_completed(island: Island) -> None:
    sketch = island("POST", f"{AUTOMATION}/sketch", {"document": partner_sync()}).json
    preview = island("POST", f"{AUTOMATION}/preview", asked(with_context=True)).json
    question = asked(text="<order.", caret=7, field="body.total")
    completions = island("POST", f"{AUTOMATION}/completions", question).json

    assert sketch["steps"]["sync"]["summary"] == "POST partner.example/partners/…/sync"
    assert preview["fields"]["headers.Authorization"]["text"] == "Bearer [secret:TOKEN]"
    assert preview["context"]["order"]["id"] == "A-1"
    assert {one["label"] for one in completions["suggestions"]} == {"id", "lines"}


def test_places_are_counted_as_browsers_do(island: Island) -> None:
    question = asked(text="🫖🫖 <order.i", caret=13, field="body.total")

    [found] = island("POST", f"{AUTOMATION}/completions", question).json["suggestions"][:1]

    assert (found["insert"], found["from"], found["to"]) == ("order.id>", 6, 13)


def test_a_command_is_pasted(island: Island) -> None:
    answer = island("POST", "/builder/curl", {"command": "curl -k https://partner.example"})

    assert answer.json["with"] == {"method": "GET", "url": "https://partner.example"}
    assert island("POST", "/builder/curl", {"command": "wget"}).status_code == 422


def test_a_trial_is_streamed(island: Island) -> None:
    answer = island("POST", f"{AUTOMATION}/try", asked(document=make_document()))

    assert answer.content_type == "text/event-stream; charset=utf-8"
    names = [line[7:] for line in answer.text.splitlines() if line.startswith("event: ")]
    assert names == ["started", "step", "step", "ended"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "place"),
    [
        ("POST", f"{AUTOMATION}/preview", {"document": {}}, 422, "$.step"),
        ("POST", f"{AUTOMATION}/preview", asked(step="nobody"), 404, None),
        ("POST", f"{AUTOMATION}/preview", asked(event={"boddy": 1}), 422, "$.event.boddy"),
        ("POST", f"{AUTOMATION}/try", asked(results={"sync": 1}), 422, "$.results.sync"),
        ("POST", "/automations/none/try", asked(), 404, None),
        ("POST", f"{AUTOMATION}/sketch", [], 422, "$"),
        ("POST", f"{AUTOMATION}/samples", {"name": " ", "event": {}}, 422, "$.name"),
        ("POST", f"{AUTOMATION}/samples/from-run/nothing", {}, 404, None),
        ("PATCH", f"{AUTOMATION}/samples/nothing", {"name": "x"}, 404, None),
        ("DELETE", f"{AUTOMATION}/samples/nothing", None, 404, None),
        ("DELETE", f"{AUTOMATION}/pins/sync", None, 404, None),
    ],
)
def test_refusals_are_problems_that_name_the_place(
    island: Island, method: str, path: str, body: Any, status: int, place: str | None
) -> None:
    answer = island(method, path, body)

    assert answer.status_code == status, answer.text
    assert answer.json["detail"]
    if place:
        assert place in {error["path"] for error in answer.json["errors"]}


def test_a_body_that_is_too_long_is_not_read(island: Island) -> None:
    answer = island("POST", f"{AUTOMATION}/sketch", {"document": "x" * (2 << 20)})

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/try"),
        ("GET", "/listen"),
        ("POST", "/samples"),
        ("PATCH", "/samples/x"),
        ("DELETE", "/samples/x"),
        ("PUT", "/pins/sync"),
        ("DELETE", "/pins/sync"),
    ],
)
@pytest.mark.usefixtures("island")
def test_a_viewer_sees_but_tries_nothing(viewer: Island, method: str, path: str) -> None:
    assert viewer(method, f"{AUTOMATION}{path}", {}).status_code == 403
    assert viewer("GET", f"{AUTOMATION}/samples").status_code == 200
    assert viewer("POST", f"{AUTOMATION}/preview", asked()).status_code == 200


def test_a_sample_is_kept_renamed_and_deleted(island: Island) -> None:
    event = {**EVENT, "headers": {"Authorization": "Bearer abc"}, "body": {"token": TOKEN}}
    made = island("POST", f"{AUTOMATION}/samples", {"name": "First", "event": event})

    assert made.status_code == 201
    sample = made.json
    assert sample["source"] == "written"
    assert sample["event"]["headers"] == {"Authorization": "Bearer [masked]"}
    assert sample["event"]["body"] == {"token": "[secret:TOKEN]"}
    path = f"{AUTOMATION}/samples/{sample['id']}"
    assert island("PATCH", path, {"name": "Second"}).json["name"] == "Second"
    assert island("GET", path).json["event"] == sample["event"]
    [listed] = island("GET", f"{AUTOMATION}/samples").json["items"]
    assert (listed["name"], listed["event"]) == ("Second", sample["event"])
    assert island("DELETE", path).status_code == 204
    assert island("GET", f"{AUTOMATION}/samples").json["items"] == []


def test_the_event_of_a_run_becomes_a_sample(site: Site, island: Island) -> None:
    site.service.versions.publish("acme", "orders")
    accepted = site.anybody.post("/hooks/acme/orders?a=1", json={"order": 1}).json

    of_run = island("POST", f"{AUTOMATION}/samples/from-run/{accepted['run_id']}")
    of_request = island("POST", f"{AUTOMATION}/samples/from-request/{accepted['event_id']}")

    assert of_run.json["source"] == "run"
    assert of_run.json["event"]["body"] == {"order": 1}
    assert of_run.json["event"]["query"] == {"a": "1"}
    assert of_request.json["event"] == of_run.json["event"]


def test_samples_are_bounded_in_words(island: Island, monkeypatch: pytest.MonkeyPatch) -> None:
    large = {"name": "Large", "event": {"body": "x" * (1 << 20)}}
    assert "at most 1048576" in island("POST", f"{AUTOMATION}/samples", large).text
    monkeypatch.setattr(samples, "MOST_SAMPLES", 1)
    small = {"name": "Small", "event": {}}
    assert island("POST", f"{AUTOMATION}/samples", small).status_code == 201

    refused = island("POST", f"{AUTOMATION}/samples", small)

    assert refused.status_code == 409
    assert "delete one" in refused.json["detail"]


def test_a_result_is_pinned_and_taken_off(island: Island) -> None:
    result = {"status": "succeeded", "port": "success", "output": {"t": TOKEN}, "error": None}
    assert island("PUT", f"{AUTOMATION}/pins/sync", result).status_code == 204

    pins = island("GET", f"{AUTOMATION}/pins").json["pins"]

    assert pins == {"sync": {**result, "output": {"t": "[secret:TOKEN]"}}}
    assert island("DELETE", f"{AUTOMATION}/pins/sync").status_code == 204
    assert island("GET", f"{AUTOMATION}/pins").json["pins"] == {}


def test_another_tenant_has_none_of_it(site: Site, island: Island) -> None:
    made = island("POST", f"{AUTOMATION}/samples", {"name": "Mine", "event": EVENT}).json
    site.service.automations.put("globex", "orders", make_document())
    stranger = Island(site, Role.ADMIN, "globex")

    assert stranger("GET", f"{AUTOMATION}/samples").json["items"] == []
    assert stranger("GET", f"{AUTOMATION}/samples/{made['id']}").status_code == 404
    assert stranger("DELETE", f"{AUTOMATION}/samples/{made['id']}").status_code == 404


def test_with_an_automation_its_samples_and_pins_go(site: Site, island: Island) -> None:
    island("POST", f"{AUTOMATION}/samples", {"name": "Mine", "event": EVENT})
    island("PUT", f"{AUTOMATION}/pins/sync", {"output": 1})

    site.service.automations.delete("acme", "orders")

    assert site.service.samples.list("acme", "orders") == []
    assert site.service.samples.pins("acme", "orders") == {}
