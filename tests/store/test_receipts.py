"""A receipt is kept once for its key, until its step is done."""

from __future__ import annotations

import pytest

from core.errors import GuardMissed
from core.record_store import Receipt
from store import SqlStore
from tests.support.builders import NOW


def receipt(key: str = "run.keep", tenant: str = "acme", made_at: int = NOW) -> Receipt:
    return Receipt(tenant, key, {"record": {"id": "C-1", "values": {"a": [1]}}}, made_at)


def test_a_key_has_one_receipt_a_tenant(store: SqlStore) -> None:
    store.commit([store.receipts.insert(receipt()), store.receipts.insert(receipt("run.other"))])
    store.commit([store.receipts.insert(receipt(tenant="globex"))])

    with pytest.raises(GuardMissed):
        store.commit([store.receipts.insert(receipt(made_at=NOW + 1))])

    assert store.receipts.get("acme", "run.keep") == receipt()
    assert store.receipts.get("acme", "run.nothing") is None


def test_a_receipt_goes_with_its_step(store: SqlStore) -> None:
    kept = [receipt("a"), receipt("b"), receipt("a", "globex")]
    store.commit([store.receipts.insert(one) for one in kept])

    store.commit([store.receipts.delete("acme", "b")])

    found = [store.receipts.get(one.tenant, one.key) for one in kept]
    assert found == [kept[0], None, kept[2]]
