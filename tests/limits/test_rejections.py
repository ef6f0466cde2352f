"""A flood of requests that are turned away does not fill the request log."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.model import RequestEntry
from core.request_store import RequestFilter
from core.writes import ListQuery
from engine import rejections
from engine.channel import Message
from engine.limits.refusals import OverLimit
from engine.rejections import MOST_LISTED
from tests.limits.test_limited_requests import limited, request
from tests.support.builders import make_document, make_request_entry
from tests.support.workbench import TENANT, Workbench


def listed(bench: Workbench, status: int) -> Sequence[RequestEntry]:
    """Entries of the log with this answer, the oldest first."""
    bench.store.check()  # what is written later is written by then
    which, page = RequestFilter(status=status), ListQuery(limit=200)
    return bench.service.requests.list(TENANT, which, page).items[::-1]


@pytest.fixture
def full(bench: Workbench) -> Workbench:
    """With an automation that has taken all it takes."""
    bench.publish(limited("1/h"))
    bench.post()
    return bench


def test_the_first_ones_of_a_minute_are_listed(full: Workbench) -> None:
    for _ in range(MOST_LISTED + 500):
        full.post()

    assert len(listed(full, 429)) == MOST_LISTED


def test_of_the_others_the_last_one_tells_how_many_they_were(full: Workbench) -> None:
    for _ in range(MOST_LISTED + 1500):
        full.post()
    full.clock.turn(60_000)
    full.rejections.sum_up()

    entries = listed(full, 429)
    assert len(entries) == MOST_LISTED + 1
    error = entries[-1].error or ""
    assert error.startswith("The limit of this automation, 1/h, is reached")
    assert error.endswith("(and 1,499 more like it within a minute, which are not listed)")
    full.rejections.sum_up()
    assert len(listed(full, 429)) == MOST_LISTED + 1


def test_one_alone_is_listed_as_it_is(full: Workbench) -> None:
    for _ in range(MOST_LISTED + 1):
        full.post()
    full.clock.turn(60_000)
    full.rejections.sum_up()

    assert len(listed(full, 429)) == MOST_LISTED + 1
    assert "more like it" not in (listed(full, 429)[-1].error or "")


def test_the_next_minute_is_listed_again_behind_the_sum_of_the_last(full: Workbench) -> None:
    for _ in range(MOST_LISTED + 10):
        full.post()
    full.clock.turn(60_000)
    full.post()

    entries = listed(full, 429)
    assert len(entries) == MOST_LISTED + 2
    assert "9 more like it" in (entries[-2].error or "")
    assert "more like it" not in (entries[-1].error or "")


def test_one_flood_hides_nothing_else(full: Workbench) -> None:
    full.publish(limited("1/h", path="other", auth={"type": "key"}), "other")
    for _ in range(MOST_LISTED + 10):
        full.post()
        full.post(path="other")
    full.post(raw=b"no json", path="orders")

    assert len(listed(full, 429)) == MOST_LISTED
    assert {one.automation_id for one in listed(full, 401)} == {"other"}
    assert len(listed(full, 401)) == MOST_LISTED


def test_refusals_of_the_channel_are_bounded_too(bench: Workbench) -> None:
    bench.service.settings.change(TENANT, {"channels": {"events": True}})
    document = make_document(trigger={"type": "event", "next": ["answer"]})
    bench.publish({**document, "settings": {"limit": "1/h"}}, "told")
    message = Message("told", None, {})
    bench.service.channel.send(TENANT, message, request(), b"{}", None)
    for _ in range(MOST_LISTED + 10):
        with pytest.raises(OverLimit):
            bench.service.channel.send(TENANT, message, request(), b"{}", None)

    assert len(listed(bench, 429)) == MOST_LISTED


def test_what_is_left_at_the_end_of_the_process_is_listed(full: Workbench) -> None:
    for _ in range(MOST_LISTED + 10):
        full.post()

    full.rejections.finish()

    assert "9 more like it" in (listed(full, 429)[-1].error or "")


def test_of_very_many_kinds_the_oldest_is_summed_up_first(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that memory is bounded, whatever callers do."""
    monkeypatch.setattr(rejections, "MOST_KINDS", 3)
    for kind in range(5):
        for _ in range(MOST_LISTED + 2):
            bench.rejections.note(
                make_request_entry(tenant=TENANT, automation_id=f"a{kind}", status=429, error="no")
            )

    summed = [
        one.automation_id for one in listed(bench, 429) if "more like it" in (one.error or "")
    ]
    assert summed == ["a0", "a1"]
