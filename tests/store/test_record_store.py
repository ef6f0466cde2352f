"""Records are kept with their index and their number, changed at their version, found by fields."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.errors import GuardMissed
from core.records import Record, RecordFilter, searched_as
from core.writes import ListQuery
from store import SqlStore, records
from store.schema.records import record_fields
from tests.support.builders import NOW, make_collection, make_record

CUSTOMERS = ("acme", "customers")
MOST = 100


@pytest.fixture
def customers(store: SqlStore) -> SqlStore:
    """A store with two collections of `acme` and one of `globex`."""
    for tenant, name in (CUSTOMERS, ("acme", "orders"), ("globex", "customers")):
        store.commit([store.collections.insert(make_collection(tenant=tenant, name=name))])
    return store


def add(store: SqlStore, record_id: str, **values: Any) -> Record:
    record = make_record(id=record_id, values=values)
    store.commit(store.records.insert(record, MOST))
    return record


def ids(
    store: SqlStore, query: ListQuery | None = None, *, falling: bool = False, **which: Any
) -> list[str]:
    page = store.records.list(
        *CUSTOMERS, RecordFilter(**which), query or ListQuery(), falling=falling
    )
    return [record.id for record in page.items]


def size(store: SqlStore, name: str = "customers") -> int:
    collection = store.collections.get("acme", name)
    assert collection is not None
    return collection.records


def index_of(store: SqlStore) -> set[tuple[str, str, str]]:
    """Every row of the index of fields."""
    columns = (record_fields.c.record_id, record_fields.c.name, record_fields.c.value)
    return {(row[0], row[1], row[2]) for row in store._database.rows(select(*columns))}


def test_a_record_is_kept_as_it_was_given_for_its_tenant_and_collection(
    customers: SqlStore,
) -> None:
    values = {"name": "Zoë", "tags": ["a", None, {"b": 1.5}], "nul": "a\0b", "big": 2**63}
    record = make_record(values=values)
    customers.commit(customers.records.insert(record, MOST))

    assert customers.records.get(*CUSTOMERS, record.id) == record
    assert customers.records.get("globex", "customers", record.id) is None
    assert customers.records.get("acme", "orders", record.id) is None
    assert customers.records.list("globex", "customers", RecordFilter(), ListQuery()).items == ()
    assert (size(customers), size(customers, "orders")) == (1, 0)


def test_an_id_is_taken_once_a_collection(customers: SqlStore) -> None:
    add(customers, "C-1", name="Ada")
    other = make_record(id="C-1", collection="orders", values={"name": "Bob"})
    customers.commit(customers.records.insert(other, MOST))

    with pytest.raises(GuardMissed):
        add(customers, "C-1", name="Eve")

    assert size(customers) == 1
    assert ids(customers, fields={"name": "Eve"}) == []


def test_a_record_is_replaced_and_deleted_only_at_its_version(customers: SqlStore) -> None:
    first = add(customers, "C-1", name="Ada", city="Oslo")
    second = replace(first, values={"name": "Ada L."}, version=NOW + 1, updated_at=NOW + 1)
    customers.commit(customers.records.replace(second, first))

    for stale in (customers.records.replace(second, first), customers.records.delete(first)):
        with pytest.raises(GuardMissed):
            customers.commit(stale)

    assert customers.records.get(*CUSTOMERS, "C-1") == second
    assert index_of(customers) == {("C-1", "name", "Ada L.")}
    customers.commit(customers.records.delete(second))
    assert customers.records.get(*CUSTOMERS, "C-1") is None
    assert (size(customers), index_of(customers)) == (0, set())


def test_there_are_never_more_records_than_the_limit(customers: SqlStore) -> None:
    """However many ask at once: each is counted where it is inserted."""
    missed: list[int] = []
    start = threading.Barrier(8)

    def save(number: int) -> None:
        start.wait()
        try:
            record = make_record(id=f"C-{number}", values={"number": number})
            customers.commit(customers.records.insert(record, 5))
        except GuardMissed:
            missed.append(number)

    in_threads(save, range(8))

    assert (len(ids(customers)), size(customers), len(missed)) == (5, 5, 3)
    assert len(index_of(customers)) == 5


def test_of_changes_at_once_one_is_made_and_the_index_follows_it(customers: SqlStore) -> None:
    first = add(customers, "C-1", state="new", old="x")
    made: list[str] = []
    start = threading.Barrier(6)

    def change(number: int) -> None:
        changed = replace(first, values={"state": f"s{number}"}, version=NOW + 1)
        start.wait()
        try:
            customers.commit(customers.records.replace(changed, first))
        except GuardMissed:
            return
        made.append(f"s{number}")

    in_threads(change, range(6))

    [state] = made
    assert index_of(customers) == {("C-1", "state", state)}


def in_threads(work: Callable[[int], None], numbers: range) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_records_come_by_id_rising_and_falling_in_pages_that_go_both_ways(
    customers: SqlStore,
) -> None:
    for name in "dbace":
        add(customers, name)
    which = RecordFilter()

    def page(query: ListQuery, falling: bool = False) -> tuple[str, str | None, str | None]:
        found = customers.records.list(*CUSTOMERS, which, query, falling=falling)
        return "".join(record.id for record in found.items), found.next, found.previous

    assert page(ListQuery(limit=2)) == ("ab", "b", None)
    assert page(ListQuery("b", 2)) == ("cd", "d", "c")
    assert page(ListQuery("d", 2)) == ("e", None, "e")
    assert page(ListQuery("e", 2, backwards=True)) == ("cd", "d", "c")
    assert page(ListQuery("c", 2, backwards=True)) == ("ab", "b", None)
    assert page(ListQuery(limit=3), falling=True) == ("edc", "c", None)
    assert page(ListQuery("c", 3), falling=True) == ("ba", None, "b")


@pytest.mark.parametrize(
    ("value", "found_by"),
    [
        ("Oslo", "Oslo"),
        ("", ""),
        (5, "5"),
        (5.0, "5"),
        (1.5, "1.5"),
        (True, "true"),
        (None, "null"),
        ("a\0b", "a\ufffdb"),
        ("x" * 5_000, searched_as("x" * 5_000)),
    ],
)
def test_a_field_is_found_by_its_text(customers: SqlStore, value: object, found_by: str) -> None:
    add(customers, "C-1", field=value)
    add(customers, "C-2", field="else")
    add(customers, "C-3", other=value)

    assert ids(customers, fields={"field": found_by}) == ["C-1"]
    assert ids(customers, fields={"field": f"{found_by} "}) == []


def test_several_fields_must_all_fit_and_lists_and_objects_fit_nothing(
    customers: SqlStore,
) -> None:
    add(customers, "C-1", city="Oslo", state="new")
    add(customers, "C-2", city="Oslo", state="old", tags=["Oslo"])
    add(customers, "C-3", city="Rome", state="new")

    assert ids(customers, fields={"city": "Oslo"}) == ["C-1", "C-2"]
    assert ids(customers, fields={"city": "Oslo"}, falling=True) == ["C-2", "C-1"]
    assert ids(customers, fields={"city": "Oslo", "state": "new"}) == ["C-1"]
    assert ids(customers, fields={"city": "Oslo"}, text="old") == ["C-2"]
    assert ids(customers, ListQuery("C-1"), fields={"city": "Oslo"}) == ["C-2"]
    assert ids(customers, fields={"tags": "Oslo"}) == []
    assert ids(customers, fields={"nothing": "x", "a\0": "b"}) == []


def test_a_text_is_found_anywhere_in_id_and_values(customers: SqlStore) -> None:
    add(customers, "C-1", name='Ada "the first"', percent="100%")
    add(customers, "C-2", address={"city": "OSLO"})

    assert ids(customers, text="oslo") == ["C-2"]
    assert ids(customers, text='"the') == ["C-1"]
    assert ids(customers, text="c-2") == ["C-2"]
    assert ids(customers, text="0%") == ["C-1"]
    assert ids(customers, text="1_0") == []


def test_a_search_stops_in_words_and_goes_on_where_it_stopped(
    customers: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LOOKED_AT", 3)
    for number in range(5):
        add(customers, f"C-{number}", name="hay" if number < 4 else "needle")

    first = customers.records.list(*CUSTOMERS, RecordFilter(text="needle"), ListQuery())
    rest = customers.records.list(*CUSTOMERS, RecordFilter(text="needle"), ListQuery(first.next))

    assert (first.items, first.next, first.cut) == ((), "C-2", True)
    assert ([record.id for record in rest.items], rest.cut) == (["C-4"], False)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
states = st.lists(
    st.none() | st.dictionaries(st.sampled_from("abcd"), json_values, max_size=4), max_size=6
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=states)
def test_the_index_is_what_the_values_say_after_any_changes(
    customers: SqlStore, states: list[dict[str, Any] | None]
) -> None:
    current = customers.records.get(*CUSTOMERS, "C-1")
    for values in states:
        wanted = None if values is None else make_record(id="C-1", values=values)
        if wanted is not None and current is not None:
            wanted = replace(wanted, version=current.version + 1)
        customers.commit(list(writes(customers, wanted, current)))
        current = wanted

    values = {} if current is None else current.values
    found = {name: searched_as(value) for name, value in values.items()}
    expected = {("C-1", name, text) for name, text in found.items() if text is not None}
    assert index_of(customers) == expected
    assert size(customers) == (current is not None)


def writes(store: SqlStore, wanted: Record | None, current: Record | None) -> Iterator[Any]:
    if wanted is not None and current is not None:
        yield from store.records.replace(wanted, current)
    elif wanted is not None:
        yield from store.records.insert(wanted, MOST)
    elif current is not None:
        yield from store.records.delete(current)
