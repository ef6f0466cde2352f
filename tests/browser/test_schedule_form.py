"""A schedule is written in the inspector, and its next times appear as one types."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Studio
from tests.support.builders import make_document, on_schedule
from tests.support.inspector import field, labelled, open_in_inspector
from tests.support.waiting import eventually
from tests.support.window import Window

BERLIN = {"cron": "0 9 * * mon-fri", "timezone": "Europe/Berlin"}


@pytest.fixture(scope="module")
def window(studio: Studio) -> Iterator[Window]:
    """A window in New York."""
    opened = Window(studio, "America/New_York")
    yield opened
    opened.close()


def next_times(page: Page) -> Locator:
    return page.get_by_role("region", name="Next times").get_by_role("listitem")


def trigger_with(studio: Studio, automation_id: str) -> object:
    return studio.draft(automation_id)["trigger"]["with"]


def test_the_next_five_times_are_shown_in_its_zone_and_here(page: Page, studio: Studio) -> None:
    open_in_inspector(page, studio, "schedule-times", "Schedule", on_schedule(BERLIN))
    expect(next_times(page)).to_have_count(5)
    expect(next_times(page).first).to_have_text(
        re.compile(r"^\w{3} \d\d \w{3} \d{4}, 09:00 CES?T \w{3}, 0[34]:00 (GMT-\d|E[SD]T) here$")
    )

    labelled(page, "Cron expression").fill("30 17 * * *")
    expect(next_times(page).first).to_contain_text(", 17:30 CE")

    labelled(page, "Cron expression").fill("30 25 * * *")
    expect(next_times(page)).to_have_count(0)
    expect(field(page, "cron")).to_contain_text("the hour: 25 is out of range; it takes 0 to 23")


def test_the_browsers_zone_is_at_hand(page: Page, studio: Studio) -> None:
    open_in_inspector(page, studio, "schedule-zone", "Schedule", on_schedule(BERLIN))
    field(page, "timezone").get_by_role("button", name="Use America/New_York").click()
    expect(labelled(page, "Time zone")).to_have_value("America/New_York")
    expect(next_times(page).first).to_have_text(re.compile(r", 09:00 E[SD]T$"))

    labelled(page, "Time zone").fill("Berlin")
    expect(field(page, "timezone")).to_contain_text("do you mean Europe/Berlin?")
    assert page.locator("[data-zones] option").count() > 300


def test_another_way_to_say_when_brings_its_own_fields(page: Page, studio: Studio) -> None:
    open_in_inspector(page, studio, "schedule-ways", "Schedule", on_schedule(BERLIN))
    way = labelled(page, "When")
    way.select_option("every")
    expect(labelled(page, "Interval")).to_have_value("15m")
    expect(labelled(page, "Cron expression")).to_have_count(0)
    eventually(lambda: trigger_with(studio, "schedule-ways") == {"every": "15m"})
    expect(next_times(page)).to_have_count(5)

    way.select_option("at")
    expect(labelled(page, "Moment")).to_have_value(re.compile(r"^\d{4}-.*:00:00-0[45]:00$"))
    expect(next_times(page)).to_have_count(1)
    page.get_by_label("Moment: pick date and time here").fill("2999-12-24T18:00")
    expect(labelled(page, "Moment")).to_have_value("2999-12-24T18:00:00-05:00")
    expect(next_times(page)).to_contain_text("Tue 24 Dec 2999, 23:00 UTC")

    way.select_option("cron")
    eventually(lambda: trigger_with(studio, "schedule-ways") == BERLIN)
    expect(way).to_be_focused()


def test_a_webhook_becomes_a_schedule(page: Page, studio: Studio) -> None:
    open_in_inspector(page, studio, "schedule-new", "Webhook", make_document())
    expect(page.get_by_role("region", name="Next times")).to_have_count(0)
    labelled(page, "Starts by").select_option("schedule")
    labelled(page, "Cron expression").fill("0 0 1 * *")
    expect(next_times(page)).to_have_count(5)
    expect(page.locator("#canvas")).to_contain_text("At 00:00 on the first day")


def test_the_next_tick_is_the_sample_and_the_bar_tells_it(page: Page, studio: Studio) -> None:
    schedule = on_schedule({"at": "2999-12-24T18:00:00Z"})
    open_in_inspector(page, studio, "schedule-sample", "Schedule", schedule)
    expect(page.locator("#next-tick")).to_be_hidden()
    page.locator("#sample-menu summary").click()
    page.get_by_role("button", name="Take the next tick").click()
    expect(page.locator("#sample-name")).to_have_text("Sample: Tick of 2999-12-24 18:00:00")

    page.locator("#publish").click()
    page.locator("[data-publish]").click()
    expect(page.locator("#next-tick")).to_have_text(re.compile("^next at Tue.* 24 Dec"))
