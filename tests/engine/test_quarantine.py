"""Events of a key that keeps failing are held, in order, until a person releases them."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from core.account_store import AuditFilter
from core.errors import ConflictError, InvalidError, NotFoundError
from core.model import Run
from core.states import RunStatus
from core.writes import ListQuery
from engine.quarantine.releases import ReleaseOptions
from engine.quarantine.service import HeldEvent
from engine.replies import JsonReply
from tests.support.builders import make_document, step
from tests.support.keyed import (
    BOTH,
    fail_for,
    keyed_document,
    post_event,
    quarantined,
    run_all,
    told,
)
from tests.support.waiting import eventually
from tests.support.workbench import TENANT, Workbench

REPLAY = ReleaseOptions(replay_failed=True)
PLAIN = ReleaseOptions()


def hold(bench: Workbench, customer: str = "ada", waiting: int = 2, **settings: Any) -> str:
    """Three events of a customer fail, and some wait behind them; the quarantine's id."""
    fail_for(bench, customer)
    bench.publish(keyed_document(**(settings or BOTH)))
    for number in range(3):
        post_event(bench, customer, number)
    run_all(bench)
    for number in range(3, 3 + waiting):
        assert post_event(bench, customer, number).status is RunStatus.HELD
    [key] = quarantined(bench)
    return key.id


def held(bench: Workbench, quarantine_id: str) -> list[HeldEvent]:
    return list(bench.service.quarantine.held(TENANT, quarantine_id, ListQuery()).items)


def states(bench: Workbench) -> list[str]:
    return [run.status.value for run in bench.runs("orders")]


def noted(bench: Workbench) -> list[str]:
    page = bench.service.audit.list(TENANT, AuditFilter(verb="quarantine"), ListQuery())
    return [entry.verb for entry in page.items]


def test_after_n_failures_in_a_row_the_rest_of_the_key_is_held(bench: Workbench) -> None:
    fail_for(bench, "ada")
    bench.publish(keyed_document(**BOTH))
    for number in range(5):
        post_event(bench, "ada", number)
        post_event(bench, "bob", number)
    run_all(bench)

    [key] = quarantined(bench)
    assert (key.key.key, key.failures, key.held) == ("ada", 3, 2)
    assert key.error is not None
    assert "422" in key.error
    assert [number for customer, number in told(bench) if customer == "ada"] == [0, 1, 2]
    assert [number for customer, number in told(bench) if customer == "bob"] == [0, 1, 2, 3, 4]
    assert [one.event.body["n"] for one in held(bench, key.id) if one.event] == [3, 4]


def test_a_success_and_a_cancelled_run_hold_nothing(bench: Workbench) -> None:
    bench.publish(keyed_document(**BOTH))
    for outcome in ("fail", "fail", "good", "fail", "cancel", "fail"):
        fail_for(bench, *(["ada"] if outcome == "fail" else []))
        run = post_event(bench, "ada")
        if outcome == "cancel":
            bench.service.runs.cancel(TENANT, run.id)
        run_all(bench)

    assert quarantined(bench) == []


def test_released_events_go_on_in_order(bench: Workbench) -> None:
    quarantine_id = hold(bench, waiting=4)
    fail_for(bench)

    released = bench.service.releases.release(TENANT, quarantine_id, PLAIN)

    assert (released.released, released.replayed) == (4, ())
    assert quarantined(bench) == []
    assert bench.run_due() == 1
    post_event(bench, "ada", 7)
    run_all(bench)
    assert [number for _, number in told(bench)] == [0, 1, 2, 3, 4, 5, 6, 7]


def test_what_failed_can_be_repeated_before_what_was_held(bench: Workbench) -> None:
    quarantine_id = hold(bench)
    fail_for(bench)

    released = bench.service.releases.release(TENANT, quarantine_id, REPLAY)
    run_all(bench)

    assert len(released.replayed) == 3
    assert [number for _, number in told(bench)] == [0, 1, 2, 0, 1, 2, 3, 4]
    assert states(bench) == ["failed"] * 3 + ["succeeded"] * 5


def test_a_released_key_that_fails_again_is_held_again_and_nothing_is_repeated_twice(
    bench: Workbench,
) -> None:
    quarantine_id = hold(bench, waiting=1)
    bench.service.releases.release(TENANT, quarantine_id, REPLAY)
    run_all(bench)

    [key] = quarantined(bench)
    assert key.id != quarantine_id
    assert (key.failures, key.held) == (3, 1)
    fail_for(bench)
    bench.service.releases.release(TENANT, key.id, REPLAY)
    run_all(bench)

    assert [number for _, number in told(bench)] == [0, 1, 2, 0, 1, 2, 0, 1, 2, 3]


