"""What people look for in runs, requests and automations, in parts, forwards and backwards."""

from __future__ import annotations

import pytest

from core.automation_store import AutomationFilter
from core.request_store import RequestFilter
from core.run_store import RunFilter
from core.states import RUN_FAILURES, RunStatus
from core.writes import ListQuery
from store import SqlStore, run_lists
from tests.support.builders import (
    NOW,
    make_automation,
    make_event,
    make_request_entry,
    make_run,
)

HOUR = 3_600_000


def found(store: SqlStore, query: ListQuery | None = None, **which: object) -> list[str]:
    page = store.runs.list("acme", RunFilter(**which), query or ListQuery())
    return [run.id for run in page.items]


def test_runs_are_found_by_each_filter_and_by_several(store: SqlStore) -> None:
    failed = make_run(status=RunStatus.FAILED, error="send: Partner answered 503")
    other = make_run(status=RunStatus.FAILED, automation_id="other", error="100% wrong")
    done = make_run(status=RunStatus.SUCCEEDED)
    early = make_run(created_at=NOW - 2 * HOUR)
    runs = [early, failed, other, done]
    store.commit([store.runs.insert(run) for run in runs])

    assert found(store) == [done.id, other.id, failed.id, early.id]
    assert found(store, statuses={RunStatus.FAILED}) == [other.id, failed.id]
    assert found(store, statuses={RunStatus.SUCCEEDED}) == [done.id]
    assert found(store, statuses={RunStatus.FAILED}, automation_id="orders") == [failed.id]
    assert found(store, statuses={RunStatus.SUCCEEDED}, automation_id="other") == []
    assert found(store, since=NOW) == [done.id, other.id, failed.id]
    assert found(store, until=NOW) == [early.id]
    assert found(store, text="PARTNER answered") == [failed.id]
    assert found(store, text="100%") == [other.id]
    assert found(store, text="1_0") == []
    several = {"text": "503", "statuses": {RunStatus.FAILED}, "automation_id": "orders"}
    assert found(store, **several) == [failed.id]


@pytest.mark.parametrize(
    "statuses", [RUN_FAILURES, frozenset({RunStatus.HALTED, RunStatus.SUCCEEDED})]
)
def test_runs_of_several_states_are_found_in_parts_and_in_order(
    store: SqlStore, statuses: frozenset[RunStatus]
) -> None:
    made = [make_run(status=status, automation_id="a") for status in [*RunStatus] * 2]
    store.commit([store.runs.insert(run) for run in made])
    which = {"statuses": statuses, "automation_id": "a", "since": NOW}
    wanted = [run.id for run in reversed(made) if run.status in statuses]

    assert found(store, **which) == wanted
    assert found(store, ListQuery(limit=3), **which) == wanted[:3]
    assert found(store, ListQuery(wanted[2], 3), **which) == wanted[3:]
    assert found(store, ListQuery(wanted[2], 3, backwards=True), **which) == wanted[:3]
    assert store.runs.list("globex", RunFilter(statuses=statuses), ListQuery()).items == ()


def test_a_run_is_found_by_its_ids_and_by_its_idempotency_key(store: SqlStore) -> None:
    event = make_event()
    run = make_run(event)
    key = f"POST {event.path} order-7"
    store.commit(
        [
            store.events.insert(event),
            store.events.remember_key(event, key, "hash", NOW + 1),
            store.runs.insert(run),
            store.runs.insert(make_run()),
        ]
    )

    for text in (run.id, run.id.upper(), run.id[-12:], event.id, "order-7"):
        assert found(store, text=text) == [run.id]
    assert found(store, text=run.id, statuses={RunStatus.FAILED}) == []
    assert store.runs.list("globex", RunFilter(text=run.id), ListQuery()).items == ()


def test_a_search_stops_in_words_and_goes_on_where_it_stopped(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_lists, "LOOKED_AT", 3)
    oldest = make_run(error="needle")
    store.commit([store.runs.insert(run) for run in (oldest, *(make_run() for _ in range(5)))])

    first = store.runs.list("acme", RunFilter(text="needle"), ListQuery())
    second = store.runs.list("acme", RunFilter(text="needle"), ListQuery(first.next))

    assert (first.items, first.cut) == ((), True)
    assert [run.id for run in second.items] == [oldest.id]
    rest = store.runs.list("acme", RunFilter(text="needle"), ListQuery(second.next))
    assert (rest.items, rest.next, rest.cut) == ((), None, False)


