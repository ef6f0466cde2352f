"""What pages tell of schedules: the next times while one is written, and on the list."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.accounts import Role
from core.run_store import RunFilter
from core.schedules import LeftOut, WhyLeftOut
from core.writes import ListQuery
from tests.support.builders import NOW, make_document, on_schedule
from tests.support.pages import Browser, signed_in, words
from tests.support.site import Site
from tests.support.waiting import eventually

DAY = 86_400_000
FAR = "2999-12-24T18:00:00+01:00"
TOKYO = {"cron": "30 2 1 1 *", "timezone": "Asia/Tokyo"}


@pytest.fixture
def viewer(site: Site) -> Browser:
    return signed_in(site, Role.VIEWER)


def publish(site: Site, document: dict[str, Any], automation_id: str = "nightly") -> None:
    site.service.automations.put("acme", automation_id, document)
    site.service.versions.publish("acme", automation_id)


def ticks(browser: Browser, document: Any) -> Any:
    headers = {"X-CSRF-Token": browser.csrf(), "Accept": "application/json"}
    path = "/automations/nightly/ticks"
    answer = browser.client.post(path, json={"document": document}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_the_next_times_are_told_in_the_zone_of_the_schedule(viewer: Browser) -> None:
    found = ticks(viewer, on_schedule(TOKYO))
    assert found["zone"] == "Asia/Tokyo"
    assert found["words"] == "At 02:30 on January 1, Asia/Tokyo"
    assert len(found["ticks"]) == 5
    for tick in found["ticks"]:
        assert tick["at"][4:] == "-12-31T17:30:00.000Z"
        assert tick["local"].endswith(", 02:30 JST")


def test_a_schedule_with_faults_has_none_yet(viewer: Browser) -> None:
    found = ticks(viewer, on_schedule({"cron": "99 * * * *"}))
    assert (found["ticks"], found["fault"]) == ([], "The next times appear once nothing is wrong.")


@pytest.mark.parametrize("document", [None, [], {"trigger": {"type": 7}}, make_document()])
def test_what_no_schedule_starts_has_no_next_times(viewer: Browser, document: Any) -> None:
    assert ticks(viewer, document) is None


def test_the_list_tells_the_next_tick_and_what_was_left_out(site: Site, viewer: Browser) -> None:
    publish(site, on_schedule({"at": FAR}))
    listed = words(viewer.get("/automations"))
    assert "Once, on 2999-12-24 18:00 +01:00" in listed
    assert re.search(r"Next tick in 9\d\d years", listed)

    store = site.service.store
    schedule = store.schedules.get("acme", "nightly")
    assert schedule is not None
    left_out = LeftOut(NOW, 3, WhyLeftOut.OVERLAP)
    store.commit([store.schedules.move(schedule, None, left_out)])

    listed = words(viewer.get("/automations"))
    assert "No tick is to come" in listed
    assert "3 ticks were left out, until 2027-01-15 08:00:00 UTC: an earlier run still" in listed


def test_other_automations_tell_nothing_of_ticks(site: Site, viewer: Browser) -> None:
    publish(site, make_document(), "orders")
    assert "tick" not in words(viewer.get("/automations"))


def test_the_builder_knows_the_next_tick(site: Site, viewer: Browser) -> None:
    publish(site, on_schedule({"at": FAR}))
    found = viewer.get("/automations/nightly/revision").json
    assert found["automation"]["next_tick_at"] == "2999-12-24T17:00:00.000Z"
    assert '"family":"schedule"' in viewer.get("/automations/nightly").text


def test_a_run_says_that_its_schedule_started_it(site: Site, viewer: Browser) -> None:
    publish(site, on_schedule({"at": FAR}))
    store = site.service.store
    schedule = store.schedules.get("acme", "nightly")
    assert schedule is not None
    # Due a day ago, so that the server's own thread makes the tick.
    store.commit([store.schedules.move(schedule, schedule.anchor - DAY)])

    run = eventually(lambda: site.service.runs.list("acme", RunFilter(), ListQuery()).items)[0]

    assert "Started by its schedule" in words(viewer.get(f"/runs/{run.id}"))


def test_a_sample_is_written_with_the_fields_of_a_tick(site: Site, viewer: Browser) -> None:
    site.service.automations.put("acme", "nightly", on_schedule(TOKYO))
    headers = {"X-CSRF-Token": viewer.csrf(), "Accept": "application/json"}
    body = {"document": on_schedule(TOKYO)}
    begun = viewer.client.post("/automations/nightly/sample-form", json=body, headers=headers).json
    assert begun["event"]["body"] == {
        "scheduled_at": "2026-12-24T17:00:00.000Z",
        "fired_at": "2026-12-24T17:00:00.000Z",
        "missed": 0,
    }
    for name in begun["event"]["body"]:
        assert f">{name} <" in begun["fields"]