def test_events_can_be_released_to_the_version_that_is_live_by_then(bench: Workbench) -> None:
    quarantine_id = hold(bench)
    fixed = make_document(step("keep", "set-values", {"values": {"n": "<n>"}}), settings=BOTH)
    bench.publish(fixed)

    options = ReleaseOptions(replay_failed=True, live_version=True)
    bench.service.releases.release(TENANT, quarantine_id, options)
    run_all(bench)

    runs = bench.runs("orders")
    assert [run.version for run in runs] == [1, 1, 1, 2, 2, 2, 2, 2]
    assert all(run.status is RunStatus.SUCCEEDED for run in runs if run.version == 2)


def test_a_key_is_released_once(bench: Workbench) -> None:
    quarantine_id = hold(bench)
    bench.service.releases.release(TENANT, quarantine_id, PLAIN)

    with pytest.raises(NotFoundError):
        bench.service.releases.release(TENANT, quarantine_id, PLAIN)


def test_one_held_event_is_discarded_with_words(bench: Workbench) -> None:
    quarantine_id = hold(bench)
    first, second = held(bench, quarantine_id)

    bench.service.quarantine.discard(TENANT, quarantine_id, first.run.id, "a test order")

    ended = bench.service.runs.get(TENANT, first.run.id).run
    assert ended.status is RunStatus.CANCELLED
    assert ended.error == "discarded from quarantine: a test order"
    assert [one.run.id for one in held(bench, quarantine_id)] == [second.run.id]
    with pytest.raises(ConflictError, match="cancelled"):
        bench.service.quarantine.discard(TENANT, quarantine_id, first.run.id)


def test_all_held_events_are_discarded_and_the_key_stays_held(bench: Workbench) -> None:
    quarantine_id = hold(bench, waiting=205)

    assert bench.service.quarantine.discard_all(TENANT, quarantine_id) == 205

    assert held(bench, quarantine_id) == []
    assert post_event(bench, "ada", 9).status is RunStatus.HELD
    assert bench.service.quarantine.count(TENANT) == 1


def test_a_run_of_another_key_is_neither_shown_nor_discarded(bench: Workbench) -> None:
    quarantine_id = hold(bench)
    other = post_event(bench, "bob", 1)

    for act in (bench.service.quarantine.discard, bench.service.quarantine.event):
        with pytest.raises(NotFoundError):
            act(TENANT, quarantine_id, other.id)
    with pytest.raises(NotFoundError):
        bench.service.quarantine.get("globex", quarantine_id)


def test_an_edited_event_runs_with_its_new_body_and_keeps_the_old_beside_it(
    bench: Workbench,
) -> None:
    quarantine_id = hold(bench)
    first = held(bench, quarantine_id)[0]
    came = first.event
    assert came is not None

    body = {"customer": {"id": "ada"}, "n": 33}
    bench.service.edits.edit(TENANT, quarantine_id, first.run.id, {**body, "n": 32})
    edited = bench.service.edits.edit(TENANT, quarantine_id, first.run.id, body)

    shown = bench.service.quarantine.event(TENANT, quarantine_id, first.run.id)
    assert shown.event == edited
    assert shown.original == came
    assert shown.run.position == first.run.position
    fail_for(bench)
    bench.service.releases.release(TENANT, quarantine_id, PLAIN)
    run_all(bench)
    assert [number for _, number in told(bench)] == [0, 1, 2, 33, 4]
    assert noted(bench) == ["quarantine.released", "quarantine.edited", "quarantine.edited"]


def test_an_edit_neither_loses_a_secret_nor_comes_too_late(bench: Workbench) -> None:
    bench.service.secrets.put(TENANT, "TOKEN", "s3cret-value")
    fail_for(bench, "ada")
    bench.publish(keyed_document(**BOTH))
    for number in range(3):
        post_event(bench, "ada", number)
    run_all(bench)
    bench.post({"customer": {"id": "ada"}, "n": 3, "token": "s3cret-value"})
    [key] = quarantined(bench)
    [one] = held(bench, key.id)
    assert one.event is not None
    assert one.event.body["token"] == "[secret:TOKEN]"

    with pytest.raises(InvalidError) as refused:
        bench.service.edits.edit(TENANT, key.id, one.run.id, one.event.body)
    assert "TOKEN" in refused.value.faults[0].message

    bench.service.releases.release(TENANT, key.id, PLAIN)
    with pytest.raises(NotFoundError):
        bench.service.edits.edit(TENANT, key.id, one.run.id, {})


