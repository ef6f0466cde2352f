"""Subscriptions are kept as people decided them, their signing secrets encrypted."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from core.errors import GuardMissed
from core.subscriptions import Scope, SigningSecrets, Subscription
from core.writes import ListQuery
from store import SqlStore
from store.database import Database
from tests.support.builders import NOW
from tests.support.subscriptions import SECRET, make_subscription


def add(store: SqlStore, subscription: Subscription, secret: str = SECRET) -> Subscription:
    store.commit([store.subscriptions.insert(subscription, secret)])
    return subscription


def test_a_subscription_is_kept_as_it_was_made(store: SqlStore) -> None:
    made = make_subscription(
        name="Größe",
        events=("run.*", "order.created"),
        scope=Scope(("orders",), ("billing",)),
        payload={"text": "<data.error>"},
        headers={"Authorization": "Bearer <secrets.TOKEN>"},
    )
    add(store, made)

    assert store.subscriptions.get("acme", made.id) == made
    assert store.subscriptions.get("globex", made.id) is None
    assert store.subscriptions.secrets("acme", made.id) == SigningSecrets(SECRET)
    assert store.subscriptions.secrets("globex", made.id) is None


def test_its_secret_is_not_readable_on_disk(store: SqlStore, database_url: str) -> None:
    add(store, make_subscription())
    database = Database(database_url)
    with database.engine.connect() as connection:
        [kept] = connection.execute(text("SELECT secret FROM subscriptions")).scalars()
    database.close()
    assert SECRET.encode() not in bytes(kept)
    assert b"MfKQ9r8G" not in bytes(kept)


def test_lists_are_of_one_tenant_and_the_newest_first(store: SqlStore) -> None:
    made = [add(store, make_subscription(name=name)) for name in ("a", "", "c")]
    add(store, make_subscription(tenant="globex"))
    disabled = add(store, make_subscription(enabled=False))

    first = store.subscriptions.list("acme", ListQuery(limit=2))
    rest = store.subscriptions.list("acme", ListQuery(first.next, limit=2))

    assert [*first.items, *rest.items] == [disabled, *reversed(made)]
    assert store.subscriptions.enabled("acme") == made
    ids = [one.id for one in (*made, disabled)]
    titles = store.subscriptions.titles("acme", [*ids, "nothing"])
    assert [titles[one] for one in ids] == ["a", made[1].url, "c", disabled.url]
    assert store.subscriptions.titles("globex", ids) == {}


def test_it_is_replaced_only_at_its_revision(store: SqlStore) -> None:
    made = add(store, make_subscription())
    store.commit([store.subscriptions.failed("acme", made.id, NOW + 5)])
    changed = replace(made, url="https://other.example", enabled=False, revision=2)
    store.commit([store.subscriptions.replace(changed, revision=1)])

    with pytest.raises(GuardMissed):
        store.commit([store.subscriptions.replace(changed, revision=1)])

    kept = store.subscriptions.get("acme", made.id)
    assert kept == replace(changed, failing_since=NOW + 5), "its health is not people's to write"


def test_another_secret_keeps_the_one_before_for_a_while(store: SqlStore) -> None:
    made = add(store, make_subscription())
    rotate = store.subscriptions.rotate
    store.commit([rotate("acme", made.id, "whsec_bmV3", NOW + 1, NOW + 10)])

    secrets = store.subscriptions.secrets("acme", made.id)

    assert secrets == SigningSecrets("whsec_bmV3", SECRET, NOW + 10)
    assert secrets.valid(NOW + 9) == ("whsec_bmV3", SECRET)
    assert secrets.valid(NOW + 10) == ("whsec_bmV3",)
    kept = store.subscriptions.get("acme", made.id)
    assert (kept.previous_secret_until, kept.updated_at) == (NOW + 10, NOW + 1)
    for tenant, which in (("globex", made.id), ("acme", "nothing")):
        with pytest.raises(GuardMissed):
            store.commit([rotate(tenant, which, "whsec_bmV3", NOW, NOW)])


def test_health_follows_what_the_endpoint_did(store: SqlStore) -> None:
    made = add(store, make_subscription())
    steps = [
        (store.subscriptions.failed("acme", made.id, NOW + 1), (NOW + 1, None)),
        (store.subscriptions.failed("acme", made.id, NOW + 2), (NOW + 1, None)),
        (store.subscriptions.succeeded("acme", made.id, NOW + 3), (None, NOW + 3)),
        (store.subscriptions.failed("acme", made.id, NOW + 4), (NOW + 4, NOW + 3)),
        (store.subscriptions.forgive("acme", made.id), (None, NOW + 3)),
        (store.subscriptions.failed("globex", made.id, NOW + 5), (None, NOW + 3)),
    ]
    for write, expected in steps:
        store.commit([write])
        kept = store.subscriptions.get("acme", made.id)
        assert (kept.failing_since, kept.last_success_at) == expected


def test_it_is_disabled_once_and_only_after_it_failed_for_so_long(store: SqlStore) -> None:
    made = add(store, make_subscription())
    disable = store.subscriptions.disable
    with pytest.raises(GuardMissed):
        store.commit([disable("acme", made.id, "too long", NOW + 9, failing_before=NOW)])
    store.commit([store.subscriptions.failed("acme", made.id, NOW + 1)])
    with pytest.raises(GuardMissed):
        store.commit([disable("acme", made.id, "too long", NOW + 9, failing_before=NOW)])

    store.commit([disable("acme", made.id, "too long", NOW + 9, failing_before=NOW + 1)])

    kept = store.subscriptions.get("acme", made.id)
    assert (kept.enabled, kept.disabled_because, kept.revision) == (False, "too long", 2)
    with pytest.raises(GuardMissed):
        store.commit([disable("acme", made.id, "again", NOW + 10)])


def test_a_deleted_one_is_gone(store: SqlStore) -> None:
    made = add(store, make_subscription())
    with pytest.raises(GuardMissed):
        store.commit([store.subscriptions.delete("globex", made.id)])
    store.commit([store.subscriptions.delete("acme", made.id)])
    assert store.subscriptions.get("acme", made.id) is None
