"""A step that runs another automation, and waits for it."""

from __future__ import annotations

from typing import Any

from core.platform_events import MOST_DEPTH
from core.states import RunStatus
from tests.support.builders import make_document, step
from tests.support.workbench import TENANT, Workbench


def keep(value: str) -> dict[str, Any]:
    return step("keep", "set-values", {"values": {"kept": value}})


def run_billing(**more: Any) -> dict[str, Any]:
    configuration = {"automation": "billing", "payload": {"order": "<order>"}, **more}
    return step("bill", "run-automation", configuration, next=["keep"])


def publish_billing(bench: Workbench, *steps: dict[str, Any]) -> None:
    document = make_document(*steps)
    document["trigger"] = {"type": "manual", "next": [steps[0]["id"]]}
    bench.publish(document, "billing")


def test_its_output_goes_on_in_the_run_that_waited(bench: Workbench) -> None:
    publish_billing(bench, step("sum", "set-values", {"values": {"total": "<order.price>"}}))
    bench.publish(make_document(run_billing(), keep("<steps.bill.output.total>")))
    bench.post({"order": {"price": 12}})
    [parent] = bench.runs("orders")
    bench.tell()

    [child] = bench.runs("billing")
    assert (child.parent_run_id, child.parent_step) == (parent.id, "bill")
    assert (child.status, child.depth) == (RunStatus.SUCCEEDED, 1)
    [run] = bench.runs("orders")
    assert run.output == {"kept": 12}


def test_its_failure_is_the_steps(bench: Workbench) -> None:
    failing = step("no", "stop", {"status": "failed", "message": "no credit"})
    publish_billing(bench, failing)
    bench.publish(make_document(run_billing(), keep("x")))
    bench.post({"order": {}})
    bench.tell()

    [run] = bench.runs("orders")
    assert run.status is RunStatus.FAILED
    assert "no credit" in (run.error or "")


def test_a_cancelled_one_fails_the_step(bench: Workbench) -> None:
    publish_billing(bench, step("long", "wait", {"for": "1h"}))
    bench.publish(make_document(run_billing(), keep("x")))
    bench.post({"order": {}})
    bench.run_due()
    [child] = bench.runs("billing")

    bench.service.runs.cancel(TENANT, child.id)
    bench.tell()

    [run] = bench.runs("orders")
    assert "billing cancelled" in (run.error or "")


def test_without_waiting_the_run_goes_on_at_once(bench: Workbench) -> None:
    publish_billing(bench, step("long", "wait", {"for": "1h"}))
    bench.publish(make_document(run_billing(wait=False), keep("<steps.bill.run_id>")))
    bench.post({"order": {}})

    [run] = bench.runs("orders")
    assert run.status is RunStatus.SUCCEEDED
    bench.run_due()
    assert run.output == {"kept": bench.runs("billing")[0].id}


def test_one_that_is_not_there_or_disabled_fails_in_words(bench: Workbench) -> None:
    bench.publish(make_document(run_billing(), keep("x")))
    bench.post({"order": {}})
    assert "no published automation billing" in (bench.last_run().error or "")

    publish_billing(bench, keep("x"))
    bench.service.automations.set_enabled(TENANT, "billing", enabled=False)
    bench.post({"order": {}})
    assert "billing is disabled" in (bench.last_run().error or "")


def test_a_circle_is_a_fault_of_whoever_closes_it(bench: Workbench) -> None:
    back = step("back", "run-automation", {"automation": "orders"})
    publish_billing(bench, back)
    found = bench.faults(make_document(run_billing(), keep("x")))
    assert "orders → billing → orders" in found["$.steps[0].with.automation"]


def test_an_automation_that_runs_itself_is_a_fault(bench: Workbench) -> None:
    itself = step("again", "run-automation", {"automation": "orders"})
    assert "$.steps[0].with.automation" in bench.faults(make_document(itself))


def test_a_chain_that_no_publication_could_see_is_cut(bench: Workbench) -> None:
    """By an event in between, so that no automation names the other."""
    ping = step("ping", "emit-event", {"event": "again"})
    publish_billing(bench, ping)
    document = make_document(run_billing(payload={}), keep("x"))
    document["trigger"] = {"type": "event", "with": {"event": "again"}, "next": ["bill"]}
    bench.publish(document)
    bench.service.runs.start(TENANT, "billing", {})
    bench.tell()

    runs = [*bench.runs("orders"), *bench.runs("billing")]
    assert max(run.depth for run in runs) <= MOST_DEPTH + 1
    assert any("taken for a loop" in (run.error or "") for run in runs)
