"""Listening in an installation of several processes: what comes to one is heard in another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.errors import BusyError, StorageUnavailable
from core.request_store import RequestFilter
from core.samples import SampleSource
from core.writes import ListQuery
from engine.replies import JsonReply, Problem
from engine.trying import listening, samples
from engine.trying.listen_exchange import KNOWN_AFTER, RENEWED_FOR, ListenExchange
from engine.trying.listening import MOST_UNREAD, Listening
from store import Cipher, SqlStore, open_store
from store.database import Database
from tests.support.builders import make_document
from tests.support.workbench import TENANT, Workbench


class Two:
    """Two processes over one store. Ada listens in the one, partners post to the other."""

    def __init__(self, store: SqlStore, other: SqlStore) -> None:
        self.here = Workbench(store, shared=True)
        self.there = Workbench(other, shared=True, beside=self.here)

    def listen(self, document: Any = None, bench: Workbench | None = None) -> Listening:
        """A listening in the first process of which the others have learned."""
        one = bench or self.here
        heard = one.service.listeners.listen(TENANT, "orders", document or draft(), user="ada")
        assert isinstance(heard, Listening)
        self.look()
        return heard

    def look(self) -> None:
        for one in (self.here, self.there):
            exchange(one).look()

    def pass_on(self) -> None:
        """What each process has to store is stored, and what is stored reaches listeners."""
        for one in (self.here, self.there):
            exchange(one).send()
        for one in (self.here, self.there):
            exchange(one).collect()
            exchange(one).send()


def exchange(bench: Workbench) -> ListenExchange:
    found = bench.service.listeners.exchange
    assert found is not None
    return found


@pytest.fixture
def two(database_url: str) -> Iterator[Two]:
    stores = [open_store(database_url, Cipher(b"a key of the tests")) for _ in range(2)]
    yield Two(*stores)
    for store in stores:
        store.close()


def draft(path: str = "orders", **options: Any) -> dict[str, Any]:
    trigger = {"type": "webhook", "with": {"path": path, **options}, "next": ["answer"]}
    return make_document(trigger=trigger)


def names(heard: Listening) -> list[str]:
    return [one.name for one in heard]


def rows(database_url: str) -> list[int]:
    """How many rows there are of listenings, and of what was heard."""
    database = Database(database_url)
    with database.engine.connect() as connection:
        counts = [
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            for table in ("listenings", "heard")
        ]
    database.close()
    return counts


def test_a_request_to_a_draft_is_captured_by_the_process_that_it_came_to(
    two: Two, database_url: str
) -> None:
    heard = two.listen(draft("shops/{shop}/orders"))

    reply = two.there.post({"id": 1}, path="shops/berlin/orders")

    assert isinstance(reply, JsonReply)
    assert (reply.status, reply.payload["status"]) == (202, "captured")
    two.pass_on()
    waiting, captured, over = heard
    assert (waiting.name, captured.name, over.name) == ("waiting", "captured", "over")
    assert captured.data["sample"]["id"] == reply.payload["sample_id"]
    assert captured.data["sample"]["event"]["params"] == {"shop": "berlin"}
    [kept] = two.here.service.samples.list(TENANT, "orders")
    assert (kept.id, kept.source) == (reply.payload["sample_id"], SampleSource.CAPTURED)
    two.there.store.check()
    [entry] = two.there.service.requests.list(TENANT, RequestFilter(), ListQuery()).items
    assert (entry.direction, entry.status, entry.event_id) == ("in", 202, None)
    assert rows(database_url) == [0, 0]


def test_a_request_to_the_live_automation_is_processed_where_it_came_and_heard_here(
    two: Two,
) -> None:
    two.here.publish(make_document())
    heard = two.listen()

    reply = two.there.post({"order": {"id": 7}}, headers={"authorization": "Bearer abc"})

    assert isinstance(reply, JsonReply)
    assert reply.payload["status"] == "accepted"
    assert two.there.last_run().status == "succeeded"
    two.pass_on()
    waiting, captured, over = heard
    assert (waiting.name, captured.name, over.name) == ("waiting", "captured", "over")
    event = captured.data["sample"]["event"]
    assert event["body"] == {"order": {"id": 7}}
    assert event["headers"]["authorization"] == "Bearer [masked]"


def test_refusals_and_answers_there_are_told_here_and_it_goes_on(two: Two) -> None:
    two.here.service.secrets.put(TENANT, "SHOP", "shop-token-1")
    auth = {"type": "header", "header": "X-Token", "secret": "SHOP"}
    heard = two.listen(draft(auth=auth))

    assert two.there.post({"id": 1}, headers={"x-token": "a guess"}).status == 401  # type: ignore[union-attr]
    two.pass_on()

    assert next(heard).name == "waiting"
    refused = next(heard)
    assert (refused.name, refused.data["status"]) == ("refused", 401)
    two.there.post({"id": 1}, headers={"x-token": "shop-token-1"})
    two.pass_on()
    captured = next(heard)
    assert captured.name == "captured"
    assert captured.data["sample"]["event"]["headers"]["x-token"] == "[masked]"


def test_what_is_stored_of_a_refusal_holds_no_secret(two: Two, database_url: str) -> None:
    two.here.service.secrets.put(TENANT, "PIN", "pin-of-the-shop")
    schema = {"type": "object", "properties": {"kind": {"enum": ["order"]}}}
    heard = two.listen(draft(body_schema=schema))

    two.there.post({"pin-of-the-shop": 1, "kind": "pin-of-the-shop"})
    exchange(two.there).send()

    [told] = two.here.store.listenings.heard([heard.id])
    assert told.name == "refused"
    assert "pin-of-the-shop" not in str(told.data)
    exchange(two.here).collect()
    assert [next(heard).name for _ in range(2)] == ["waiting", "refused"]
    assert rows(database_url) == [1, 0]


def test_a_refusal_of_the_live_automation_there_is_told_too(two: Two) -> None:
    document = draft(body_schema={"type": "object", "required": ["order"]})
    two.here.publish(document)
    heard = two.listen(document)

    two.there.post({})
    two.pass_on()

    assert next(heard).name == "waiting"
    assert next(heard).data["errors"] == [{"path": "$.order", "message": "is missing"}]


def test_it_is_told_as_begun_when_all_others_have_had_the_time_to_learn_of_it(two: Two) -> None:
    heard = two.listen()
    exchange(two.here).collect()
    assert heard._heard.empty()

    two.here.clock.turn(KNOWN_AFTER)
    exchange(two.here).collect()

    assert next(heard).name == "waiting"
    heard.close()


def test_nobody_pays_while_nobody_listens_and_the_flag_falls_with_the_last_one(
    two: Two, database_url: str
) -> None:
    listeners = two.there.service.listeners
    assert listeners.any is False
    first, second = two.listen(), two.listen()
    assert listeners.any is True

    first.close()
    exchange(two.here).send()
    exchange(two.there).look()
    assert listeners.any is True
    second.close()
    exchange(two.here).send()
    exchange(two.there).look()

    assert listeners.any is False
    assert rows(database_url) == [0, 0]


def test_a_process_does_not_take_its_own_listeners_for_others(two: Two) -> None:
    heard = two.listen()
    assert exchange(two.here).elsewhere.open == ()
    assert len(exchange(two.there).elsewhere.open) == 1

    heard.close()
    exchange(two.here).look()

    assert two.here.service.listeners.any is False


def test_one_request_is_enough_wherever_the_next_one_comes(two: Two) -> None:
    third = Workbench(two.there.store, shared=True, beside=two.here)
    two.listen()
    exchange(third).look()

    assert two.there.post({"id": 1}).status == 202  # type: ignore[union-attr]
    assert two.there.post({"id": 2}).status == 404  # type: ignore[union-attr]
    exchange(two.there).send()
    assert third.post({"id": 3}).status == 404  # type: ignore[union-attr]
    assert third.service.listeners.any is False
    two.pass_on()
    assert two.here.post({"id": 4}).status == 404  # type: ignore[union-attr]
    [kept] = two.here.service.samples.list(TENANT, "orders")
    assert kept.event["body"] == {"id": 1}


def test_what_was_captured_here_is_not_captured_there_again(two: Two) -> None:
    two.here.publish(make_document())
    heard = two.listen()

    two.there.post({"id": 1})
    two.here.post({"id": 2})
    two.pass_on()

    assert names(heard) == ["waiting", "captured", "over"]
    [kept] = two.here.service.samples.list(TENANT, "orders")
    assert kept.event["body"] == {"id": 2}


def test_listeners_in_both_processes_get_the_same_sample(two: Two) -> None:
    first, second = two.listen(), two.listen(bench=two.there)

    reply = two.there.post({"id": 1})
    two.pass_on()

    captured = [[one for one in heard if one.name == "captured"] for heard in (first, second)]
    ids = {one.data["sample"]["id"] for [one] in captured}
    assert ids == {reply.payload["sample_id"]}  # type: ignore[union-attr]
    assert len(two.here.service.samples.list(TENANT, "orders")) == 1


def test_another_tenant_s_requests_are_not_heard(two: Two) -> None:
    two.here.service.tenants.create("globex", "Globex")
    heard = two.here.service.listeners.listen("globex", "orders", draft(), user="eve")
    two.look()

    assert two.there.post({}).status == 404  # type: ignore[union-attr]
    heard.close()


def test_the_draft_s_methods_and_origins_hold_there_too(two: Two) -> None:
    two.listen(draft(methods=["PUT"], cors_origins=["https://shop.example"]))
    origin = {"origin": "https://shop.example"}

    preflight = two.there.post(
        method="OPTIONS", headers={**origin, "access-control-request-method": "PUT"}
    )
    reply = two.there.post({}, method="PUT", headers=origin)

    assert preflight.status == 204  # type: ignore[union-attr]
    assert ("Access-Control-Allow-Origin", "https://shop.example") in reply.headers
    assert two.there.post({}).status == 404  # type: ignore[union-attr]


def test_a_listening_goes_on_while_it_is_renewed_and_ends_with_its_process(
    two: Two, database_url: str
) -> None:
    two.listen()
    two.here.clock.turn(RENEWED_FOR - 1)
    exchange(two.here).renew()
    two.here.clock.turn(RENEWED_FOR - 1)
    exchange(two.there).look()
    assert two.there.service.listeners.any is True

    # From here on its process is dead.
    two.here.clock.turn(1)
    assert two.there.post({}).status == 404  # type: ignore[union-attr]
    assert two.there.service.listeners.any is False
    exchange(two.there).look()
    assert two.there.service.listeners.any is False

    two.here.clock.turn(600_001)
    for _ in two.there.parts.retention.steps():
        """Deletes what has lapsed."""
    assert rows(database_url) == [0, 0]


def test_one_that_could_not_be_renewed_for_a_while_is_heard_again(two: Two) -> None:
    heard = two.listen()
    two.here.clock.turn(RENEWED_FOR)
    assert two.there.post({}).status == 404  # type: ignore[union-attr]
    exchange(two.there).look()

    exchange(two.here).renew()
    exchange(two.there).look()
    two.there.post({"id": 1})
    two.pass_on()

    assert names(heard) == ["waiting", "captured", "over"]


def test_a_listener_that_nobody_reads_is_removed_with_its_time(two: Two, database_url: str) -> None:
    unread = two.listen()
    two.here.clock.turn(round(listening.LONGEST_SECONDS * 1000))

    exchange(two.here).renew()
    exchange(two.here).send()

    assert rows(database_url) == [0, 0]
    unread.close()


def test_a_server_that_stops_leaves_none_behind(two: Two, database_url: str) -> None:
    heard = two.listen()

    two.here.service.listeners.stop()
    with pytest.raises(BusyError, match="being stopped"):
        two.here.service.listeners.listen(TENANT, "orders", draft(), user="ada")
    exchange(two.here).send()

    assert [one.data["detail"] for one in heard] == ["the server is being stopped"]
    assert rows(database_url) == [0, 0]


def test_a_capture_of_a_live_request_that_cannot_be_kept_is_told_in_words(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "MOST_SAMPLES", 0)
    two.here.publish(make_document())
    heard = two.listen()

    two.there.post({"id": 1})
    two.pass_on()

    [over] = heard
    assert over.name == "over"
    assert over.data["detail"].startswith("the request came, but was not kept: there are 0 samples")


def test_a_capture_for_a_draft_that_cannot_be_kept_is_refused_and_told(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "MOST_SAMPLES", 0)
    heard = two.listen()

    reply = two.there.post({"id": 1})
    two.pass_on()

    assert isinstance(reply, Problem)
    assert (reply.status, reply.title) == (503, "Not captured")
    assert [next(heard).name for _ in range(2)] == ["waiting", "refused"]


def test_what_could_not_be_stored_at_first_is_told_later(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = two.listen()
    two.there.post({"id": 1})
    with monkeypatch.context() as gone:
        gone.setattr(two.there.store, "commit", unavailable)
        with pytest.raises(StorageUnavailable):
            exchange(two.there).send()

    two.pass_on()

    assert names(heard) == ["waiting", "captured", "over"]


def unavailable(_writes: Any) -> None:
    raise StorageUnavailable("the database is away")


def test_a_listening_that_cannot_be_stored_takes_no_place(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as gone:
        gone.setattr(two.here.store, "commit", unavailable)
        for _ in range(5):
            with pytest.raises(StorageUnavailable):
                two.here.service.listeners.listen(TENANT, "orders", draft(), user="ada")

    assert two.here.service.listeners.any is False
    two.listen().close()


def test_a_flood_of_refusals_is_told_in_part(two: Two, database_url: str) -> None:
    auth = {"type": "header", "header": "X-Token", "secret": "SHOP"}
    heard = two.listen(draft(auth=auth))

    for _ in range(MOST_UNREAD + 20):
        two.there.post({})
    exchange(two.there).send()

    assert rows(database_url) == [1, MOST_UNREAD]
    heard.close()
    two.pass_on()
    assert rows(database_url) == [0, 0]


def test_a_sample_that_was_deleted_before_it_was_told_is_told_so(two: Two) -> None:
    heard = two.listen()
    reply = two.there.post({"id": 1})
    assert isinstance(reply, JsonReply)
    two.here.service.samples.delete(TENANT, "orders", reply.payload["sample_id"])

    two.pass_on()

    *_, over = heard
    assert over.data["detail"].startswith("the request came, but was not kept: ")


def test_an_installation_of_one_process_stores_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'penstock.db'}"
    store = open_store(url, Cipher(b"a key of the tests"))
    bench = Workbench(store)

    heard = bench.service.listeners.listen(TENANT, "orders", draft(), user="ada")

    assert bench.service.listeners.exchange is None
    assert next(heard).name == "waiting"
    assert rows(url) == [0, 0]
    heard.close()
    store.close()
