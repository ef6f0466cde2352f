"""The list of runs, and the page of one: what happened, why, and what can be done."""

from __future__ import annotations

import re

import pytest

from core.accounts import Role
from core.model import Attempt
from core.run_store import RunFilter
from core.states import RunStatus, StepStatus
from core.writes import ListQuery
from engine.failing import Failure
from engine.run_end import Verdict
from tests.support.builders import make_document, make_run, make_step_run, send, step
from tests.support.histories import CLOSED, ended, failed_run, failing_document, post, publish
from tests.support.pages import Browser, signed_in, words
from tests.support.site import Site

PART = {"HX-Request": "true"}


@pytest.fixture
def viewer(site: Site) -> Browser:
    return signed_in(site, Role.VIEWER)


def test_runs_are_listed_with_state_time_and_error(site: Site, admin: Browser) -> None:
    failed_run(site)
    run = site.service.runs.list("acme", RunFilter(), ListQuery()).items[0]

    page = admin.get("/runs")

    said = words(page)
    assert page.status_code == 200
    assert f"Failed Orders …{run.id[-8:]}" in said
    assert "127.0.0.1" in said
    assert f'href="/runs/{run.id}"' in page.text


def test_before_the_first_run_the_list_says_how_to_get_one(admin: Browser) -> None:
    assert "Nothing has run yet" in words(admin.get("/runs"))
    assert "No run fits" in words(admin.get("/runs?status=failed"))


def test_filters_work_as_a_plain_form_and_keep_what_was_asked(site: Site, admin: Browser) -> None:
    failed_run(site)

    assert "Orders" in words(admin.get("/runs?status=failed&text=refused&automation=orders"))
    page = admin.get("/runs?status=failed&automation=orders&text=127&period=24h&since=&until=")

    assert '<option value="failed" selected>' in page.text
    assert '<option value="orders" selected>' in page.text
    assert '<option value="24h" selected>' in page.text
    assert 'value="127"' in page.text
    for none in ("status=succeeded", "text=elsewhere", "automation=x", "until=2020-01-01T00:00"):
        assert "No run fits" in words(admin.get(f"/runs?{none}"))


def test_what_makes_no_sense_in_an_address_is_left_out(site: Site, admin: Browser) -> None:
    failed_run(site)

    page = admin.get("/runs?status=odd&period=never&since=yesterday&cursor=%00&back=&text=%00")

    assert page.status_code == 200
    assert "Orders" in words(page)


def test_the_list_goes_on_in_parts_both_ways(site: Site, admin: Browser) -> None:
    runs = [make_run(status=RunStatus.SUCCEEDED, finished_at=1, due_at=None) for _ in range(60)]
    site.service.store.commit([site.service.store.runs.insert(run) for run in runs])

    first = admin.get("/runs").text
    older = link(first, "next")
    second = admin.get(older).text

    assert first.count('id="run-') == 50
    assert second.count('id="run-') == 10
    assert f"run-{runs[0].id}" in second
    assert admin.get(link(second, "prev")).text.count('id="run-') == 50


def test_new_rows_arrive_by_themselves_and_are_announced(site: Site, admin: Browser) -> None:
    publish(site, make_document(step("note", "set-values", {"values": {"a": 1}})))
    earlier = post(site, {})
    refresh = re.search(r'hx-get="(/runs\?seen=[^"]+)"', admin.get("/runs").text)
    assert refresh is not None

    later = post(site, {})
    part = admin.get(refresh[1], headers=PART).text

    assert "<html" not in part
    assert f"run-{earlier}" in part and f"run-{later}" in part
    assert "1 new run." in part
    assert "new run" not in admin.get(f"/runs?seen={later}", headers=PART).text


def test_a_failed_run_says_why_and_what_to_do(site: Site, admin: Browser) -> None:
    run = failed_run(site)

    page = admin.get(f"/runs/{run.id}")

    said = words(page)
    assert run.error and run.error in said
    assert "inside a private network" in said
    assert "Tell the partner" in said
    assert '<details class="step" id="step-tell" open>' in page.text
    assert "Replay from here" in said
    assert '"total": 7' in said
    assert "What the caller got" in said


def test_the_drawing_and_the_timeline_show_each_step(site: Site, admin: Browser) -> None:
    run = failed_run(site)

    page = admin.get(f"/runs/{run.id}").text

    drawn = re.findall(r'<a href="#(?:step-)?(\w+)" class="node (\w+)', page)
    assert drawn == [
        ("event", "trigger"),
        ("note", "good"),
        ("tell", "bad"),
        ("after", "idle"),
    ]
    assert page.count('<g class="edge taken">') == 2
    assert 'class="bar failed"' in page
    assert "attempt 1: failed" in page


