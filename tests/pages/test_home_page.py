"""Home: how it goes at a glance, and what to do next where nothing goes yet."""

from __future__ import annotations

import json
import re
from html import unescape

from core.accounts import Role
from core.states import RunStatus
from tests.support.builders import make_document, make_run, step
from tests.support.histories import ended, failed_run, post, publish
from tests.support.pages import Browser, signed_in, words
from tests.support.site import Site

PART = {"HX-Request": "true"}


def test_before_anything_is_automated_home_says_how_to_begin(site: Site, admin: Browser) -> None:
    assert "Make an automation" in words(admin.get("/"))
    viewer = words(signed_in(site, Role.VIEWER).get("/"))
    assert "How it works" in viewer and "Make an automation" not in viewer


def test_before_the_first_run_it_shows_what_to_post(site: Site, admin: Browser) -> None:
    publish(site, make_document())

    said = words(admin.get("/"))

    assert "Nothing ended in 24 hours" in said
    assert "curl -i -X POST http://localhost/hooks/acme/" in said


def test_runs_and_failures_are_counted_plotted_and_told_as_a_table(
    site: Site, admin: Browser
) -> None:
    note = step("note", "set-values", {"values": {"a": 1}})
    publish(site, make_document(note, trigger=webhook("fine")), "fine")
    ended(site, post(site, {}, "fine"))
    run = failed_run(site)

    for period in ("", "?period=7d", "?period=30d", "?period=odd"):
        page = admin.get(f"/{period}")
        said = words(page)
        assert "2 ended in" in said and "1 went wrong (50.0 %)" in said
        plot = json.loads(re.search(r'id="runs-plot-data">(.*?)</script>', page.text)[1])
        assert sum(plot["series"][0]["values"]) == 1
        assert sum(plot["series"][1]["values"]) == 1
        assert len(plot["times"]) == len(plot["series"][0]["values"])
        assert "UTC 1 1" in said
    assert "Most failing Automation Went wrong Orders 1 of 1" in said
    assert "Newest failures Orders Failed" in said
    assert run.error and run.error in said


def test_what_went_wrong_is_found_by_its_link_failed_and_halted(site: Site, admin: Browser) -> None:
    publish(site, make_document())
    store, now = site.service.store, site.application.clock.now()
    statuses = (RunStatus.FAILED, RunStatus.HALTED, RunStatus.SUCCEEDED, RunStatus.CANCELLED)
    runs = [make_run(status=one, created_at=now, finished_at=now) for one in statuses]
    store.commit([store.runs.insert(run) for run in runs])
    page = admin.get("/").text
    link = re.search(r'<a href="([^"]+)"[^>]*><strong>2</strong> <span>went wrong', page)
    assert link is not None

    found = admin.get(unescape(link[1])).text

    assert [f'href="/runs/{run.id}"' in found for run in runs] == [True, True, False, False]
    assert '<option value="went-wrong" selected>Went wrong (failed or halted)' in found


def test_what_has_not_ended_is_counted(site: Site, admin: Browser) -> None:
    publish(site, make_document())
    later = site.application.clock.now() + 3_600_000
    store = site.service.store
    runs = [make_run(status=RunStatus.WAITING, due_at=later) for _ in range(3)]
    store.commit([store.runs.insert(run) for run in runs])

    assert "3 waiting" in words(admin.get("/"))


def test_it_refreshes_itself_by_parts(site: Site, admin: Browser) -> None:
    failed_run(site)

    part = admin.get("/?period=7d", headers=PART).text

    assert "<html" not in part
    assert 'hx-get="/?period=7d"' in part and "data-refresh" in part


def test_another_tenant_sees_none_of_it(site: Site) -> None:
    failed_run(site)

    page = signed_in(site, Role.ADMIN, "globex").get("/").text

    assert "Nothing is automated yet" in page
    assert "Orders" not in page


def webhook(path: str) -> dict[str, object]:
    return {"type": "webhook", "with": {"path": path}, "next": ["note"]}
