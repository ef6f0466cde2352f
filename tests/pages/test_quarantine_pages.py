"""The pages of the quarantine: what is held, for whom, and what people do about it."""

from __future__ import annotations

from typing import Any

import pytest

from core.accounts import Role
from core.writes import ListQuery
from tests.support.builders import make_document, step
from tests.support.pages import Browser, signed_in, words
from tests.support.quarantine import failing_document, hold_a_key, post_fragile
from tests.support.site import Site
from tests.support.waiting import eventually


@pytest.fixture
def quarantine_id(site: Site) -> str:
    """A key with two events behind the one that failed."""
    return hold_a_key(site, site.caller("acme"), "bad <b>&", waiting=2)


def held(site: Site, quarantine_id: str) -> list[Any]:
    page = site.service.quarantine.held("acme", quarantine_id, ListQuery())
    return list(page.items)


def test_the_list_says_since_when_why_and_how_many(site: Site, quarantine_id: str) -> None:
    visitor = signed_in(site, Role.VIEWER)

    page = visitor.get("/quarantine")

    said = words(page)
    assert "bad <b>& of Fragile 2 just now 1 no such customer" in said
    assert "<b>&amp;" not in page.text
    assert f'href="/quarantine/{quarantine_id}"' in page.text
    assert "No key fits" in words(visitor.get("/quarantine?automation=other"))
    assert "bad <b>&" in words(visitor.get("/quarantine?automation=fragile"))
    assert "1 key in quarantine" in words(visitor.get("/"))


def test_without_held_keys_the_list_says_what_it_is_for(site: Site) -> None:
    visitor = signed_in(site)

    assert "Nothing is in quarantine" in words(visitor.get("/quarantine"))
    assert visitor.get("/quarantine/nothing").status_code == 404


def test_held_events_stand_in_order_with_their_bodies(site: Site, quarantine_id: str) -> None:
    page = signed_in(site).get(f"/quarantine/{quarantine_id}")

    first, second = (page.text.index(f"event-{one.run.id}") for one in held(site, quarantine_id))
    assert first < second
    assert "&#34;n&#34;: 0" in page.text
    assert "Release the key" in page.text


def test_a_viewer_looks_and_an_implementer_acts(site: Site, quarantine_id: str) -> None:
    viewer = signed_in(site, Role.VIEWER)
    page = viewer.get(f"/quarantine/{quarantine_id}")
    assert page.status_code == 200
    assert "<form" not in page.text.partition("<main")[2]
    assert viewer.send(f"/quarantine/{quarantine_id}/release").status_code == 403

    implementer = signed_in(site, Role.IMPLEMENTER)
    assert implementer.send(f"/quarantine/{quarantine_id}/release").status_code == 303


def test_an_event_is_edited_with_what_came_beside_it(site: Site, quarantine_id: str) -> None:
    visitor = signed_in(site)
    first = held(site, quarantine_id)[0].run
    address = f"/quarantine/{quarantine_id}/events/{first.id}"
    assert "bad &lt;b&gt;&amp;" in visitor.get(address).text

    refused = visitor.send(address, body='{"customer": "good", "n": }')
    assert refused.status_code == 422
    assert "Is no JSON" in words(refused)
    assert "{&#34;customer&#34;: &#34;good&#34;, &#34;n&#34;: }" in refused.text
    assert visitor.send(address, body='{"customer": "good",\r\n "n": 9}').status_code == 303

    page = visitor.get(f"/quarantine/{quarantine_id}?saved=edited")
    assert "Edited" in words(page)
    assert "What came" in words(page)
    assert held(site, quarantine_id)[0].event.body == {"customer": "good", "n": 9}
    run = visitor.get(f"/runs/{first.id}")
    assert "Its body was edited while it was held" in words(run)


def test_events_are_discarded_with_a_reason(site: Site, quarantine_id: str) -> None:
    visitor = signed_in(site)
    first = held(site, quarantine_id)[0].run
    one = f"/quarantine/{quarantine_id}/events/{first.id}/discard"

    assert visitor.send(one, reason="ordered twice").status_code == 303
    assert "discarded from quarantine: ordered twice" in words(visitor.get(f"/runs/{first.id}"))
    assert visitor.send(one).status_code == 409
    assert visitor.send(f"/quarantine/{quarantine_id}/discard").status_code == 303

    said = words(visitor.get(f"/quarantine/{quarantine_id}"))
    assert "No event waits" in said
    noted = words(visitor.get("/audit?subject_kind=quarantine"))
    assert "discarded held events of bad <b>& (of fragile, 1 event, ordered twice)" in noted


def test_a_release_lets_the_events_run(site: Site, quarantine_id: str) -> None:
    visitor = signed_in(site)
    fixed = failing_document(
        steps=[{"id": "choose", "action": "set-values", "with": {"values": {"n": 1}}}]
    )
    site.service.automations.put("acme", "fragile", fixed)
    site.service.versions.publish("acme", "fragile")

    answer = visitor.send(
        f"/quarantine/{quarantine_id}/release", replay_failed="on", live_version="on"
    )

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/runs?automation=fragile"
    caller = site.caller("acme")

    def succeeded() -> bool:
        found = caller("GET", "/api/v1/runs?automation=fragile&status=succeeded").json["items"]
        return len(found) == 3

    eventually(succeeded)
    assert visitor.get(f"/quarantine/{quarantine_id}").status_code == 404
    noted = words(visitor.get("/audit?subject_kind=quarantine"))
    assert "released from quarantine bad <b>& (of fragile, 2 events, 1 repeated)" in noted


def test_a_run_says_what_it_waits_for(site: Site, quarantine_id: str) -> None:
    visitor = signed_in(site)
    waiting = held(site, quarantine_id)[0].run

    said = words(visitor.get(f"/runs/{waiting.id}"))

    assert "In order by bad <b>&" in said
    assert "It is held because runs of its key kept failing" in said
    assert f'href="/quarantine/{quarantine_id}"' in visitor.get(f"/runs/{waiting.id}").text
    listed = visitor.get("/runs?status=held")
    assert waiting.id in listed.text


def test_a_run_that_waits_for_a_held_one_leads_to_it(site: Site, quarantine_id: str) -> None:
    visitor, caller = signed_in(site), site.caller("acme")
    call = step("call", "run-automation", {"automation": "fragile", "payload": "<trigger.body>"})
    document = make_document(call, trigger={"type": "manual", "next": ["call"]})
    caller("PUT", "/api/v1/automations/waiting", json=document)
    caller("POST", "/api/v1/automations/waiting/publish")
    body = {"customer": "bad <b>&"}
    parent = caller("POST", "/api/v1/automations/waiting/run", json=body).json["run_id"]
    eventually(lambda: caller("GET", f"/api/v1/runs/{parent}").json["status"] == "waiting")
    child = held(site, quarantine_id)[-1].run

    waits = visitor.get(f"/runs/{parent}/steps/call")

    assert "It waits for the run" in words(waits)
    assert f'href="/runs/{child.id}"' in waits.text
    assert "Started by" in words(visitor.get(f"/runs/{child.id}"))
    assert f'href="/runs/{parent}"' in visitor.get(f"/runs/{child.id}").text


def test_a_run_in_line_names_the_one_whose_turn_it_is(site: Site) -> None:
    visitor: Browser = signed_in(site)
    hold_a_key(site, site.caller("acme"))
    site.application.machinery.dispatcher.rest()
    first, second = post_fragile(site, "ada"), post_fragile(site, "ada")

    page = visitor.get(f"/runs/{second}")

    assert "It waits for its turn" in words(page)
    assert f'href="/runs/{first}"' in page.text
