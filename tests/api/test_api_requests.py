"""The request log over HTTP."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import fields

from core.clock import to_rfc3339
from core.model import RequestEntry
from tests.support.builders import NOW, make_request_entry
from tests.support.site import Caller, Site

RENAMED = {"tenant": None, "duration": "duration_ms"}
BODIES = {"request_body", "response_body"}


def keep(site: Site, **changes: object) -> str:
    entry = make_request_entry(**changes)
    site.service.store.commit([site.service.store.requests.insert(entry)])
    return entry.id


def test_an_entry_shows_all_that_is_kept_of_a_request(site: Site, admin: Caller) -> None:
    request_id = keep(site, error="cut off", run_id="r1", step_id="sync", attempt=2)
    entry = admin("GET", f"/api/v1/requests/{request_id}").json
    names = {RENAMED.get(field.name, field.name) for field in fields(RequestEntry)} - {None}
    assert set(entry) == names | {f"{name}_encoding" for name in BODIES}
    assert (entry["direction"], entry["method"], entry["status"]) == ("out", "POST", 200)
    assert entry["started_at"] == to_rfc3339(NOW)
    assert entry["duration_ms"] == 12
    assert (entry["run_id"], entry["step_id"], entry["attempt"]) == ("r1", "sync", 2)
    assert (entry["request_body"], entry["request_body_encoding"]) == ("{}", "utf-8")


def test_a_body_that_is_no_text_stands_in_base64(site: Site, admin: Caller) -> None:
    request_id = keep(site, request_body=None, response_body=b"\xff\x00\x01")
    entry = admin("GET", f"/api/v1/requests/{request_id}").json
    assert (entry["request_body"], entry["request_body_encoding"]) == (None, None)
    assert entry["response_body_encoding"] == "base64"
    assert base64.b64decode(entry["response_body"]) == b"\xff\x00\x01"


def test_a_list_leaves_the_bodies_out(site: Site, admin: Caller) -> None:
    request_id = keep(site)
    [row] = admin("GET", "/api/v1/requests").json["items"]
    one = admin("GET", f"/api/v1/requests/{request_id}").json
    assert row == {name: value for name, value in one.items() if "_body" not in name}


def test_requests_are_filtered(site: Site, admin: Caller) -> None:
    came = keep(site, direction="in", status=None, started_at=NOW - 1)
    went = keep(site, run_id="r1", status=503)

    def listed(**filters: object) -> list[str]:
        answer = admin("GET", "/api/v1/requests", query_string=filters)
        return [item["id"] for item in answer.json["items"]]

    assert listed() == [went, came]
    assert listed(direction="in") == [came]
    assert listed(run="r1") == [went]
    assert listed(status=503) == [went]
    assert listed(status=200) == []
    assert listed(since=to_rfc3339(NOW)) == [went]
    assert listed(limit=1) == [went]
    assert listed(limit=1, cursor=went) == [came]


def test_what_a_partner_posted_is_there_with_the_answer(
    site: Site, admin: Caller, publish: Callable[..., None]
) -> None:
    publish("orders")
    site.anybody.post("/hooks/acme/orders", data=b'{"order": 7}', content_type="application/json")
    site.service.store.commit([])
    [row] = admin("GET", "/api/v1/requests").json["items"]
    entry = admin("GET", f"/api/v1/requests/{row['id']}").json
    assert (entry["direction"], entry["url"]) == ("in", "/hooks/acme/orders")
    assert entry["request_body"] == '{"order": 7}'
    assert entry["status"] == 200
    assert '"succeeded"' in entry["response_body"]
