"""Trying a scheduled automation out: the next tick as a sample, and a trial with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.clock import to_rfc3339
from core.errors import ConflictError, InvalidError
from core.run_store import RunFilter
from core.samples import SampleSource
from core.writes import ListQuery
from engine.trying.trials import Trial
from tests.support.builders import NOW, make_document, on_schedule
from tests.support.live_pages import live_pages, told
from tests.support.workbench import TENANT, Workbench, workbench

HOUR = 3_600_000


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with workbench(tmp_path) as opened:
        yield opened


def take(bench: Workbench, configuration: dict[str, Any]) -> Any:
    document = on_schedule(configuration)
    return bench.service.listeners.listen(TENANT, "nightly", document, user="ada")


def test_what_the_next_tick_brings_is_a_sample_at_once(bench: Workbench) -> None:
    captured, over = take(bench, {"every": "1h"})

    assert (captured.name, over.name) == ("captured", "over")
    [kept] = bench.service.samples.list(TENANT, "nightly")
    assert kept.id == captured.data["sample"]["id"]
    assert (kept.name, kept.source) == ("Tick of 2027-01-15 09:00:00", SampleSource.EXAMPLE)
    moment = to_rfc3339(NOW + HOUR)
    assert kept.event == {"body": {"scheduled_at": moment, "fired_at": moment, "missed": 0}}


def test_nothing_is_started_by_it_and_nobody_listens_afterwards(bench: Workbench) -> None:
    take(bench, {"every": "1h"}).close()
    assert not bench.service.runs.list(TENANT, RunFilter(), ListQuery()).items
    assert not bench.service.listeners.any


@pytest.mark.parametrize(
    ("configuration", "error", "words"),
    [
        ({"cron": "99 * * * *"}, InvalidError, "the trigger has faults"),
        ({"at": "2020-01-01T00:00:00Z"}, ConflictError, "has no tick any more"),
    ],
)
def test_without_a_next_tick_there_is_none_to_take(
    bench: Workbench, configuration: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        take(bench, configuration)


@pytest.mark.parametrize("trigger", [{"type": "manual", "with": {}}, {"type": "magic"}, None])
def test_what_nothing_can_be_heard_of_is_told_in_words(bench: Workbench, trigger: Any) -> None:
    with pytest.raises(ConflictError, match=r"listened to|choose a trigger"):
        bench.service.listeners.listen(TENANT, "a", make_document(trigger=trigger), user="ada")


def test_a_draft_is_tried_with_a_tick(bench: Workbench) -> None:
    captured, _ = take(bench, {"every": "1h"})
    event = captured.data["sample"]["event"]
    trial = Trial(on_schedule({"every": "1h"}), event, None, None, {})

    told_of = list(bench.service.trials.run(TENANT, "nightly", trial, user="ada"))

    [ended] = [one for one in told_of if one.name == "ended"]
    assert ended.data["status"] == "succeeded"
    assert ended.data["output"] == {"at": to_rfc3339(NOW + HOUR), "missed": 0}


def test_the_builder_takes_it_by_the_stream_that_listens(tmp_path: Path) -> None:
    with live_pages(tmp_path) as pages:
        pages.server.call("PUT", "/api/v1/automations/nightly", on_schedule({"every": "1h"}))
        names = [name for name, _ in told(pages.ask("GET", "/automations/nightly/listen"))]
    assert names == ["captured", "over"]