def test_pages_go_both_ways(store: SqlStore) -> None:
    runs = [make_run() for _ in range(7)]
    store.commit([store.runs.insert(run) for run in runs])
    ids = [run.id for run in reversed(runs)]

    def page(cursor: str | None = None, backwards: bool = False) -> tuple[list[str], object]:
        part = store.runs.list("acme", RunFilter(), ListQuery(cursor, 3, backwards))
        return [run.id for run in part.items], part

    first, one = page()
    second, two = page(one.next)
    third, three = page(two.next)
    assert (first, second, third) == (ids[:3], ids[3:6], ids[6:])
    assert (one.previous, three.next) == (None, None)

    back, again = page(three.previous, backwards=True)
    assert (back, again.next) == (second, second[-1])
    newest, top = page(again.previous, backwards=True)
    assert (newest, top.previous, top.next) == (first, None, one.next)


def test_requests_are_found_by_each_filter(store: SqlStore) -> None:
    entries = [
        make_request_entry(started_at=NOW - 2 * HOUR),
        make_request_entry(status=404, automation_id="orders"),
        make_request_entry(status=503, url="https://other.example/a_b"),
        make_request_entry(status=None, error="timeout"),
        make_request_entry(direction="in", status=None, url="/hooks/acme/orders"),
    ]
    store.commit([store.requests.insert(entry) for entry in entries])

    def numbers(**which: object) -> list[int]:
        page = store.requests.list("acme", RequestFilter(**which), ListQuery())
        return [entries.index(next(e for e in entries if e.id == one.id)) for one in page.items]

    assert numbers() == [4, 3, 2, 1, 0]
    assert numbers(direction="in") == [4]
    assert numbers(outcome="2xx") == [0]
    assert numbers(outcome="4xx") == [1]
    assert numbers(outcome="5xx") == [2]
    assert numbers(outcome="none") == [3]
    assert numbers(automation_id="orders") == [1]
    assert numbers(text="OTHER.example") == [2]
    assert numbers(text="a%b") == []
    assert numbers(since=NOW) == [4, 3, 2, 1]
    assert numbers(until=NOW) == [0]


def test_a_list_of_requests_has_no_bodies(store: SqlStore) -> None:
    entry = make_request_entry()
    store.commit([store.requests.insert(entry)])

    [listed] = store.requests.list("acme", RequestFilter(), ListQuery()).items

    assert (listed.request_body, listed.response_body) == (None, None)
    assert listed.response_headers == entry.response_headers


def test_automations_are_found_by_name_id_and_tag(store: SqlStore) -> None:
    made = [
        make_automation(id="b", name="zebra", tags=("sales",)),
        make_automation(id="a", name="Apple", tags=("sales", "crm")),
        make_automation(id="c", name="apple 100%", tags=("sale",)),
        make_automation(id="d", name="apple", tenant="globex", tags=("hidden",)),
    ]
    store.commit([store.automations.insert(one) for one in made])

    def ids(query: ListQuery | None = None, **which: object) -> list[str]:
        page = store.automations.search("acme", AutomationFilter(**which), query or ListQuery())
        return [automation.id for automation, _ in page.items]

    assert ids() == ["a", "c", "b"]
    assert ids(text="APPLE") == ["a", "c"]
    assert ids(text="%") == ["c"]
    assert ids(tag="sales") == ["a", "b"]
    assert ids(tag="sale") == ["c"]
    assert ids(ListQuery(cursor="a", limit=1)) == ["c"]
    assert store.automations.tags("acme") == ["crm", "sale", "sales"]
    assert store.automations.names("acme") == {"a": "Apple", "c": "apple 100%", "b": "zebra"}
    assert store.automations.get("acme", "a").tags == ("sales", "crm")


def test_the_last_runs_of_several_automations_come_at_once(store: SqlStore) -> None:
    runs = [make_run(automation_id=name) for name in ("a", "b", "a", "a")]
    store.commit([store.runs.insert(run) for run in runs])

    newest = store.runs.newest_of("acme", ["a", "b", "c"], 2)

    assert {name: [run.id for run in found] for name, found in newest.items()} == {
        "a": [runs[3].id, runs[2].id],
        "b": [runs[1].id],
        "c": [],
    }
    assert store.runs.newest_of("acme", [], 2) == {}
