"""What happens inside starts automations: by name, once, with a depth that ends every loop."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import GuardMissed, InvalidError
from core.platform_events import MOST_DEPTH
from core.states import RunStatus
from tests.support.builders import make_document, send, step
from tests.support.workbench import TENANT, Workbench, answered

PARTNER = "https://partner.example"


def on_event(*steps: dict[str, Any], **trigger: Any) -> dict[str, Any]:
    document = make_document(*steps)
    document["trigger"] = {"type": "event", "with": trigger, "next": [steps[0]["id"]]}
    return document


def emit(event: str, payload: Any = None) -> dict[str, Any]:
    return step("tell", "emit-event", {"event": event, "payload": payload or {}})


def keep(value: str) -> dict[str, Any]:
    return step("keep", "set-values", {"values": {"kept": value}})


def test_an_emitted_event_starts_whoever_waits_for_its_name(bench: Workbench) -> None:
    bench.publish(make_document(emit("order.approved", {"order": {"id": "<order.id>"}})))
    bench.publish(on_event(keep("<order.id> <trigger.type>"), event="order.*"), "billing")
    bench.publish(on_event(keep("x"), event="invoice.*"), "other")

    bench.post({"order": {"id": 7}})
    bench.tell()

    [run] = bench.runs("billing")
    assert (run.status, run.output) == (RunStatus.SUCCEEDED, {"kept": "7 order.approved"})
    assert run.depth == 1
    assert bench.runs("other") == []


def test_the_end_of_a_run_is_told_with_its_reason(bench: Workbench) -> None:
    bench.partner.answers(answered(401))
    bench.publish(make_document(send("sync", PARTNER)))
    kept = keep("<automation_id> v<version>: <error>")
    bench.publish(on_event(kept, event="run.failed", automations=["orders"]), "watch")

    bench.post()
    bench.tell()

    [run] = bench.runs("watch")
    assert run.output["kept"].startswith("orders v1: sync: ")
    assert "401" in run.output["kept"]


def test_an_event_about_another_automation_is_left_alone(bench: Workbench) -> None:
    bench.publish(make_document(keep("x")))
    bench.publish(on_event(keep("y"), event="run.*", automations=["another"]), "watch")

    bench.post()
    bench.tell()

    assert bench.runs("watch") == []


def test_what_nobody_waits_for_is_not_even_stored(bench: Workbench) -> None:
    bench.publish(make_document(emit("order.approved")))

    bench.post()

    assert bench.store.platform_events.waiting(10) == []


def test_a_disabled_automation_is_not_started(bench: Workbench) -> None:
    bench.publish(make_document(emit("order.approved")))
    bench.publish(on_event(keep("x"), event="order.*"), "billing")
    bench.service.automations.set_enabled(TENANT, "billing", enabled=False)

    bench.post()
    bench.tell()

    assert bench.runs("billing") == []


def test_automations_that_trigger_one_another_are_cut_with_a_clear_error(
    bench: Workbench,
) -> None:
    bench.publish(on_event(emit("pong"), event="ping"), "ping")
    bench.publish(on_event(emit("ping"), event="pong"), "pong")
    bench.publish(make_document(emit("ping")))

    bench.post()
    bench.tell()

    chain = [*bench.runs("ping"), *bench.runs("pong")]
    failed = [run for run in chain if run.status is RunStatus.FAILED]
    assert len(chain) == MOST_DEPTH + 1
    assert [run.depth for run in failed] == [MOST_DEPTH + 1]
    assert "taken for a loop" in (failed[0].error or "")


def test_a_watcher_of_failures_that_fails_itself_comes_to_an_end(bench: Workbench) -> None:
    bench.partner.answers(answered(400))
    bench.publish(on_event(send("sync", PARTNER), event="run.failed"))
    bench.publish(make_document(send("sync", PARTNER)), "first")
    bench.service.runs.start(TENANT, "first", {})

    bench.tell()

    assert len(bench.runs("orders")) == MOST_DEPTH + 1


def test_an_event_is_handed_on_once_however_many_relays_there_are(bench: Workbench) -> None:
    bench.publish(make_document(emit("order.approved")))
    bench.publish(on_event(keep("x"), event="order.*"), "billing")
    bench.post()
    [event] = bench.store.platform_events.waiting(10)

    assert bench.relay.hand_on() == 1
    with pytest.raises(GuardMissed):
        bench.store.commit([bench.store.platform_events.handed_on(event, 1)])
    assert bench.relay.hand_on() == 0
    assert len(bench.runs("billing")) == 1


def test_one_event_that_was_handed_on_elsewhere_does_not_hold_up_the_others(
    bench: Workbench,
) -> None:
    bench.publish(make_document(emit("order.approved")))
    bench.publish(on_event(keep("x"), event="order.*"), "billing")
    bench.post()
    bench.post()
    waiting = list(bench.store.platform_events.waiting(10))
    bench.store.commit([bench.store.platform_events.handed_on(waiting[0], 1)])

    # What another process read a moment earlier.
    bench.relay.hand_on_these(waiting)

    assert len(bench.runs("billing")) == 1
    assert bench.store.platform_events.waiting(10) == []


def test_a_secret_in_an_event_is_masked(bench: Workbench) -> None:
    bench.service.secrets.put(TENANT, "TOKEN", "s3cr3t-t0ken")
    bench.publish(make_document(emit("order.approved", {"note": "<order.note>"})))
    bench.publish(on_event(keep("<note>"), event="order.*"), "billing")

    bench.post({"order": {"note": "my s3cr3t-t0ken"}})
    bench.tell()

    assert bench.runs("billing")[0].output == {"kept": "my [secret:TOKEN]"}


@pytest.mark.parametrize("name", ["run.failed", "record.created", "no spaces", "", "a..b"])
def test_only_names_of_ones_own_can_be_emitted(bench: Workbench, name: str) -> None:
    bench.service.automations.put(TENANT, "orders", make_document(emit(name)))
    with pytest.raises(InvalidError) as caught:
        bench.service.versions.publish(TENANT, "orders")
    assert [fault.path for fault in caught.value.faults] == ["$.steps[0].with.event"]


def test_a_name_that_is_made_of_data_is_checked_as_it_is_emitted(bench: Workbench) -> None:
    bench.publish(make_document(emit("<order.name>")))
    bench.post({"order": {"name": "run.failed"}})
    assert "is a name that Penstock itself announces" in (bench.last_run().error or "")


def test_what_becomes_of_automations_is_told(bench: Workbench) -> None:
    bench.publish(on_event(keep("<trigger.type> <automation_id>"), event="automation.*"), "watch")
    bench.publish(make_document(keep("x")))
    bench.service.automations.set_enabled(TENANT, "orders", enabled=False)
    bench.service.automations.set_enabled(TENANT, "orders", enabled=True)
    bench.service.automations.delete(TENANT, "orders")
    bench.tell()

    said = [run.output["kept"] for run in bench.runs("watch")]
    assert said == [
        "automation.published orders",
        "automation.disabled orders",
        "automation.enabled orders",
        "automation.deleted orders",
    ]
