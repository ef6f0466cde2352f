"""Events of a key run one after another, in the order in which they came; others meanwhile."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from core.errors import InvalidError
from core.event_keys import LONGEST_KEY, bounded_key
from core.states import RunStatus
from engine.order.keys import EventKeys
from engine.replies import JsonReply, Problem
from store.database import Database
from store.prepared import Prepared
from tests.support.builders import make_document, make_event, send, step
from tests.support.keyed import (
    NO_RETRY,
    fail_for,
    keyed_document,
    post_event,
    run_all,
    told,
)
from tests.support.workbench import TENANT, Workbench, answered

BY_CUSTOMER = {"order_by": "<customer.id>"}


def keys_of(bench: Workbench, settings: dict[str, Any], body: Any, **event: Any) -> EventKeys:
    bench.publish(make_document(settings=settings))
    templates = bench.service.intake._catalog.of(TENANT).live["orders"].plan.keys
    assert templates is not None
    return templates.of(make_event(body=body, **event))


def test_events_of_a_key_run_one_after_another_and_keys_beside_each_other(
    bench: Workbench,
) -> None:
    bench.publish(keyed_document(**BY_CUSTOMER))
    for number in range(3):
        for customer in ("ada", "bob"):
            post_event(bench, customer, number)
    assert told(bench) == []

    assert bench.run_due() == 2
    assert sorted(told(bench)) == [("ada", 0), ("bob", 0)]
    run_all(bench)

    assert [number for customer, number in told(bench) if customer == "ada"] == [0, 1, 2]
    assert [number for customer, number in told(bench) if customer == "bob"] == [0, 1, 2]
    assert {run.status for run in bench.runs("orders")} == {RunStatus.SUCCEEDED}


def test_a_retry_of_the_first_keeps_the_others_waiting(bench: Workbench) -> None:
    bench.partner.answers(answered(503), answered(200))
    bench.publish(
        make_document(
            send(
                "tell",
                "https://partner.example/tell",
                with_={"body": {"n": "<n>"}},
                retry={"attempts": 3, "initial": "1m", "jitter": 0},
            ),
            settings=BY_CUSTOMER,
        )
    )
    first, second = post_event(bench, "ada", 1), post_event(bench, "ada", 2)
    run_all(bench)

    states = [run.status for run in bench.runs("orders")]
    assert states == [RunStatus.WAITING, RunStatus.QUEUED]
    bench.clock.turn(60_000)
    run_all(bench)

    ends = {run.id: run.finished_at for run in bench.runs("orders")}
    assert len(bench.partner.received) == 3
    assert ends.keys() == {first.id, second.id}
    assert all(ends.values())


@pytest.mark.parametrize("how", ["fail", "cancel", "break"])
def test_however_a_run_ends_the_next_one_goes_on(
    bench: Workbench, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.publish(keyed_document(**BY_CUSTOMER))
    first, second = post_event(bench, "ada", 1), post_event(bench, "ada", 2)
    match how:
        case "fail":
            bench.partner.answers(answered(422), answered(200))
        case "cancel":
            bench.service.runs.cancel(TENANT, first.id)
        case "break":
            attempts = iter([RuntimeError("broken")])

            def attempt(*_: Any) -> Any:
                raise next(attempts)

            with monkeypatch.context() as patched:
                patched.setattr("engine.execution.Execution._advance", attempt)
                bench.run_due()
    run_all(bench)

    ended = {run.id: run.status for run in bench.runs("orders")}
    assert ended[first.id] is not RunStatus.SUCCEEDED
    assert ended[second.id] is RunStatus.SUCCEEDED


def test_an_event_without_a_key_runs_at_once(bench: Workbench) -> None:
    """Whether it is missing, null or empty: it waits for nothing, and is never lost."""
    bench.publish(keyed_document(**BY_CUSTOMER))
    post_event(bench, "ada", 1)

    for number, body in enumerate([{}, {"customer": None}, {"customer": {"id": ""}}], 2):
        assert isinstance(bench.post({**body, "n": number}), JsonReply)

    assert [number for _, number in told(bench)] == [2, 3, 4]
    assert [run.order_key for run in bench.runs("orders")] == ["ada", None, None, None]


@pytest.mark.parametrize(
    ("template", "key"),
    [
        ("<customer.id>", "17"),
        ("<region>/<customer.id>", "eu/17"),
        ("{{ lower(region) }}", "eu"),
        ("<trigger.headers.x-shop>", "north"),
        ("<trigger.query.shop>", None),
        ("<lines>", '[{"sku":"A"}]'),
        ("everything", "everything"),
    ],
)
def test_a_key_is_made_of_the_event(bench: Workbench, template: str, key: str | None) -> None:
    body = {"customer": {"id": 17}, "region": "eu", "lines": [{"sku": "A"}]}

    found = keys_of(bench, {"order_by": template}, body, headers={"x-shop": "north"})

    assert found == EventKeys(key, None)


def test_the_key_of_the_quarantine_is_that_of_the_order_unless_it_has_its_own(
    bench: Workbench,
) -> None:
    body = {"customer": {"id": "C"}, "order": "O"}
    both = {"order_by": "<order>", "quarantine": {}}
    own = {"order_by": "<order>", "quarantine": {"key": "<customer.id>"}}
    alone = {"quarantine": {"key": "<customer.id>", "after": 1}}

    assert keys_of(bench, both, body) == EventKeys("O", "O")
    assert keys_of(bench, own, body) == EventKeys("O", "C")
    assert keys_of(bench, alone, body) == EventKeys(None, "C")


def test_a_long_key_is_bounded_and_stays_its_own() -> None:
    one, other = "x" * 5_000, "x" * 4_999 + "y"

    assert len(bounded_key(one)) <= LONGEST_KEY
    assert bounded_key(one) == bounded_key(one) != bounded_key(other)
    assert bounded_key("C-17 Müller/…?&") == "C-17 Müller/…?&"
    assert bounded_key("a\0b\ud800") == "a\ufffdb?"


@pytest.mark.parametrize(
    ("settings", "path", "words"),
    [
        ({"order_by": "<steps.tell.body>"}, "$.settings.order_by", "steps is not known"),
        ({"order_by": "<secrets.TOKEN>"}, "$.settings.order_by", "secrets is not known"),
        ({"order_by": "<run.id>"}, "$.settings.order_by", "run is not known"),
        ({"order_by": "{{ nothing( }}"}, "$.settings.order_by", ""),
        ({"order_by": ""}, "$.settings.order_by", ""),
        ({"order_by": 5}, "$.settings.order_by", ""),
        ({"quarantine": {"after": 2}}, "$.settings.quarantine", "needs a key"),
        ({"quarantine": {"key": "<tenant.id>"}}, "$.settings.quarantine.key", "tenant is not"),
        ({"quarantine": {"key": "<a>", "after": 0}}, "$.settings.quarantine.after", ""),
        ({"quarantine": {"key": "<a>", "rest": 1}}, "$.settings.quarantine.rest", ""),
    ],
)
def test_a_key_that_cannot_be_made_is_refused_as_it_is_published(
    bench: Workbench, settings: dict[str, Any], path: str, words: str
) -> None:
    document = make_document(settings=settings)

    with pytest.raises(InvalidError) as refused:
        bench.publish(document)

    assert any(one.path.startswith(path) and words in one.message for one in refused.value.faults)
    assert bench.service.versions.faults(document) == bench.service.sketches._faults.find(document)


def test_a_caller_who_waits_gets_its_answer_when_it_is_its_turn(bench: Workbench) -> None:
    document = make_document(
        step("answer", "respond", {"status": 200, "body": {"n": "<n>"}}), settings=BY_CUSTOMER
    )
    document["trigger"]["with"]["respond"] = "step"
    bench.publish(document)
    working = threading.Event()
    executing = threading.Thread(target=_execute, args=(bench, working), daemon=True)
    executing.start()

    replies = [bench.post({"customer": {"id": "ada"}, "n": number}) for number in range(3)]

    working.set()
    executing.join()
    assert [(reply.status, reply.body) for reply in replies] == [  # type: ignore[union-attr]
        (200, b'{"n":0}'),
        (200, b'{"n":1}'),
        (200, b'{"n":2}'),
    ]


def _execute(bench: Workbench, done: threading.Event) -> None:
    while not done.wait(0.005):
        bench.run_due()


def test_a_caller_whose_turn_does_not_come_in_time_is_told_so(bench: Workbench) -> None:
    document = make_document(settings=BY_CUSTOMER)
    document["trigger"]["with"] |= {"respond": "finished", "respond_timeout": "10ms"}
    bench.publish(document)
    bench.clock.moment -= 1
    turn = iter(range(10**6))
    now = bench.clock.now
    bench.clock.now = lambda: now() + next(turn)  # type: ignore[method-assign]

    reply = bench.post({"customer": {"id": "ada"}})

    assert isinstance(reply, Problem)
    assert reply.status == 504
    [run] = bench.runs("orders")
    assert run.status is RunStatus.QUEUED


def test_an_automation_without_keys_pays_for_none(
    file_bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the request to the end: the statements that are needed anyhow, and no read."""
    file_bench.publish(make_document(send("tell", "https://partner.example/tell")))
    file_bench.post()
    executed: list[str] = []
    calls, read = Prepared.calls, Database.read

    def counted(self: Prepared, rows: Any) -> Any:
        executed.append(self.sql.split(" (")[0].partition(" SET")[0])
        return calls(self, rows)

    def read_counted(self: Database, work: Any) -> Any:
        executed.append("read")
        return read(self, work)

    monkeypatch.setattr(Prepared, "calls", counted)
    monkeypatch.setattr(Database, "read", read_counted)
    file_bench.post()

    assert executed == [
        "INSERT INTO events",
        "INSERT INTO usage_counts",
        "INSERT INTO requests",
        "INSERT INTO runs",
        "INSERT INTO usage_counts",
        "INSERT INTO step_runs",
        "INSERT INTO requests",
        "UPDATE runs",
    ]