def test_a_secret_in_a_key_stands_masked_wherever_it_is_shown(bench: Workbench) -> None:
    bench.service.secrets.put(TENANT, "TOKEN", "s3cret-value")
    watch = step("keep", "set-values", {"values": {"key": "<key>"}})
    watching = make_document(watch)
    watching["trigger"] = {"type": "event", "with": {"event": "quarantine.*"}, "next": ["keep"]}
    bench.publish(watching, "watch")

    hold(bench, "s3cret-value")
    bench.tell()

    [key] = quarantined(bench)
    assert key.key.key == "[secret:TOKEN]"
    [run] = bench.runs("watch")
    assert run.output == {"key": "[secret:TOKEN]"}


def test_what_is_held_and_released_is_told_once(bench: Workbench) -> None:
    watch = step("keep", "set-values", {"values": {"told": "<trigger.type> <key>"}})
    watching = make_document(watch)
    watching["trigger"] = {"type": "event", "with": {"event": "quarantine.*"}, "next": ["keep"]}
    bench.publish(watching, "watch")
    quarantine_id = hold(bench)
    bench.tell()
    bench.service.releases.release(TENANT, quarantine_id, PLAIN)
    fail_for(bench)
    bench.tell()

    outputs = [run.output["told"] for run in bench.runs("watch")]
    assert outputs == ["quarantine.held ada", "quarantine.released ada"]


def test_a_caller_who_waits_is_told_at_once_that_its_event_is_held(bench: Workbench) -> None:
    hold(bench)
    document = keyed_document(**BOTH)
    document["trigger"]["with"]["respond"] = "finished"
    bench.publish(document)

    reply = bench.post({"customer": {"id": "ada"}, "n": 5})

    assert isinstance(reply, JsonReply)
    assert (reply.status, reply.payload["status"]) == (202, "held")
    assert bench.last_run().id == reply.payload["run_id"]


def test_a_caller_who_waits_in_line_is_told_when_its_key_is_held_meanwhile(
    bench: Workbench,
) -> None:
    fail_for(bench, "ada")
    document = keyed_document(order_by="<customer.id>", quarantine={"after": 1})
    bench.publish(document)
    post_event(bench, "ada", 0)
    document["trigger"]["with"]["respond"] = "finished"
    bench.publish(document)
    replies: list[Any] = []

    def call() -> None:
        replies.append(bench.post({"customer": {"id": "ada"}, "n": 1}))

    calling = threading.Thread(target=call, daemon=True)
    calling.start()
    eventually(lambda: len(bench.runs("orders")) == 2)
    run_all(bench)
    calling.join(20)

    [reply] = replies
    assert (reply.status, reply.payload["status"]) == (202, "held")


def test_without_an_order_what_is_released_goes_on_at_once(bench: Workbench) -> None:
    quarantine_id = hold(bench, quarantine={"key": "<customer.id>", "after": 3})
    fail_for(bench)

    bench.service.releases.release(TENANT, quarantine_id, REPLAY)

    assert bench.run_due() == 5
    assert sorted(number for _, number in told(bench)[3:]) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("what", ["disable", "delete"])
def test_what_is_held_outlives_its_automation_and_can_be_discarded(
    bench: Workbench, what: str
) -> None:
    quarantine_id = hold(bench)
    if what == "disable":
        bench.service.automations.set_enabled(TENANT, "orders", False)
    else:
        bench.service.automations.delete(TENANT, "orders")

    assert len(held(bench, quarantine_id)) == 2
    assert bench.service.quarantine.discard_all(TENANT, quarantine_id, "no longer needed") == 2
    assert states(bench) == ["failed"] * 3 + ["cancelled"] * 2


def test_a_held_run_is_not_late_once_it_is_released(bench: Workbench) -> None:
    quarantine_id = hold(bench)
    bench.clock.turn(7 * 86_400_000)
    fail_for(bench)

    bench.service.releases.release(TENANT, quarantine_id, PLAIN)
    run_all(bench)

    assert states(bench) == ["failed"] * 3 + ["succeeded"] * 2


def test_a_held_run_can_be_cancelled_like_any_other(bench: Workbench) -> None:
    quarantine_id = hold(bench)
    first: Run = held(bench, quarantine_id)[0].run

    assert bench.service.runs.cancel(TENANT, first.id).status is RunStatus.CANCELLED

    assert len(held(bench, quarantine_id)) == 1
