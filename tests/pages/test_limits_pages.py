"""Limits and quotas at a browser: of keys, of the tenant, and what is used of the month."""

from __future__ import annotations

import re
from typing import Any

from engine.limits.refusals import KEY
from tests.support.builders import make_document
from tests.support.pages import Browser, words
from tests.support.site import Caller, Site


def made_key(answer: Any) -> str:
    found = re.search(r'value="(psk_[^"]+)"', answer.text)
    assert found is not None
    return found[1]


def test_a_key_is_made_with_a_limit_that_can_be_changed(site: Site, admin: Browser) -> None:
    made = admin.send("/keys", name="shop", scopes=["read"], limit=" 2/h ")
    assert "At most 2/h" in words(made)
    caller = Caller(site.anybody, made_key(made))
    answers = [caller("GET", "/api/v1/runs") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json["violated-policies"] == [KEY]

    (key,) = site.service.keys.list("acme")
    assert "The limit of shop: 2/h" in admin.get("/keys").text
    assert admin.send(f"/keys/{key.id}/limit", limit="3/h").location == "/keys"
    assert caller("GET", "/api/v1/runs").status_code == 200
    assert admin.send(f"/keys/{key.id}/limit", limit="").location == "/keys"
    assert site.service.keys.list("acme")[0].limit is None
    assert "The limit of shop: none" in admin.get("/keys").text
    told = words(admin.get("/audit"))
    assert "changed the limit of the API key shop (from 3/h to no limit)" in told


def test_what_is_no_limit_is_told_where_it_was_written(site: Site, admin: Browser) -> None:
    fresh = admin.send("/keys", name="shop", scopes=["read"], limit="often")
    assert fresh.status_code == 422
    assert "&#39;often&#39; is not a rate" in fresh.text
    assert 'value="often"' in fresh.text
    assert site.service.keys.list("acme") == []

    admin.send("/keys", name="shop", scopes=["read"])
    (key,) = site.service.keys.list("acme")
    changed = admin.send(f"/keys/{key.id}/limit", limit="often")
    assert changed.status_code == 422
    assert re.search(rf'id="limit-{key.id}"[^>]*value="often"[^>]*aria-invalid', changed.text)
    assert '<details class="confirm" open>' in changed.text
    assert admin.send("/keys/nobody/limit", limit="1/s").status_code == 404


def test_limits_and_quotas_of_the_tenant_are_settings(site: Site, admin: Browser) -> None:
    filled = {
        "limits.events": "100/s",
        "quotas.runs": "5000",
        "quotas.thresholds": "50, 100",
        "quotas.when_reached": "refuse",
    }
    assert admin.send("/settings", **filled).location == "/settings?done=settings"

    settings = site.service.settings.get("acme")
    assert settings["limits"] == {"events": "100/s"}
    assert settings["quotas"] == {
        "runs": 5000,
        "thresholds": [50, 100],
        "when_reached": "refuse",
    }
    page = admin.get("/settings").text
    assert 'name="quotas.thresholds" value="50, 100"' in page
    admin.send("/settings")
    assert site.service.settings.get("acme")["quotas"] == {
        "thresholds": [80, 100],
        "when_reached": "warn",
    }


def test_faults_of_settings_stand_at_their_fields(site: Site, admin: Browser) -> None:
    wrong = {"limits.calls": "many", "quotas.events": "0", "quotas.thresholds": "80, full, 120"}
    answer = admin.send("/settings", **wrong)

    assert answer.status_code == 422
    told = words(answer)
    assert "a rate of 1 to 100000 in a second" in told
    assert "Must be at least 1" in told
    assert re.search(r"\[1\]: .*\[2\]: ", told)
    assert 'value="80, full, 120"' in answer.text
    assert site.service.settings.get("acme")["limits"] == {}


def test_what_is_used_stands_on_home_and_settings(site: Site, admin: Browser) -> None:
    site.service.automations.put("acme", "orders", make_document())
    site.service.versions.publish("acme", "orders")
    for page in ("/", "/settings"):
        assert "Events taken in 0 no quota" in words(admin.get(page))
    for _ in range(3):
        assert site.anybody.post("/hooks/acme/orders", json={}).status_code == 202
    site.service.settings.change("acme", {"quotas": {"events": 4, "runs": 3}})

    for page in ("/", "/settings"):
        told = words(admin.get(page))
        assert "Events taken in 3 of 4 (75 %)" in told
        assert "Runs 3 of 3 (100 %)" in told
    assert 'class="bad" max="3" value="3"' in admin.get("/settings").text
    assert "What is beyond a quota is refused" not in words(admin.get("/settings"))
