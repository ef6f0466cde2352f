"""Samples and pins are kept as they were given, for their tenant and automation alone."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from core.errors import GuardMissed
from core.ids import new_id
from core.samples import Pin, Sample, SampleSource
from store import SqlStore
from tests.support.builders import NOW

WHOSE = ("acme", "orders")
MOST = 50


def make_sample(**changes: Any) -> Sample:
    values: dict[str, Any] = {
        "id": new_id(),
        "tenant": "acme",
        "automation_id": "orders",
        "name": "First",
        "source": SampleSource.CAPTURED,
        "event": {"method": "POST", "body": {"a": [1, None, "ü"]}},
        "created_at": NOW,
    }
    return Sample(**{**values, **changes})


def test_samples_are_listed_the_newest_first(store: SqlStore) -> None:
    first, second, other = make_sample(), make_sample(), make_sample(automation_id="other")
    for sample in (first, second, other):
        store.commit(store.samples.insert(sample, MOST))

    assert store.samples.list(*WHOSE) == [second, first]
    assert store.samples.get(*WHOSE, first.id) == first
    assert store.samples.get("globex", "orders", first.id) is None
    assert store.samples.get("acme", "other", first.id) is None


def test_there_are_never_more_samples_than_the_limit(store: SqlStore) -> None:
    """However many ask at once: each is counted where it is inserted."""
    missed: list[int] = []
    start = threading.Barrier(8)

    def save(number: int) -> None:
        start.wait()
        try:
            store.commit(store.samples.insert(make_sample(name=str(number)), 5))
        except GuardMissed:
            missed.append(number)

    savers = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for saver in savers:
        saver.start()
    for saver in savers:
        saver.join()

    assert len(store.samples.list(*WHOSE)) == 5
    assert len(missed) == 3
    store.commit(store.samples.insert(make_sample(automation_id="other"), 5))
    store.commit(store.samples.insert(make_sample(tenant="globex"), 5))


def test_a_sample_is_renamed_and_deleted_by_its_own_alone(store: SqlStore) -> None:
    sample = make_sample()
    store.commit(store.samples.insert(sample, MOST))

    store.commit([store.samples.rename(*WHOSE, sample.id, "Second")])
    for write in (
        store.samples.rename("globex", "orders", sample.id, "Stolen"),
        store.samples.delete("acme", "other", sample.id),
    ):
        with pytest.raises(GuardMissed):
            store.commit([write])

    assert store.samples.get(*WHOSE, sample.id) == replace(sample, name="Second")
    store.commit([store.samples.delete(*WHOSE, sample.id)])
    assert store.samples.list(*WHOSE) == []


def test_a_pin_replaces_the_one_before(store: SqlStore) -> None:
    pin = Pin("acme", "orders", "sync", {"status": "succeeded", "output": 1}, NOW)
    newer = replace(pin, result={"status": "failed", "error": "no"}, created_at=NOW + 1)
    store.commit([store.samples.pin(pin)])
    store.commit([store.samples.pin(newer)])

    assert store.samples.pins(*WHOSE) == [newer]
    assert store.samples.pins("globex", "orders") == []
    store.commit([store.samples.unpin(*WHOSE, "sync")])
    with pytest.raises(GuardMissed):
        store.commit([store.samples.unpin(*WHOSE, "sync")])


def test_all_of_an_automation_is_forgotten_at_once(store: SqlStore) -> None:
    kept = make_sample(automation_id="other")
    store.commit([*store.samples.insert(make_sample(), MOST), *store.samples.insert(kept, MOST)])
    store.commit([store.samples.pin(Pin("acme", "orders", "sync", {}, NOW))])

    store.commit(store.samples.forget(*WHOSE))

    assert store.samples.list(*WHOSE) == []
    assert store.samples.pins(*WHOSE) == []
    assert store.samples.list("acme", "other") == [kept]
