"""The audit log: the newest first, in parts, filtered, each tenant its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.account_store import AuditFilter
from core.ids import new_id
from core.writes import ListQuery
from store import SqlStore
from tests.support.people import make_audit_entry


def keep(store: SqlStore, **changes: Any) -> str:
    entry = make_audit_entry(**changes)
    store.commit([store.audit.insert(entry)])
    return entry.id


def listed(store: SqlStore, limit: int = 50, cursor: str | None = None, **which: str) -> list[str]:
    page = store.audit.list("acme", AuditFilter(**which), ListQuery(cursor, limit))
    return [entry.id for entry in page.items]


def test_entries_come_the_newest_first_and_in_parts(store: SqlStore) -> None:
    kept = [keep(store) for _ in range(5)]
    keep(store, tenant="other")

    first = store.audit.list("acme", AuditFilter(), ListQuery(limit=3))

    assert [entry.id for entry in first.items] == kept[:1:-1]
    assert listed(store, cursor=first.next) == kept[1::-1]
    assert store.audit.list("acme", AuditFilter(), ListQuery(limit=5)).next is None


def test_entries_are_filtered_by_actor_verb_and_subject(store: SqlStore) -> None:
    published = keep(store)
    edited = keep(store, verb="automation.edited", subject_id="refunds")
    secret = keep(store, verb="secret.set", subject_kind="secret", actor_id="grace")
    odd = keep(store, verb="automationX", subject_kind="other")

    assert listed(store, actor_id="grace") == [secret]
    assert listed(store, verb="automation.") == [edited, published]
    assert listed(store, verb="automation.edited") == [edited]
    assert listed(store, verb="automation_") == []
    assert listed(store, subject_kind="automation") == [edited, published]
    assert listed(store, subject_kind="automation", subject_id="orders") == [published]
    assert listed(store) == [odd, secret, edited, published]


def test_an_entry_is_kept_as_given_and_moves_to_another_place(store: SqlStore) -> None:
    entry = make_audit_entry()
    store.commit([store.audit.insert(entry)])
    assert store.audit.newest("acme", "automation", "orders") == entry
    assert store.audit.newest("acme", "automation", "refunds") is None
    assert store.audit.newest("other", "automation", "orders") is None

    moved = replace(entry, id=new_id(), at=entry.at + 9, detail={"times": 2})
    store.commit([store.audit.move(entry.id, moved)])

    assert store.audit.list("acme", AuditFilter(), ListQuery()).items == (moved,)
    store.commit([store.audit.move(entry.id, replace(moved, id=new_id()))])
    assert store.audit.newest("acme", "automation", "orders") == moved
