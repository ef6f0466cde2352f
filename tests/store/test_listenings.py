"""Listenings and what was heard for them are kept as given, and go with the listening."""

from __future__ import annotations

import pytest

from core.listenings import Heard, StoredListening
from core.retention import Lapsing
from store import SqlStore
from tests.store.test_expired_rows import lapse
from tests.support.builders import NOW
from tests.support.listenings import make_heard, make_listening

MINE = make_listening()
OTHERS = make_listening(id="listening-2", tenant="globex", automation_id="bills", holder="two")


@pytest.fixture(autouse=True)
def begun(store: SqlStore) -> None:
    store.commit([store.listenings.begin(one) for one in (MINE, OTHERS)])


def known(store: SqlStore) -> list[StoredListening]:
    return list(store.listenings.some([MINE.id, OTHERS.id]))


def test_each_process_finds_those_of_all_others(store: SqlStore) -> None:
    elsewhere = store.listenings.elsewhere

    assert [elsewhere(holder, NOW) for holder in ("one", "two")] == [[OTHERS.id], [MINE.id]]
    assert sorted(elsewhere("three", NOW)) == [MINE.id, OTHERS.id]
    assert store.listenings.some([MINE.id, "unknown"]) == [MINE]


def test_one_that_is_not_renewed_is_over(store: SqlStore) -> None:
    later = MINE.until
    store.commit([store.listenings.renew("globex", OTHERS.id, later + 1)])

    assert store.listenings.elsewhere("three", later) == [OTHERS.id]
    assert store.listenings.is_open("acme", MINE.id, later - 1)
    assert not store.listenings.is_open("acme", MINE.id, later)
    assert store.listenings.is_open("globex", OTHERS.id, later)


def test_another_tenant_neither_renews_nor_ends_it(store: SqlStore) -> None:
    store.commit([store.listenings.tell(make_heard())])

    store.commit(
        [
            store.listenings.renew("globex", MINE.id, NOW + 1_000_000),
            store.listenings.close("globex", MINE.id),
            *store.listenings.end("globex", MINE.id),
            store.listenings.forget(make_heard(tenant="globex")),
        ]
    )

    assert known(store) == [MINE, OTHERS]
    assert store.listenings.heard([MINE.id]) == [make_heard()]
    assert not store.listenings.is_open("globex", MINE.id, NOW)


def test_what_was_heard_is_there_once_and_in_its_order_until_it_was_told(store: SqlStore) -> None:
    later, first = make_heard(id="heard-3"), make_heard()
    other = make_heard(id="heard-2", listening_id=OTHERS.id, tenant="globex")
    store.commit([store.listenings.tell(one) for one in (later, first, other)])
    store.commit([store.listenings.tell(first)])

    assert store.listenings.heard([MINE.id]) == [first, later]
    assert store.listenings.heard([MINE.id, OTHERS.id]) == [first, other, later]
    store.commit([store.listenings.forget(first)])
    assert store.listenings.heard([MINE.id]) == [later]


def test_one_that_is_closed_still_hears_what_was_told_before(store: SqlStore) -> None:
    captured = make_heard(name="captured", data={"sample_id": "s-1"})
    store.commit([store.listenings.close("acme", MINE.id), store.listenings.tell(captured)])

    assert known(store) == [OTHERS]
    store.commit([store.listenings.renew("acme", MINE.id, NOW + 1_000_000)])
    assert known(store) == [OTHERS]
    assert store.listenings.heard([MINE.id]) == [captured]


def test_nothing_is_left_of_one_that_has_ended(store: SqlStore) -> None:
    told = [make_heard(), make_heard(id="heard-2", listening_id=OTHERS.id, tenant="globex")]
    store.commit([store.listenings.tell(one) for one in told])

    store.commit(store.listenings.end("acme", MINE.id))

    assert known(store) == [OTHERS]
    assert heard_of_all(store) == told[1:]


def test_what_a_dead_process_left_lapses(store: SqlStore) -> None:
    store.commit([store.listenings.renew("globex", OTHERS.id, NOW + 60_000)])
    orphan = make_heard(listening_id=MINE.id, kept_until=NOW + 20_000)
    kept = make_heard(id="heard-2", listening_id=OTHERS.id, tenant="globex")
    store.commit([store.listenings.tell(one) for one in (orphan, kept)])

    assert lapse(store, Lapsing.LISTENINGS, NOW + 30_000) == 1
    assert lapse(store, Lapsing.HEARD, NOW + 30_000) == 1

    assert [one.id for one in known(store)] == [OTHERS.id]
    assert heard_of_all(store) == [kept]


def heard_of_all(store: SqlStore) -> list[Heard]:
    return list(store.listenings.heard([MINE.id, OTHERS.id]))
