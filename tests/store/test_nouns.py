"""Every noun is kept as it was given, and for its tenant alone."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import text

from core.errors import ConfigError, GuardMissed
from core.ids import new_id
from core.model import ApiKey, AutomationVersion, SecretEntry, Tenant
from core.request_store import RequestFilter
from core.writes import ListQuery
from store import Cipher, SqlStore, open_store
from store.database import Database
from tests.support.builders import (
    NOW,
    make_automation,
    make_document,
    make_event,
    make_request_entry,
    make_run,
)


def test_an_automation_is_replaced_only_at_its_revision(store: SqlStore) -> None:
    automation = make_automation()
    store.commit([store.automations.insert(automation)])
    changed = replace(automation, name="Renamed", revision=2, enabled=False, draft=None)
    store.commit([store.automations.replace(changed, revision=1)])

    with pytest.raises(GuardMissed):
        store.commit([store.automations.replace(changed, revision=1)])

    assert store.automations.get("acme", "orders") == changed
    assert store.automations.get("other", "orders") is None


def test_an_id_is_taken_once_a_tenant(store: SqlStore) -> None:
    store.commit([store.automations.insert(make_automation())])
    store.commit([store.automations.insert(make_automation(tenant="other"))])

    with pytest.raises(GuardMissed):
        store.commit([store.automations.insert(make_automation(name="Another"))])


def test_what_is_published_is_live_and_stays_after_a_deletion(store: SqlStore) -> None:
    document = make_document()
    automation = make_automation(published=2)
    versions = [AutomationVersion("acme", "orders", n, document, NOW + n) for n in (1, 2)]
    store.commit([store.automations.insert(automation)])
    store.commit([store.automations.insert_version(version) for version in versions])

    assert store.automations.live("acme") == [(automation, document)]
    assert store.automations.live("other") == []
    assert store.automations.last_version("acme", "orders") == 2
    page = store.automations.versions("acme", "orders", ListQuery(limit=1))
    assert page.items == (versions[1],)
    assert page.next == "2"

    store.commit([store.automations.delete("acme", "orders", revision=1)])
    assert store.automations.live("acme") == []
    assert store.automations.version("acme", "orders", 1) == versions[0]


def test_automations_are_listed_by_id(store: SqlStore) -> None:
    for name in ("b", "a", "c"):
        store.commit([store.automations.insert(make_automation(id=name))])

    first = store.automations.list("acme", ListQuery(limit=2))
    rest = store.automations.list("acme", ListQuery(cursor=first.next, limit=2))

    assert [one.id for one in (*first.items, *rest.items)] == ["a", "b", "c"]


def test_a_secret_is_on_disk_only_encrypted(store: SqlStore, database_url: str) -> None:
    store.commit([store.secrets.put("acme", "TOKEN", "s3cret-value", NOW)])
    store.commit([store.secrets.put("acme", "TOKEN", "s3cret-newer", NOW + 1)])

    assert store.secrets.reveal_all("acme") == {"TOKEN": "s3cret-newer"}
    assert store.secrets.reveal_all("other") == {}
    assert store.secrets.list("acme") == [SecretEntry("TOKEN", NOW, NOW + 1)]
    with closing(Database(database_url)) as database:
        rows = database.rows(text("SELECT * FROM secrets"))
    assert len(rows) == 1
    assert "s3cret" not in repr(
        [bytes(cell) if isinstance(cell, memoryview) else cell for cell in rows[0]]
    )


def test_another_secret_key_is_told_in_words(database_url: str) -> None:
    store = open_store(database_url, Cipher(b"the first key"))
    store.commit([store.secrets.put("acme", "TOKEN", "value", NOW)])
    store.close()

    another = open_store(database_url, Cipher(b"another key"))
    with pytest.raises(ConfigError, match="PENSTOCK_SECRET_KEY"):
        another.secrets.reveal_all("acme")
    another.close()
    rotated = open_store(database_url, Cipher(b"another key", b"the first key"))
    assert rotated.secrets.reveal_all("acme") == {"TOKEN": "value"}
    rotated.close()


def test_a_removed_secret_is_gone(store: SqlStore) -> None:
    store.commit([store.secrets.put("acme", "TOKEN", "value", NOW)])
    with pytest.raises(GuardMissed):
        store.commit([store.secrets.delete("other", "TOKEN")])

    store.commit([store.secrets.delete("acme", "TOKEN")])

    assert store.secrets.reveal_all("acme") == {}


def test_a_key_is_found_by_its_hash(store: SqlStore) -> None:
    key = ApiKey(new_id(), "acme", "ci", "psk_abcd", ("read", "write"), NOW)
    store.commit([store.keys.insert(key, "hash")])

    assert store.keys.find("hash") == key
    assert store.keys.find("another") is None
    assert store.keys.list("acme") == [key]
    assert store.keys.list("other") == []
    with pytest.raises(GuardMissed):
        store.commit([store.keys.delete("other", key.id)])
    store.commit([store.keys.delete("acme", key.id)])
    assert store.keys.find("hash") is None


def test_a_tenant_keeps_its_settings(store: SqlStore) -> None:
    tenant = Tenant("acme", "Acme", {}, NOW)
    store.commit([store.tenants.insert(tenant)])
    store.commit([store.tenants.change_settings("acme", {"channels": {"events": True}})])

    assert store.tenants.all() == [replace(tenant, settings={"channels": {"events": True}})]
    assert store.tenants.get("other") is None


def test_an_inbound_entry_is_answered_once_and_shows_its_events_body(store: SqlStore) -> None:
    event = make_event()
    entry = make_request_entry(
        id=event.id,
        direction="in",
        event_id=event.id,
        request_body=None,
        status=None,
        response_headers=None,
        response_body=None,
        duration=None,
    )
    store.commit([store.events.insert(event), store.requests.insert(entry)])
    store.commit([store.requests.answer("acme", event.id, 200, {"a": "b"}, b"first", 3)])
    store.commit([store.requests.answer("acme", event.id, 500, {}, b"second", 9)])

    found = store.requests.get("acme", event.id)

    assert found is not None
    assert found.request_body == event.raw
    assert (found.status, found.response_body, found.duration) == (200, b"first", 3)
    assert store.requests.get("other", event.id) is None


def test_requests_are_filtered(store: SqlStore) -> None:
    run = make_run()
    entries = [
        make_request_entry(run_id=run.id),
        make_request_entry(status=503),
        make_request_entry(direction="in", started_at=NOW + 10),
    ]
    store.commit([store.requests.insert(entry) for entry in entries])

    def ids(**which: object) -> list[str]:
        page = store.requests.list("acme", RequestFilter(**which), ListQuery())
        return [entry.id for entry in page.items]

    assert ids() == [entry.id for entry in reversed(entries)]
    assert ids(run_id=run.id) == [entries[0].id]
    assert ids(status=503) == [entries[1].id]
    assert ids(direction="in") == [entries[2].id]
    assert ids(since=NOW + 5) == [entries[2].id]


def test_an_event_that_is_no_json_keeps_what_it_was_parsed_to(store: SqlStore) -> None:
    form = make_event(body={"name": "Ada"}, raw=b"name=Ada", is_json=False)
    empty = make_event(body=None, raw=b"", is_json=False)
    store.commit([store.events.insert(form), store.events.insert(empty)])

    assert store.events.get("acme", form.id) == form
    assert store.events.get("acme", empty.id) == empty
    assert store.events.get("other", form.id) is None
