"""What has ended and grown old is deleted by the rules of its tenant, and nothing misses it."""

from __future__ import annotations

import pytest

from core.errors import NotFoundError
from core.model import Run
from core.platform_events import PlatformEvent
from core.request_store import RequestFilter
from core.states import RunStatus
from core.statistics import BUCKET
from core.writes import ListQuery
from engine.statistics import GRACE, LATE
from tests.support.builders import make_document, send, step
from tests.support.retention import DAY
from tests.support.workbench import TENANT, Workbench, answered

SETTLED = LATE + BUCKET + GRACE
"""After so long what has ended is counted for good."""
NOTE = step("note", "set-values", {"values": {"a": "<n>"}})
URL = "https://partner.example"


def retain(bench: Workbench) -> None:
    """Counts and deletes as the threads of a server do."""
    bench.service.statistics.roll_up()
    for _ in bench.parts.retention.steps():
        pass


def rule(bench: Workbench, **kinds: dict[str, int]) -> None:
    bench.service.settings.change(TENANT, {"retention": kinds})


def posted(bench: Workbench, count: int) -> list[Run]:
    for number in range(count):
        bench.post({"n": number})
        bench.clock.turn(1)
    return bench.runs("orders")[-count:]


def left(bench: Workbench) -> list[str]:
    return [run.id for run in bench.runs("orders")]


def test_runs_go_when_they_are_older_than_the_tenant_keeps_them(bench: Workbench) -> None:
    bench.publish(make_document(NOTE))
    rule(bench, runs={"days": 2, "most": 0})
    old = posted(bench, 3)
    bench.clock.turn(DAY)
    fresh = posted(bench, 2)
    bench.clock.turn(DAY)
    # Both are to be counted before anything goes.
    for _ in range(3):
        retain(bench)

    assert left(bench) == [run.id for run in fresh]
    with pytest.raises(NotFoundError, match="there is no run"):
        bench.service.runs.get(TENANT, old[0].id)
    assert bench.store.events.get(TENANT, old[0].event_id) is None


def test_runs_go_when_there_are_more_than_the_tenant_keeps(bench: Workbench) -> None:
    bench.publish(make_document(NOTE))
    rule(bench, runs={"days": 0, "most": 2})
    runs = posted(bench, 5)
    retain(bench)
    assert len(left(bench)) == 5, "nothing goes before it is counted for good"

    bench.clock.turn(SETTLED)
    for _ in range(6):
        bench.clock.turn(BUCKET)
        retain(bench)

    assert left(bench) == [run.id for run in runs[-2:]]


def test_the_counts_stay_when_their_runs_are_gone(bench: Workbench) -> None:
    bench.publish(make_document(NOTE))
    rule(bench, runs={"days": 1})
    posted(bench, 4)
    for _ in range(20):
        bench.clock.turn(DAY // 10)
        retain(bench)

    assert len(left(bench)) == 1
    history = bench.service.statistics.history(TENANT, 5 * DAY, DAY)
    assert history.total.succeeded == 4


def test_a_run_that_waits_stays_with_its_requests_and_ends_as_if_nothing_had_been(
    bench: Workbench,
) -> None:
    bench.partner.answers(answered(503))
    retry = {"attempts": 3, "initial": "24h", "factor": 1, "jitter": 0}
    document = make_document(send("sync", URL, retry=retry), settings={"timeout": "30d"})
    bench.publish(document)
    rule(bench, runs={"days": 1, "most": 1}, requests={"days": 1, "most": 1})
    bench.post({"n": 1})
    waiting = bench.last_run()
    assert waiting.status is RunStatus.WAITING
    bench.partner.answers(answered(200))
    for _ in range(5):
        bench.clock.turn(DAY // 2)
        retain(bench)
    sent = bench.store.requests.list(TENANT, RequestFilter(run_id=waiting.id), ListQuery())
    assert len(sent.items) == 2

    bench.clock.turn(DAY)
    bench.run_due()

    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_a_run_that_is_gone_is_not_replayed(bench: Workbench) -> None:
    bench.publish(make_document(NOTE))
    rule(bench, runs={"days": 1})
    old, _fresh = posted(bench, 2)
    for _ in range(20):
        bench.clock.turn(DAY // 10)
        retain(bench)

    with pytest.raises(NotFoundError):
        bench.service.runs.replay(TENANT, old.id)


def test_a_run_that_goes_as_it_is_replayed_is_not_replayed(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.publish(make_document(NOTE))
    rule(bench, runs={"days": 1})
    old, _fresh = posted(bench, 2)
    original = bench.store.events.get

    def deleted_after_the_look(*which: str) -> object:
        found = original(*which)
        for _ in range(20):
            bench.clock.turn(DAY // 10)
            retain(bench)
        return found

    monkeypatch.setattr(bench.store.events, "get", deleted_after_the_look)

    with pytest.raises(NotFoundError, match="there is no run"):
        bench.service.runs.replay(TENANT, old.id)
    assert len(left(bench)) == 1


def test_what_lapses_by_itself_goes_without_a_rule(bench: Workbench) -> None:
    rule(bench, runs={"days": 0, "most": 0})
    now = bench.clock.now()
    event = PlatformEvent("e-1", TENANT, "run.failed", 1, now, {}, None, 0)
    bench.store.commit([bench.store.platform_events.insert(event)])
    bench.store.commit([bench.store.platform_events.handed_on(event, now)])
    bench.clock.turn(DAY)
    retain(bench)
    assert bench.store.platform_events.get(TENANT, "e-1") == event

    bench.clock.turn(1)
    retain(bench)

    assert bench.store.platform_events.get(TENANT, "e-1") is None


def test_tenants_and_kinds_take_turns(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """One with a million rows to delete does not keep the others waiting."""
    bench.publish(make_document(NOTE))
    bench.service.tenants.create("globex", "Globex")
    rule(bench, requests={"days": 1}, audit={"days": 1})
    posted(bench, 300)
    bench.clock.turn(40 * DAY)
    committed: list[int] = []
    original = bench.store.commit

    def remember(writes: object) -> None:
        committed.append(len(writes))  # type: ignore[arg-type]
        original(writes)  # type: ignore[arg-type]

    monkeypatch.setattr(bench.store, "commit", remember)
    steps = bench.parts.retention.steps()
    next(steps), next(steps)

    # Of the request log a batch, and then of the audit log the few entries there are.
    assert committed == [200, 3]
