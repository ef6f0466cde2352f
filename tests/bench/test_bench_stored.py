"""What the bench puts into a database beforehand, and what it reads from it afterwards."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import orjson
import pytest

from bench.automations import ACCEPT, TELL
from bench.backlog import Drain, fill
from bench.further_loads import LARGE_BODY_SIZE, large_body
from bench.growth import Grown, Growth
from bench.store_figures import drain_figures, growth_figures
from bench.stored import Span, open_stored, sqlite_url
from bench.tables import sections
from core.run_store import RunFilter
from core.states import RunStatus
from core.writes import ListQuery
from engine.transitions import DUE
from store import Cipher, SqlStore, open_store
from tests.support.builders import make_event, make_run
from tests.support.measurements import measured


@pytest.fixture
def url(tmp_path) -> str:
    return sqlite_url(tmp_path)


def opened(url: str) -> closing[SqlStore]:
    return closing(open_store(url, Cipher(b"a key")))


def test_a_backlog_is_due_at_once_and_has_its_events(url):
    fill(url, 7)
    with opened(url) as store:
        runs = store.runs.list("default", RunFilter(ACCEPT), ListQuery(limit=100)).items
        assert [run.status for run in runs] == [RunStatus.QUEUED] * 7
        assert store.runs.next_due(DUE) is not None
        event = store.events.get("default", runs[0].event_id)
    assert event.body["order"]["id"] == "A-1001"


def test_runs_that_ended_are_counted_by_automation_and_moment(url):
    with opened(url) as store:
        for automation, start, end in ((TELL, 1000, 2000), (TELL, 1500, 4500), (ACCEPT, 0, 2000)):
            event = make_event(tenant="default", automation_id=automation)
            changes = {"status": RunStatus.SUCCEEDED, "due_at": None, "created_at": start}
            run = make_run(event, **changes, started_at=start, finished_at=end)
            store.commit([store.events.insert(event), store.runs.insert(run)])
    with open_stored(url) as stored:
        assert stored.ended(TELL, since=2.0, until=4.5) == 1
        assert stored.ended(TELL, since=2.0, until=4.6) == 2
        assert stored.span(TELL) == Span(2, 3.5)
        assert stored.span("bench-nothing") == Span(0, 0.0)


def test_a_database_lies_in_the_data_folder():
    assert sqlite_url(Path("/data")) == "sqlite:////data/penstock.db"


def test_a_large_body_is_an_order_of_exactly_what_a_trigger_takes():
    body = large_body()
    assert len(body) == LARGE_BODY_SIZE == 262_144
    assert orjson.loads(body)["order"]["id"] == "A-1001"
    assert body == large_body()


def test_draining_is_compared_with_accepting(figures):
    drain = drain_figures(Drain(runs=9000, seconds=3.0, accept=measured(1500)))
    assert (drain["rate"], drain["accept_rate"], drain["ratio"]) == (3000, 1500, 2.0)
    row = "| a backlog of 9,000 runs, drained in 3.0 s | 3000/s | 2.00 | 1500/s, accepted directly"
    assert row in sections({**figures, "drain": drain})


def test_growth_is_what_is_left_of_the_rate_in_each_turn(figures):
    pairs = [(1000, 900), (2000, 1000), (1000, 950)]
    turns = [
        Growth(Grown(measured(few), measured(many)), Grown(measured(500), measured(500)))
        for few, many in pairs
    ]
    growth = growth_figures(turns, 1_000_000, "a machine")
    assert growth["accept"] == {"few_rate": 1000, "many_rate": 950, "ratio": 0.9}
    assert growth["request_response"]["ratio"] == 1.0
    assert growth["ratio"] == 0.9
    assert (
        "| accept with 1,000,000 ended runs in the store | 950/s | 0.90 | 1000/s with 10,000 |"
        in sections({**figures, "growth": growth})
    )
