"""Secrets, keys and settings over HTTP."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.builders import send
from tests.support.site import Caller, Site


def test_a_secret_goes_in_and_never_comes_out(admin: Caller, publish: Callable[..., None]) -> None:
    assert admin("PUT", "/api/v1/secrets/TOKEN", json={"value": "s3cr3t"}).status_code == 204
    admin("PUT", "/api/v1/secrets/UNUSED", json={"value": "s3cr3t"})
    publish(
        "orders",
        send("sync", "https://partner.example/", with_={"headers": {"X-Token": "<secrets.TOKEN>"}}),
    )
    listed = admin("GET", "/api/v1/secrets")
    assert "s3cr3t" not in listed.text
    assert listed.json["next"] is None
    assert [(item["name"], item["used_by"]) for item in listed.json["items"]] == [
        ("TOKEN", ["orders"]),
        ("UNUSED", []),
    ]
    assert listed.json["items"][0].keys() == {
        "name",
        "created_at",
        "updated_at",
        "used_by",
        "used_by_subscriptions",
    }


def test_a_secret_is_replaced_and_removed(site: Site, admin: Caller) -> None:
    path = "/api/v1/secrets/TOKEN"
    admin("PUT", path, json={"value": "old"})
    admin("PUT", path, json={"value": "new"})
    assert site.service.store.secrets.reveal_all("acme") == {"TOKEN": "new"}
    assert admin("DELETE", path).status_code == 204
    assert admin("DELETE", path).status_code == 404
    assert admin("GET", "/api/v1/secrets").json["items"] == []


@pytest.mark.parametrize("value", ["", None, 7, "x" * (64 * 1024 + 1), ["x"]])
def test_what_is_no_value_is_refused_and_not_repeated(admin: Caller, value: object) -> None:
    refused = admin("PUT", "/api/v1/secrets/TOKEN", json={"value": value})
    assert refused.status_code == 422
    assert [error["path"] for error in refused.json["errors"]] == ["$.value"]
    assert admin("GET", "/api/v1/secrets").json["items"] == []


@pytest.mark.parametrize("name", ["1ST", "A-B", "A" * 65, "%00", "Ä", "A%0A"])
def test_what_is_no_name_of_a_secret_is_refused(admin: Caller, name: str) -> None:
    assert admin("PUT", f"/api/v1/secrets/{name}", json={"value": "x"}).status_code == 422


def test_secrets_and_keys_come_in_pages(admin: Caller) -> None:
    for name in ("C", "A", "B"):
        admin("PUT", f"/api/v1/secrets/{name}", json={"value": "x"})
        admin("POST", "/api/v1/keys", json={"name": name, "scopes": ["read"]})
    first = admin("GET", "/api/v1/secrets?limit=2").json
    assert [item["name"] for item in first["items"]] == ["A", "B"]
    second = admin("GET", f"/api/v1/secrets?limit=2&cursor={first['next']}").json
    assert ([item["name"] for item in second["items"]], second["next"]) == (["C"], None)

    keys = admin("GET", "/api/v1/keys?limit=3").json
    rest = admin("GET", f"/api/v1/keys?cursor={keys['next']}").json
    assert [item["name"] for item in keys["items"] + rest["items"]] == ["test", "C", "A", "B"]


def test_the_value_of_a_key_is_shown_once(site: Site, admin: Caller) -> None:
    made = admin("POST", "/api/v1/keys", json={"name": "shop", "scopes": ["write", "trigger"]})
    assert made.status_code == 201
    assert made.json["scopes"] == ["trigger", "write"]
    key = made.json
    value = key.pop("value")
    assert value.startswith(key["prefix"])
    assert Caller(site.anybody, value)("GET", "/api/v1/runs").status_code == 200

    listed = admin("GET", "/api/v1/keys")
    assert value not in listed.text
    assert key in listed.json["items"]


def test_the_body_of_a_new_key_is_checked_as_a_whole(admin: Caller) -> None:
    body = {"name": "", "scopes": ["read", "root"], "tenant": "globex"}
    refused = admin("POST", "/api/v1/keys", json=body)
    assert refused.status_code == 422
    assert [error["path"] for error in refused.json["errors"]] == [
        "$.name",
        "$.scopes[1]",
        "$.tenant",
    ]


def test_settings_are_changed_by_name(site: Site, admin: Caller) -> None:
    before = admin("GET", "/api/v1/settings").json
    assert before["channels"] == {"events": False}
    on = {**before, "channels": {"events": True}}
    assert admin("PATCH", "/api/v1/settings", json={"channels": {"events": True}}).json == on
    assert admin("PATCH", "/api/v1/settings", json={}).json == on
    assert admin("GET", "/api/v1/settings").json == on
    assert site.caller("globex")("GET", "/api/v1/settings").json == before
    assert admin("PATCH", "/api/v1/settings", json={"channels": None}).json == before


def test_retention_is_changed_rule_by_rule_and_null_puts_the_default_back(admin: Caller) -> None:
    before = admin("GET", "/api/v1/settings").json["retention"]
    assert before["runs"] == {"days": 30, "most": 1_000_000}

    week = {"retention": {"runs": {"days": 7}, "audit": {"most": 0}}}
    changed = admin("PATCH", "/api/v1/settings", json=week).json["retention"]
    assert changed == {
        **before,
        "runs": {"days": 7, "most": 1_000_000},
        "audit": {"days": 365, "most": 0},
    }

    back = {"retention": {"runs": None, "audit": {"most": None}}}
    assert admin("PATCH", "/api/v1/settings", json=back).json["retention"] == before


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({"runs": {"days": -1}}, "$.retention.runs.days"),
        ({"runs": {"most": 1.5}}, "$.retention.runs.most"),
        ({"runs": {"years": 1}}, "$.retention.runs.years"),
        ({"alerts": {"days": 1}}, "$.retention.alerts"),
        ({"runs": 30}, "$.retention.runs"),
    ],
)
def test_what_is_no_rule_of_retention_is_refused(admin: Caller, rule: object, path: str) -> None:
    refused = admin("PATCH", "/api/v1/settings", json={"retention": rule})
    assert refused.status_code == 422
    assert [one["path"] for one in refused.json["errors"]] == [path]


def test_endpoints_are_configured_by_their_origin(admin: Caller) -> None:
    slow, quick = "https://slow.example", "http://10.0.0.7:8080"
    both = {slow: {"concurrency": 2}, quick: {"rate": "10/s"}}
    changed = admin("PATCH", "/api/v1/settings", json={"endpoints": both}).json
    assert changed["endpoints"] == both

    one = admin("PATCH", "/api/v1/settings", json={"endpoints": {slow: None}}).json
    assert one["endpoints"] == {quick: {"rate": "10/s"}}


@pytest.mark.parametrize(
    ("origin", "limits"),
    [
        ("https://slow.example/path", {}),
        ("https://Slow.example", {}),
        ("https://slow.example:443", {}),
        ("slow.example", {}),
        ("https://slow.example", {"concurrency": 0}),
        ("https://slow.example", {"rate": "10 per second"}),
        ("https://slow.example", {"rate": "0/s"}),
        ("https://slow.example", {"places": 1}),
    ],
)
def test_what_endpoints_cannot_be_given_is_refused_in_words(
    admin: Caller, origin: str, limits: dict[str, object]
) -> None:
    refused = admin("PATCH", "/api/v1/settings", json={"endpoints": {origin: limits}})
    assert refused.status_code == 422
    [error] = refused.json["errors"]
    assert error["path"].startswith("$.endpoints")


@pytest.mark.parametrize("patch", [{"channels": 7}, {"channels": {"events": 1}}, {"x": 1}, []])
def test_what_is_no_setting_is_refused(admin: Caller, patch: object) -> None:
    refused = admin("PATCH", "/api/v1/settings", json=patch)
    assert refused.status_code == 422
    assert refused.json["errors"]
