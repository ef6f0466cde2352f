"""Values that a database cannot take end in words, or are kept as near as it can."""

from __future__ import annotations

import pytest

from core.errors import UnstorableError
from core.states import RunStatus
from store import SqlStore
from tests.support.builders import NOW, make_event, make_run


def test_a_nul_in_a_text_keeps_nothing_from_being_stored(store: SqlStore) -> None:
    run = make_run(status=RunStatus.RUNNING)
    event = make_event(path="/hooks/acme/a\0b")
    end = {"error": "said a\0b", "finished_at": NOW}
    store.commit([store.runs.insert(run), store.events.insert(event)])

    store.commit([store.runs.move(run, [RunStatus.RUNNING], RunStatus.FAILED, end)])

    kept = store.runs.get("acme", run.id)
    assert kept is not None
    assert kept.error in ("said a\0b", "said a\ufffdb")
    assert store.events.get("acme", event.id) is not None


def test_what_can_never_be_stored_is_told_apart_from_a_store_that_is_away(store: SqlStore) -> None:
    with pytest.raises(UnstorableError):
        store.commit([store.runs.insert(make_run(token=2**70))])


def test_the_same_id_twice_can_never_be_stored(store: SqlStore) -> None:
    run = make_run()
    store.commit([store.runs.insert(run)])

    with pytest.raises(UnstorableError):
        store.commit([store.runs.insert(run)])
