"""The entries of loops are found by their keys, and counted without being read."""

from __future__ import annotations

from core.model import Run
from core.states import StepStatus
from store import SqlStore
from tests.support.builders import make_run, make_step_run


def kept(store: SqlStore, *keys: str, **changes: object) -> Run:
    run = make_run()
    entries = [make_step_run(key, **changes) for key in keys]
    store.commit([store.runs.insert(run), *(store.runs.keep_step(run, one) for one in entries)])
    return run


def test_entries_are_read_by_their_keys(store: SqlStore) -> None:
    run = kept(store, *(f"sync[{index}]" for index in range(1200)), "lines")

    wanted = [f"sync[{index}]" for index in range(0, 1200, 2)]
    found = store.runs.journal("acme", run.id, [*wanted, "gone[1]"])

    assert {entry.step_id for entry in found} == set(wanted)
    assert len(found) == len(wanted)
    assert store.runs.journal("acme", run.id, []) == []
    assert store.runs.journal("other", run.id, wanted) == []
    assert len(store.runs.journal("acme", run.id)) == 1201


def test_items_of_a_loop_are_counted_and_the_failed_ones_found(store: SqlStore) -> None:
    run = make_run()
    entries = [
        make_step_run("one_by_one", status=StepStatus.RUNNING, port=None),
        *(make_step_run(f"one_by_one[{index}]", port=None) for index in range(5)),
        *(
            make_step_run(f"one_by_one[{index}]", status=StepStatus.FAILED, port=None, error="no")
            for index in range(5, 8)
        ),
        make_step_run("oneXbyXone[1]"),
        make_step_run("inner[1]", status=StepStatus.FAILED),
        make_step_run("inner[1][0]", status=StepStatus.FAILED),
    ]
    store.commit([store.runs.insert(run), *(store.runs.keep_step(run, one) for one in entries)])

    counts = store.runs.item_counts("acme", run.id, "one_by_one")
    failed = store.runs.failed_items("acme", run.id, "one_by_one", 2)

    assert counts == {StepStatus.SUCCEEDED: 5, StepStatus.FAILED: 3}
    assert len(failed) == 2
    assert {entry.step_id for entry in failed} <= {f"one_by_one[{n}]" for n in (5, 6, 7)}
    assert store.runs.item_counts("acme", run.id, "inner[1]") == {StepStatus.FAILED: 1}
    assert store.runs.item_counts("other", run.id, "one_by_one") == {}
    assert store.runs.failed_items("other", run.id, "one_by_one", 9) == []


def test_steps_that_wait_in_bodies_are_found_without_the_others(store: SqlStore) -> None:
    run = kept(store, "wait", "ask[1]", "ask[1][2]", status=StepStatus.WAITING, port=None)
    done = [store.runs.keep_step(run, make_step_run(f"ask[{n}]")) for n in (2, 3)]
    store.commit(done)

    found = store.runs.waiting_in_bodies("acme", run.id, 9)

    assert sorted(found) == ["ask[1]", "ask[1][2]"]
    assert len(store.runs.waiting_in_bodies("acme", run.id, 1)) == 1
    assert store.runs.waiting_in_bodies("other", run.id, 9) == []
