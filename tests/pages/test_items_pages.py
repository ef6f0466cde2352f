"""A loop on the pages of a run: how far it is, which items failed, and what happened for each."""

from __future__ import annotations

import re

import pytest

from core.accounts import Role
from core.model import Run
from core.request_store import RequestFilter
from core.states import RunStatus, StepStatus
from core.writes import ListQuery
from tests.support.builders import make_document, make_run, make_step_run, send, step
from tests.support.histories import CLOSED, ended, post, publish
from tests.support.loops import each
from tests.support.pages import Browser, signed_in, words
from tests.support.site import Site
from tests.support.waiting import eventually

PART = {"HX-Request": "true"}
NOTE = step("note", "set-values", {"values": {"half": "{{ 10 / item }}"}}, name="Halve it")


def looped(site: Site, lines: list[int], **configuration: object) -> Run:
    """A run that went through lines; it fails where one is 0."""
    publish(site, each(NOTE, **{"on_error": "continue", **configuration}))
    return ended(site, post(site, {"lines": lines}))


def test_a_run_shows_how_many_items_went_how_and_which_failed(site: Site, admin: Browser) -> None:
    run = looped(site, [1, 0, 2, 0])

    page = admin.get(f"/runs/{run.id}")
    opened = admin.get(f"/runs/{run.id}/steps/lines", headers=PART)

    assert "4 of 4 items, 2 failed" in words(page)
    assert 'class="node inside"><title>Halve it: for each item of For each' in page.text
    assert '<rect class="body"' in page.text
    assert page.text.count('<details class="step"') == 1
    said = words(opened)
    assert "2 of 4 succeeded, 2 failed" in said
    assert re.findall(r"Item (\d+) note: ", said) == ["1", "3"]
    assert f'href="/runs/{run.id}/items/lines%5B1%5D"' in opened.text


def test_items_are_listed_in_parts_and_chosen_by_number(site: Site, admin: Browser) -> None:
    run = looped(site, list(range(1, 121)), concurrency=10)
    address = f"/runs/{run.id}/loops/lines"

    first = admin.get(address)
    last = admin.get(f"{address}?from=100")
    chosen = admin.get(f"{address}?item=70")

    assert "120 of 120 succeeded" in words(first)
    assert first.text.count("/items/lines%5B") == 50
    assert f'rel="next" href="{address}?from=50"' in first.text
    assert last.text.count("/items/lines%5B") == 20
    assert f'rel="prev" href="{address}?from=50"' in last.text
    assert 'rel="next"' not in last.text
    assert chosen.location == f"/runs/{run.id}/items/lines%5B70%5D"
    for odd in ("?from=x", "?from=99999999999", "?item=", "?item=-1"):
        assert admin.get(f"{address}{odd}").status_code == 200


def test_an_item_shows_its_steps_and_leads_to_its_neighbours(site: Site, admin: Browser) -> None:
    run = looped(site, [5, 0])

    good = admin.get(f"/runs/{run.id}/items/lines[0]")
    bad = admin.get(f"/runs/{run.id}/items/lines[1]")
    part = admin.get(f"/runs/{run.id}/steps/note[0]", headers=PART)
    whole = admin.get(f"/runs/{run.id}/steps/note[1]")

    assert "Item 0 of For each" in words(good)
    assert f'hx-get="/runs/{run.id}/steps/note%5B0%5D"' in good.text
    assert "What is kept of it" in words(good)
    assert 'rel="next"' in good.text and 'rel="prev"' not in good.text
    assert "note: " in words(bad)
    assert 'rel="prev"' in bad.text and 'rel="next"' not in bad.text
    assert "&#34;half&#34;: 2" in part.text
    assert "Replay from here" not in part.text
    assert "Halve it item 1" in words(whole)
    assert f'href="/runs/{run.id}/items/lines%5B1%5D"' in whole.text
    for missing in (
        "items/lines[9]",
        "items/lines",
        "items/note[0]",
        "steps/note[9]",
        "steps/note",
        "loops/note",
        "loops/lines[0]",
        "items/lines[x]",
        "steps/lines[0]",
    ):
        assert admin.get(f"/runs/{run.id}/{missing}").status_code == 404, missing


def test_loops_in_loops_are_looked_into_one_after_the_other(site: Site, admin: Browser) -> None:
    inner = step("parts", "for-each", {"items": "<item>"}, next={"each": ["note"]})
    publish(site, each(inner, NOTE))
    run = ended(site, post(site, {"lines": [[1, 2], [4]]}))

    item = admin.get(f"/runs/{run.id}/items/lines[0]")
    loop = admin.get(f"/runs/{run.id}/steps/parts[0]", headers=PART)
    listed = admin.get(f"/runs/{run.id}/loops/parts[0]")
    deep = admin.get(f"/runs/{run.id}/items/parts[0][1]")

    assert f'hx-get="/runs/{run.id}/steps/parts%5B0%5D"' in item.text
    assert "2 of 2 succeeded" in words(loop)
    assert listed.text.count("/items/parts%5B0%5D%5B") == 2
    assert f'hx-get="/runs/{run.id}/steps/note%5B0%5D%5B1%5D"' in deep.text
    assert admin.get(f"/runs/{run.id}/steps/note[0][1]").status_code == 200
    assert "Halve it" in words(admin.get(f"/runs/{run.id}"))


