"""Records as people and programs change them: checked, guarded, announced once, never lost."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.account_store import AuditFilter
from core.errors import BusyError, ConflictError, InvalidError, NotFoundError, StaleError
from core.platform_events import PlatformEvent
from core.records import ChangeKind, Record, RecordChange, RecordFilter, searched_as
from core.writes import ListQuery, Write
from engine.events.catalogue import EVENT_TYPES
from engine.records import changes
from engine.records.derived_ids import derived_id
from engine.records.merging import merge_patch
from tests.support.builders import make_document, step
from tests.support.workbench import TENANT, Workbench

SCHEMA = {
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "email": {"type": "string", "format": "email"},
        "code": {"type": "string", "pattern": "^[A-Z]+$"},
    },
    "required": ["name"],
    "additionalProperties": False,
}


@pytest.fixture(autouse=True)
def _customers(bench: Workbench) -> None:
    bench.service.collections.put(TENANT, "customers", SCHEMA)
    bench.service.collections.put(TENANT, "things", {})


def listen(bench: Workbench, *types: str) -> None:
    """Somebody waits for changes, so that they are announced."""
    trigger = {"type": "event", "with": {"event": list(types)}, "next": ["keep"]}
    document = make_document(
        step("keep", "set-values", {"values": {"seen": "<trigger.body>"}}), trigger=trigger
    )
    bench.publish(document, "listener")


def told(bench: Workbench) -> list[PlatformEvent]:
    return list(bench.store.platform_events.waiting(100))


def create(bench: Workbench, collection: str = "things", **values: Any) -> Record:
    return bench.service.records.create(TENANT, collection, values)


def put(bench: Workbench, record_id: str, sent: Any, *more: Any, **options: Any) -> Any:
    return bench.service.records.put(TENANT, "things", record_id, sent, *more, **options)


def patch(bench: Workbench, record_id: str, sent: Any, version: int | None = None) -> Record:
    return bench.service.records.patch(TENANT, "things", record_id, sent, version)


def get(bench: Workbench, record_id: str) -> Record:
    return bench.service.records.get(TENANT, "things", record_id)


def test_a_record_is_created_read_replaced_merged_and_deleted(bench: Workbench) -> None:
    made = create(bench, name="Ada", address={"city": "Oslo", "zip": "0150"})
    assert get(bench, made.id) == made

    merged = patch(bench, made.id, {"address": {"zip": None}, "tags": ["a"]})
    assert merged.values == {"name": "Ada", "address": {"city": "Oslo"}, "tags": ["a"]}
    replaced, new = put(bench, made.id, {"name": "Bob"})
    assert (replaced.values, new) == ({"name": "Bob"}, False)
    assert made.version < merged.version < replaced.version
    assert (replaced.created_at, replaced.id) == (made.created_at, made.id)

    bench.service.records.delete(TENANT, "things", made.id)
    for gone in (
        lambda: get(bench, made.id),
        lambda: patch(bench, made.id, {}),
        lambda: bench.service.records.delete(TENANT, "things", made.id),
    ):
        with pytest.raises(NotFoundError):
            gone()


def test_an_id_of_ones_own_is_taken_once(bench: Workbench) -> None:
    assert create(bench, id="C-1", name="Ada").id == "C-1"
    with pytest.raises(ConflictError, match="there is a record C-1 in things already"):
        create(bench, id="C-1", name="Eve")

    made, new = put(bench, "C-2", {"name": "Bob"}, only_new=True)
    assert (made.id, new) == ("C-2", True)
    with pytest.raises(StaleError, match="there is a record C-2 already"):
        put(bench, "C-2", {"name": "Eve"}, only_new=True)


def test_what_was_read_can_be_written_back(bench: Workbench) -> None:
    made = create(bench, name="Ada")
    read = {"id": made.id, "name": "Ada L.", "_version": 1, "_created_at": "", "_updated_at": ""}

    put(bench, made.id, read)
    assert get(bench, made.id).values == {"name": "Ada L."}
    for wrong in ({"id": "other"}, {"id": 7}):
        with pytest.raises(InvalidError) as refused:
            put(bench, made.id, {**read, **wrong})
        assert [fault.path for fault in refused.value.faults] == ["$.id"]


def test_a_change_at_another_version_is_refused(bench: Workbench) -> None:
    made = create(bench, name="Ada")
    changed = patch(bench, made.id, {"name": "Bob"}, made.version)

    for stale in (
        lambda: patch(bench, made.id, {"name": "Eve"}, made.version),
        lambda: put(bench, made.id, {"name": "Eve"}, made.version),
        lambda: bench.service.records.delete(TENANT, "things", made.id, made.version),
        lambda: put(bench, "nothing", {"name": "Eve"}, made.version),
    ):
        with pytest.raises(StaleError):
            stale()

    assert get(bench, made.id) == changed


def test_a_version_never_comes_twice_even_when_the_clock_stands_or_goes_back(
    bench: Workbench,
) -> None:
    made = create(bench, id="C-1", number=0)
    seen = [made.version]
    bench.clock.turn(-60_000)
    for number in range(1, 4):
        seen.append(patch(bench, "C-1", {"number": number}).version)
    bench.clock.turn(120_000)
    bench.service.records.delete(TENANT, "things", "C-1")
    seen.append(create(bench, id="C-1", number=0).version)

    assert sorted(set(seen)) == seen


def test_what_changes_nothing_is_no_change(bench: Workbench) -> None:
    listen(bench, "record.*")
    made = create(bench, name="Ada", n=1)

    assert patch(bench, made.id, {"name": "Ada"}) == made
    assert put(bench, made.id, {"n": 1, "name": "Ada"}) == (made, False)
    assert patch(bench, made.id, {"n": True}).version > made.version

    assert [event.type for event in told(bench)] == ["record.created", "record.updated"]


def test_every_fault_of_the_values_is_told_at_once(bench: Workbench) -> None:
    with pytest.raises(InvalidError, match="does not fit into customers") as refused:
        create(bench, "customers", email="no", code="x", more=1)

    assert [fault.path for fault in refused.value.faults] == [
        "$.code",
        "$.email",
        "$.more",
        "$.name",
    ]
    assert bench.service.collections.get(TENANT, "customers").records == 0


def test_a_merge_is_checked_as_a_whole(bench: Workbench) -> None:
    made = create(bench, "customers", name="Ada")
    with pytest.raises(InvalidError) as refused:
        bench.service.records.patch(TENANT, "customers", made.id, {"name": None})
    assert [(fault.path, fault.message) for fault in refused.value.faults] == [
        ("$.name", "is missing")
    ]


def test_another_schema_is_asked_at_the_next_write(bench: Workbench) -> None:
    made = create(bench, name="Ada")
    bench.service.collections.put(TENANT, "things", {"required": ["email"]})

    assert get(bench, made.id).values == {"name": "Ada"}
    with pytest.raises(InvalidError):
        patch(bench, made.id, {"name": "Bob"})
    bench.service.collections.put(TENANT, "things", {})
    patch(bench, made.id, {"name": "Bob"})


def test_a_schema_may_speak_of_the_id(bench: Workbench) -> None:
    schema = {
        "properties": {"id": {"type": "string", "pattern": "^C-"}, "name": {}},
        "required": ["id"],
        "additionalProperties": False,
    }
    bench.service.collections.put(TENANT, "things", schema)

    create(bench, id="C-1", name="Ada")
    with pytest.raises(InvalidError) as refused:
        create(bench, name="Ada")
    assert [fault.path for fault in refused.value.faults] == ["$.id"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": "x" * 65_536}, "64 KiB is the most"),
        ({f"f{number}": 1 for number in range(201)}, "has 201 fields; 200 is the most"),
        ({"_own": 1}, "begins with _"),
        ({"": 1}, "needs a name"),
        ({"a\nb": 1}, "none a control character"),
        ({"x" * 101: 1}, "needs a name of 1 to 100 characters"),
    ],
)
def test_a_record_is_bounded(bench: Workbench, values: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidError) as refused:
        create(bench, **values)
    assert words in refused.value.faults[0].message


@pytest.mark.parametrize("record_id", ["", "a b", "../x", "a/b", "x" * 101, "é"])
def test_an_id_is_one_that_stands_in_a_url(bench: Workbench, record_id: str) -> None:
    with pytest.raises(InvalidError) as refused:
        create(bench, id=record_id, name="Ada")
    assert [fault.path for fault in refused.value.faults] == ["$.id"]


def test_a_collection_that_is_full_takes_no_more(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_RECORDS", 1)
    made = create(bench, name="Ada")
    with pytest.raises(ConflictError, match="holds 1 records, the most it may"):
        create(bench, name="Bob")
    patch(bench, made.id, {"name": "Ada L."})


def test_without_a_collection_there_is_nothing(bench: Workbench) -> None:
    records = bench.service.records
    for call in (
        lambda: records.create(TENANT, "nothing", {}),
        lambda: records.get(TENANT, "nothing", "C-1"),
        lambda: records.list(TENANT, "nothing", RecordFilter(), ListQuery()),
        lambda: records.delete(TENANT, "nothing", "C-1"),
        lambda: records.create("globex", "things", {}),
    ):
        with pytest.raises(NotFoundError, match="there is no collection"):
            call()


def test_each_change_is_announced_with_what_was_and_what_is(bench: Workbench) -> None:
    listen(bench, "record.*")
    made = create(bench, id="C-1", name="Ada")
    changed = patch(bench, "C-1", {"name": "Bob"})
    bench.service.records.delete(TENANT, "things", "C-1")

    whose = {"collection": "things", "id": "C-1"}
    ada, bob = {"name": "Ada"}, {"name": "Bob"}
    events = told(bench)
    assert [(event.type, dict(event.data)) for event in events] == [
        ("record.created", {**whose, "version": made.version, "record": ada, "previous": None}),
        ("record.updated", {**whose, "version": changed.version, "record": bob, "previous": ada}),
        ("record.deleted", {**whose, "version": None, "record": None, "previous": bob}),
    ]
    assert {(event.depth, event.automation_id) for event in events} == {(0, None)}
    assert {event.version for event in events} == {1}
    assert {event.type for event in events} <= EVENT_TYPES.keys()


def test_what_is_told_holds_no_secret(bench: Workbench) -> None:
    bench.service.secrets.put(TENANT, "TOKEN", "tok-very-secret")
    listen(bench, "record.*")

    made = create(bench, note="it is tok-very-secret")

    assert get(bench, made.id).values == {"note": "it is tok-very-secret"}
    [event] = told(bench)
    assert event.data["record"] == {"note": "it is [secret:TOKEN]"}


def test_what_was_refused_is_not_told(bench: Workbench) -> None:
    listen(bench, "record.*")
    create(bench, id="C-1", name="Ada")
    with pytest.raises(ConflictError):
        create(bench, id="C-1", name="Eve")
    with pytest.raises(InvalidError):
        create(bench, "customers", name="")
    assert len(told(bench)) == 1


def test_changes_of_many_at_once_are_all_there(bench: Workbench) -> None:
    made = create(bench, **{f"f{number}": 0 for number in range(20)})
    start = threading.Barrier(20)
    errors: list[Exception] = []

    def change(number: int) -> None:
        start.wait()
        try:
            patch(bench, made.id, {f"f{number}": 1})
        except Exception as error:  # noqa: BLE001  told by the assertion below
            errors.append(error)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert get(bench, made.id).values == {f"f{number}": 1 for number in range(20)}


def test_who_never_comes_through_is_told_so(bench: Workbench) -> None:
    made = create(bench, n=0)
    commit, store = bench.store.commit, bench.store

    def meddle(writes: Sequence[Write]) -> None:
        store.commit = commit  # type: ignore[method-assign]
        patch(bench, made.id, {"n": get(bench, made.id).values["n"] + 1})
        store.commit = meddle  # type: ignore[method-assign]
        commit(writes)

    store.commit = meddle  # type: ignore[method-assign]
    with pytest.raises(BusyError, match="being changed by many at once"):
        patch(bench, made.id, {"mine": True})
    store.commit = commit  # type: ignore[method-assign]

    assert get(bench, made.id).values == {"n": changes.TRIES}


def test_the_audit_log_tells_which_fields_changed_and_not_to_what(bench: Workbench) -> None:
    create(bench, id="C-1", name="Ada", phone="very-private-1")
    patch(bench, "C-1", {"phone": "very-private-2", "city": "Oslo"})
    bench.service.records.delete(TENANT, "things", "C-1")

    which = AuditFilter(subject_kind="record")
    entries = bench.service.audit.list(TENANT, which, ListQuery()).items
    assert [(entry.verb, dict(entry.detail)) for entry in reversed(entries)] == [
        ("record.created", {}),
        ("record.updated", {"fields": ["city", "phone"]}),
        ("record.deleted", {}),
    ]
    assert {entry.subject_id for entry in entries} == {"things/C-1"}
    assert "very-private" not in str(entries)


@pytest.mark.parametrize(
    ("target", "patched", "result"),
    [
        # The examples of RFC 7396, appendix A.
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_patch_merges_as_the_standard_says(target: Any, patched: Any, result: Any) -> None:
    before = repr(target)
    assert merge_patch(target, patched) == result
    assert repr(target) == before


@given(st.text(), st.text())
def test_a_derived_id_is_always_the_same_and_a_uuid(run: str, step_id: str) -> None:
    made = derived_id(f"{run}.{step_id}".encode(errors="replace").decode())
    assert made == derived_id(f"{run}.{step_id}".encode(errors="replace").decode())
    assert [len(part) for part in made.split("-")] == [8, 4, 4, 4, 12]
    assert made[14] == "7"


def test_a_derived_id_has_the_time_of_its_run() -> None:
    run = "0192e4a0-7b1c-7abc-8def-0123456789ab"
    assert derived_id(f"{run}.a").startswith("0192e4a0-7b1c-7")
    assert derived_id(f"{run}.a") != derived_id(f"{run}.b")


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_is_found_however_it_is_written(number: int) -> None:
    assert searched_as(number) == searched_as(float(number)) == searched_as(str(number))


def test_what_became_of_a_record_follows_from_before_and_after() -> None:
    record = Record("acme", "things", "C-1", {}, 1, 1, 1)
    later = Record("acme", "things", "C-1", {"a": 1}, 2, 1, 2)
    kinds = [
        RecordChange(*pair).kind
        for pair in ((record, None), (later, record), (None, record), (record, record))
    ]
    assert kinds == [
        ChangeKind.CREATED,
        ChangeKind.UPDATED,
        ChangeKind.DELETED,
        ChangeKind.NOTHING,
    ]
