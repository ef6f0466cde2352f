"""The outbox keeps what happened until it was handed on, once."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import GuardMissed
from core.ids import new_id
from core.platform_events import PlatformEvent
from store import SqlStore
from tests.support.builders import NOW


def make_platform_event(**changes: Any) -> PlatformEvent:
    values: dict[str, Any] = {
        "id": new_id(),
        "tenant": "acme",
        "type": "run.failed",
        "version": 1,
        "occurred_at": NOW,
        "data": {"run_id": "r-1", "error": "größer"},
        "automation_id": "orders",
        "depth": 2,
    }
    return PlatformEvent(**{**values, **changes})


def test_an_event_waits_as_it_was_stored_until_it_is_handed_on(store: SqlStore) -> None:
    first, second = make_platform_event(), make_platform_event(automation_id=None, depth=0)
    store.commit([store.platform_events.insert(one) for one in (first, second)])
    assert store.platform_events.waiting(10) == [first, second]
    assert store.platform_events.waiting(1) == [first]

    store.commit([store.platform_events.handed_on(first, NOW)])

    assert store.platform_events.waiting(10) == [second]
    assert store.platform_events.get("acme", first.id) == first
    assert store.platform_events.get("globex", first.id) is None


def test_an_event_is_handed_on_once(store: SqlStore) -> None:
    event = make_platform_event()
    store.commit([store.platform_events.insert(event)])
    store.commit([store.platform_events.handed_on(event, NOW)])
    with pytest.raises(GuardMissed):
        store.commit([store.platform_events.handed_on(event, NOW)])