def test_a_loop_under_way_tells_how_far_it_is(site: Site, admin: Browser) -> None:
    publish(site, each(NOTE))
    run = make_run(status=RunStatus.WAITING, due_at=site.application.clock.now() + 3_600_000)
    told = {"items": [1, 2, 3, 4], "concurrency": 1, "stops": False}
    entries = [
        make_step_run("lines", status=StepStatus.RUNNING, port=None, output=told),
        make_step_run("lines[0]", port=None, output=None),
        make_step_run("note[0]", output={"half": 10}),
        make_step_run("lines[1]", status=StepStatus.FAILED, port=None, output=None, error="no"),
        make_step_run("note[2]", status=StepStatus.WAITING, port=None, output=None),
    ]
    store = site.service.store
    store.commit([store.runs.insert(run), *(store.runs.keep_step(run, one) for one in entries)])

    page = admin.get(f"/runs/{run.id}")
    opened = admin.get(f"/runs/{run.id}/steps/lines", headers=PART)
    items = admin.get(f"/runs/{run.id}/loops/lines")

    assert "2 of 4 items, 1 failed, 1 waiting" in words(page)
    assert "1 of 4 succeeded, 1 failed ; it goes on" in words(opened)
    assert "Waiting: item 2" in words(opened)
    assert f'href="/runs/{run.id}/items/lines%5B2%5D"' in opened.text
    assert "concurrency" not in words(opened).replace("As it is configured", "")
    states = re.findall(r'<span class="badge \w*"><svg.*?</svg> ([\w ]+)</span>', items.text)
    assert states == ["Succeeded", "Failed", "Waiting", "Not started"]


def test_a_viewer_of_another_tenant_sees_no_item(site: Site) -> None:
    run = looped(site, [1])
    foreign = signed_in(site, Role.ADMIN, "globex")

    for path in ("loops/lines", "items/lines[0]", "steps/note[0]"):
        assert foreign.get(f"/runs/{run.id}/{path}").status_code == 404


def test_a_run_in_the_builder_brings_what_the_first_item_came_to(
    site: Site, admin: Browser
) -> None:
    run = looped(site, [5, 2])

    results = admin.get(f"/automations/orders/runs/{run.id}").json["results"]

    assert results["note"]["output"] == {"half": 2}
    assert results["lines"]["output"]["count"] == 2


@pytest.mark.parametrize("document", [make_document(), each(NOTE)])
def test_a_run_of_a_version_that_is_gone_shows_what_has_begun(
    site: Site, admin: Browser, document: dict[str, object]
) -> None:
    publish(site, document)
    run = make_run(version=9, status=RunStatus.SUCCEEDED, due_at=None, finished_at=1)
    store = site.service.store
    entries = [make_step_run("lines", output=None), make_step_run("note[0]")]
    store.commit([store.runs.insert(run), *(store.runs.keep_step(run, one) for one in entries)])

    page = admin.get(f"/runs/{run.id}")

    assert page.text.count('<details class="step"') == 1
    assert admin.get(f"/runs/{run.id}/items/lines[0]").status_code == 404


def test_the_request_log_leads_to_the_step_of_the_item(site: Site, admin: Browser) -> None:
    publish(site, each(send("tell", CLOSED, retry={"attempts": 1})))
    run = ended(site, post(site, {"lines": [1]}))
    [out] = site.service.requests.list("acme", RequestFilter(direction="out"), ListQuery()).items

    for path in ("/requests", f"/requests/{out.id}"):
        page = admin.get(path)
        assert f'href="/runs/{run.id}/steps/tell%5B0%5D"' in page.text
    assert "Item 0" in words(admin.get(f"/runs/{run.id}/steps/tell[0]"))


def test_a_question_for_an_item_is_decided_on_its_page(site: Site, admin: Browser) -> None:
    asking = {"ask": ["admin"], "title": "Refund <item>?"}
    said = step("said", "set-values", {"values": {"by": "<steps.ask.decision>"}})
    ask = step("ask", "approve", asking, next={"approved": ["said"]})
    publish(site, each(ask, said, concurrency=2))
    run_id = post(site, {"lines": ["A-1", "B-2"]})
    pattern = re.compile(r'href="(/approvals/[^"]+%5B\d%5D)"')
    asked = eventually(lambda: pattern.findall(admin.get("/approvals").text))
    assert len(set(asked)) == 2

    for address in sorted(set(asked)):
        assert "Refund" in words(admin.get(address))
        assert admin.send(address, decision="approve").status_code == 303

    assert ended(site, run_id).status is RunStatus.SUCCEEDED