def test_the_page_says_where_the_time_went(site: Site, admin: Browser) -> None:
    publish(site, failing_document())
    now = site.application.clock.now()
    ends = {"started_at": now + 40, "finished_at": now + 7_000}
    run = make_run(status=RunStatus.FAILED, created_at=now, due_at=None, **ends)
    attempts = (Attempt(1, now + 40, 1_000, "retry"), Attempt(2, now + 6_040, 960, "failed"))
    tried = make_step_run("tell", status=StepStatus.FAILED, attempts=attempts, **ends)
    store = site.application.store
    store.commit([store.runs.insert(run), store.runs.keep_step(run, tried)])

    page = admin.get(f"/runs/{run.id}")

    said = words(page)
    assert "Queued 40 ms In steps 2.0 s Between attempts 5.0 s Ended after 7.0 s" in said
    assert "2 Failed 5.0 s 6.0 s 960 ms" in said
    kinds = re.findall(r'class="bar (\w+)"', page.text)
    assert kinds == ["queued", "steps", "wait", "steps", "retry", "wait", "failed"]


def test_a_run_that_was_not_taken_up_yet_is_queued_so_far(site: Site, admin: Browser) -> None:
    publish(site, failing_document())
    now = site.application.clock.now()
    run = make_run(created_at=now - 7_830_000, due_at=now + 3_600_000, deadline=now + 7_200_000)
    site.application.store.commit([site.application.store.runs.insert(run)])

    page = admin.get(f"/runs/{run.id}")

    said = words(page)
    assert "Queued 2 h 10 min In steps 0 ms Between attempts 0 ms" in said
    assert "Not over yet 2 h 10 min so far" in said
    assert re.findall(r'class="bar (\w+)"', page.text) == ["queued"]


def test_the_steps_after_a_failure_are_drawn_with_what_led_to_them(
    site: Site, admin: Browser
) -> None:
    noted = step("noted", "set-values", {"values": {"why": "<failure.error>"}})
    document = failing_document(on_failure=["noted"])
    publish(site, {**document, "steps": [*document["steps"], noted]})
    failed = admin.get(f"/runs/{ended(site, post(site, {'order': {'total': 7}})).id}")

    assert re.search(r'class="node bad failed"><title>When it fails', failed.text)
    assert '<a href="#step-noted" class="node good' in failed.text
    assert '<details class="step" id="step-tell" open>' in failed.text
    assert "Failed" in words(failed)
    assert failed.text.count('<g class="edge taken">') == 3


def test_a_run_that_is_about_to_fail_says_so(site: Site, admin: Browser) -> None:
    noted = send("noted", CLOSED, retry={"attempts": 2})
    document = failing_document(on_failure=["noted"])
    publish(site, {**document, "steps": [*document["steps"], noted]})
    run = make_run(status=RunStatus.WAITING, due_at=site.application.clock.now() + 3_600_000)
    failure = Failure(
        Verdict(RunStatus.HALTED, error="401 is refused", step="tell"), run.created_at
    )
    store = site.service.store
    store.commit([store.runs.insert(run), store.runs.keep_step(run, failure.entry)])

    said = words(admin.get(f"/runs/{run.id}"))

    assert "It ends as halted once the steps of “When it fails” are done. 401 is refused" in said
    assert "Cancelled" in said


def test_a_step_shows_what_it_was_told_and_what_it_came_to(site: Site, admin: Browser) -> None:
    run = failed_run(site)

    part = admin.get(f"/runs/{run.id}/steps/note", headers=PART).text
    whole = admin.get(f"/runs/{run.id}/steps/note").text

    assert "<html" not in part and "<html" in whole
    for text in (part, whole):
        assert "As it is configured" in text
        assert "&lt;order.total&gt;" in text
        assert "&#34;total&#34;: 7" in text
    assert admin.get(f"/runs/{run.id}/steps/none").status_code == 404


def test_what_people_and_partners_write_is_text(site: Site, admin: Browser) -> None:
    evil = "<script>alert(1)</script>"
    document = failing_document(name=evil)
    document["steps"][1]["name"] = evil
    document["steps"][1]["with"]["url"] = "http://127.0.0.1:1/<order.total>"
    publish(site, document)
    run = ended(site, post(site, {"order": {"total": evil}, evil: evil}))
    store = site.service.store
    bad = make_run(status=RunStatus.FAILED, error=f"{evil}\nmore", due_at=None, finished_at=1)
    store.commit([store.runs.insert(bad)])

    for path in (
        "/",
        "/runs",
        f"/runs/{run.id}",
        f"/runs/{run.id}/steps/tell",
        f"/runs/{bad.id}",
        "/automations",
        "/automations/orders/delete",
        "/requests",
        f"/requests/{run.event_id}",
        f"/runs?text={evil}",
    ):
        text = admin.get(path).text
        assert evil not in text, path
        assert "alert(1)" in text, path