def test_a_replay_takes_its_place_at_the_end(bench: Workbench) -> None:
    fail_for(bench, "ada")
    bench.publish(keyed_document(**BY_CUSTOMER))
    first = post_event(bench, "ada", 1)
    run_all(bench)
    fail_for(bench)
    post_event(bench, "ada", 2)

    again = bench.service.runs.replay(TENANT, first.id)

    assert again.status is RunStatus.QUEUED
    assert again.due_at is None
    run_all(bench)
    assert [number for _, number in told(bench)] == [1, 2, 1]


def test_what_starts_inside_and_by_hand_keeps_its_order_too(bench: Workbench) -> None:
    document = keyed_document(**BY_CUSTOMER)
    document["trigger"] = {"type": "event", "with": {"event": "order.*"}, "next": ["tell"]}
    bench.publish(document, "inside")
    payload = {"customer": {"id": "<customer.id>"}, "n": "<n>"}
    tell = step("emit", "emit-event", {"event": "order.made", "payload": payload})
    bench.publish(make_document(tell))
    for number in range(3):
        bench.post({"customer": {"id": "ada"}, "n": number})

    bench.relay.hand_on()
    assert [run.due_at is None for run in bench.runs("inside")] == [False, True, True]
    bench.tell()

    assert told(bench) == [("ada", 0), ("ada", 1), ("ada", 2)]


def test_the_steps_that_follow_a_failure_come_before_the_next_one(bench: Workbench) -> None:
    """Its turn is over when it has ended, not when its end is decided."""
    fail_for(bench, "ada")
    sorry = send("sorry", "https://partner.example/sorry", with_={"body": {"customer": "", "n": 9}})
    document = keyed_document(**BY_CUSTOMER)
    document["steps"].append({**sorry, "retry": NO_RETRY})
    bench.publish({**document, "on_failure": ["sorry"]})
    for number in range(2):
        post_event(bench, "ada", number)

    run_all(bench)

    assert [number for _, number in told(bench)] == [0, 9, 1, 9]
    assert {run.status for run in bench.runs("orders")} == {RunStatus.FAILED}
