"""Large bodies and values are kept compressed, and read as they were."""

from __future__ import annotations

import json
import os

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from core.records import RecordFilter
from core.writes import ListQuery
from store import SqlStore
from store.database import Database
from store.encoding import decode, encode
from store.packing import LARGE, pack, unpack
from tests.support.builders import (
    make_collection,
    make_event,
    make_record,
    make_request_entry,
    make_run,
    make_step_run,
)

ORDER = {"lines": [{"sku": f"TEA-{number % 9}", "price": 12.5} for number in range(5_000)]}
RAW = json.dumps(ORDER).encode()


def stored_bytes(url: str, table: str, column: str) -> int:
    """How many bytes the only row of a table keeps in a column."""
    database = Database(url)
    question = text(f"SELECT length({column}) FROM {table}")
    found = database.read(lambda connection: connection.execute(question).scalar_one())
    database.close()
    return int(found)


@given(
    st.binary(max_size=64),
    st.sampled_from([b"", b"\0", b"\0penstock:", b"\0penstock:zstd\0", b"\0penstock:as-is\0"]),
    st.sampled_from([0, 1, LARGE, 3 * LARGE]),
)
def test_bytes_come_back_as_they_were(some: bytes, before: bytes, more: int) -> None:
    plain = before + some + b"x" * more
    assert unpack(pack(plain)) == plain
    assert unpack(memoryview(pack(plain))) == plain


def test_what_is_large_takes_less_and_what_is_random_no_more() -> None:
    assert len(pack(RAW)) < len(RAW) / 5
    assert pack(noise := os.urandom(LARGE * 4)) == noise
    assert pack(small := b"x" * (LARGE - 1)) == small
    assert decode(encode(ORDER)) == ORDER


def test_what_was_kept_before_is_read_as_it_is() -> None:
    for old in (b"", b"\0", b"\0\1 any old bytes", RAW, b'{"a": 1}'):
        assert unpack(old) == old
    assert decode(RAW) == ORDER


def test_events_runs_steps_and_requests_are_kept_so(store: SqlStore, database_url: str) -> None:
    event = make_event(body=ORDER, raw=RAW)
    run = make_run(event, output=ORDER)
    step = make_step_run(output=ORDER)
    entry = make_request_entry(request_body=RAW, response_body=RAW, run_id=run.id)
    store.commit(
        [
            store.events.insert(event),
            store.runs.insert(run),
            store.runs.keep_step(run, step),
            store.requests.insert(entry),
        ]
    )

    assert store.events.get("acme", event.id) == event
    assert store.runs.get("acme", run.id) == run
    assert store.runs.journal("acme", run.id) == [step]
    assert store.requests.get("acme", entry.id) == entry
    for table, column in (
        ("events", "raw"),
        ("runs", "output"),
        ("step_runs", "output"),
        ("requests", "request_body"),
        ("requests", "response_body"),
    ):
        assert stored_bytes(database_url, table, column) < len(RAW) / 5, column


def test_an_answer_and_a_body_of_no_json_are_kept_so(store: SqlStore) -> None:
    odd = b"\0penstock:zstd\0" + b"no frame of zstandard" * 500
    event = make_event(body={"raw": "odd"}, raw=odd, is_json=False)
    entry = make_request_entry(direction="in", request_body=None, status=None, event_id=event.id)
    store.commit([store.events.insert(event), store.requests.insert(entry)])
    store.commit([store.requests.answer("acme", entry.id, 200, {}, odd, 5)])

    found = store.requests.get("acme", entry.id)
    assert store.events.get("acme", event.id) == event
    assert found is not None
    assert (found.request_body, found.response_body) == (odd, odd)


def test_records_are_kept_as_text_and_still_searched(store: SqlStore) -> None:
    record = make_record(values={"note": "needle " + "hay " * LARGE})
    store.commit([store.collections.insert(make_collection())])
    store.commit(store.records.insert(record, 10))

    which = RecordFilter(text="needle")
    found = store.records.list("acme", record.collection, which, ListQuery())
    assert [one.id for one in found.items] == [record.id]