def test_a_run_is_replayed_whole_or_from_a_step(site: Site, admin: Browser) -> None:
    run = failed_run(site)

    whole = admin.send(f"/runs/{run.id}/replay")
    again = ended(site, whole.location.rpartition("/")[2])
    part = admin.send(f"/runs/{run.id}/replay", from_step="tell")
    from_step = ended(site, part.location.rpartition("/")[2])

    assert (again.replay_of, from_step.replay_of) == (run.id, run.id)
    assert f"replay of …{run.id[-8:]}" in words(admin.get("/runs"))
    assert admin.send(f"/runs/{run.id}/replay", from_step="none").status_code == 422


def test_a_run_that_goes_on_is_cancelled_after_a_question(site: Site, admin: Browser) -> None:
    store = site.service.store
    run = make_run(status=RunStatus.WAITING, due_at=site.application.clock.now() + 3_600_000)
    store.commit([store.runs.insert(run)])
    page = admin.get(f"/runs/{run.id}")
    assert "data-refresh" in page.text
    assert "Replay" not in words(page)

    asked = words(admin.get(f"/runs/{run.id}/cancel"))
    done = admin.send(f"/runs/{run.id}/cancel")

    assert "Steps that are done stay done" in asked
    assert done.location == f"/runs/{run.id}"
    assert "Cancelled" in words(admin.get(done.location))
    assert admin.send(f"/runs/{run.id}/cancel").status_code == 409


def test_a_run_that_has_not_changed_is_not_drawn_again(site: Site, admin: Browser) -> None:
    store = site.service.store
    run = make_run(status=RunStatus.WAITING, due_at=site.application.clock.now() + 3_600_000)
    store.commit([store.runs.insert(run)])
    found = re.search(r'hx-get="([^"]+)"', admin.get(f"/runs/{run.id}").text.partition("<main")[2])
    assert found is not None
    address = found[1].replace("&amp;", "&")

    assert admin.get(address, headers=PART).status_code == 204
    site.service.runs.cancel("acme", run.id)
    part = admin.get(address, headers=PART)

    assert part.status_code == 200
    assert "The run is now cancelled." in part.text
    assert "data-refresh" not in part.text


def test_the_event_of_a_run_is_kept_as_a_sample(site: Site, admin: Browser) -> None:
    run = failed_run(site)

    answer = admin.send(f"/runs/{run.id}/sample")

    assert "kept as a sample" in words(admin.get(answer.location))
    [sample] = site.service.samples.list("acme", "orders")
    assert sample.event["body"] == {"order": {"total": 7}}


def test_a_run_outlives_its_automation(site: Site, admin: Browser) -> None:
    run = failed_run(site)
    site.service.automations.delete("acme", "orders")

    said = words(admin.get(f"/runs/{run.id}"))

    assert "the automation was deleted" in said
    assert "Open in builder" not in said
    assert "orders (deleted)" in words(admin.get("/runs?automation=orders"))


def test_a_viewer_sees_everything_and_no_button_that_changes(site: Site, viewer: Browser) -> None:
    run = failed_run(site)

    said = words(viewer.get(f"/runs/{run.id}"))

    assert "Tell the partner" in said
    for word in ("Replay", "Cancel", "Open in builder", "Keep event"):
        assert word not in said
    assert viewer.send(f"/runs/{run.id}/replay").status_code == 403


def test_another_tenant_sees_nothing_of_it(site: Site, admin: Browser) -> None:
    run = failed_run(site)
    foreign = signed_in(site, Role.ADMIN, "globex")

    for path in (f"/runs/{run.id}", f"/runs/{run.id}/steps/tell", f"/runs/{run.id}/cancel"):
        assert foreign.get(path).status_code == 404
    for deed in ("replay", "cancel", "sample"):
        assert foreign.send(f"/runs/{run.id}/{deed}").status_code == 404
    assert "Nothing has run yet" in words(foreign.get("/runs"))
    assert "No run fits" in words(foreign.get(f"/runs?text={run.id}"))
    assert admin.get(f"/runs/{run.id}").status_code == 200


def test_a_run_that_waits_says_for_what(site: Site, admin: Browser) -> None:
    publish(site, make_document(step("note", "set-values", {"values": {"a": 1}})))
    store, now = site.service.store, site.application.clock.now()
    run = make_run(status=RunStatus.WAITING, due_at=now + 600_000, created_at=now)
    tried = make_step_run(
        "note",
        status=StepStatus.WAITING,
        due_at=now + 600_000,
        attempts=(Attempt(1, now, 5, "retry", "the partner answered 503"),),
    )
    store.commit([store.runs.insert(run), store.runs.keep_step(run, tried)])

    said = words(admin.get(f"/runs/{run.id}"))

    assert "waits after attempt 1: the partner answered 503" in said
    assert "It tries again in 10 minutes" in said


def link(page: str, relation: str) -> str:
    found = re.search(f'rel="{relation}" href="([^"]+)"', page)
    assert found is not None
    return found[1].replace("&amp;", "&")
