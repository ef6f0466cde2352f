"""Steps that wait: for a while, for a callback, for another automation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.errors import InvalidError
from core.http import InboundRequest
from core.platform_events import MOST_DEPTH
from core.states import RunStatus
from core.store import ListQuery, RequestFilter
from engine.replies import JsonReply, Problem
from tests.support.builders import NOW, make_document, send, step
from tests.support.workbench import TENANT, Workbench

HOUR = 3_600_000
PARTNER = "https://partner.example"


def keep(value: str) -> dict[str, Any]:
    return step("keep", "set-values", {"values": {"kept": value}})


def wait(**configuration: str) -> dict[str, Any]:
    return step("pause", "wait", configuration, next=["keep"])


def callback(bench: Workbench, url: str, body: Any = None, raw: bytes | None = None) -> Any:
    token = url.removeprefix("http://penstock.test/callback/")
    raw = json.dumps(body).encode() if raw is None else raw
    headers = {"content-type": "application/json"}
    request = InboundRequest("POST", "/callback/…", {}, headers, "203.0.113.9", lambda _most: raw)
    return bench.service.callbacks.receive(token, request)


def faults(bench: Workbench, document: dict[str, Any]) -> dict[str, str]:
    bench.service.automations.put(TENANT, "orders", document)
    with pytest.raises(InvalidError) as caught:
        bench.service.versions.publish(TENANT, "orders")
    return {fault.path: fault.message for fault in caught.value.faults}


class TestWait:
    def test_a_duration_is_waited_for_from_the_moment_the_step_begins(
        self, bench: Workbench
    ) -> None:
        bench.publish(make_document(wait(**{"for": "2h"}), keep("<steps.pause.waited_ms>")))
        bench.post()
        assert bench.last_run().due_at == NOW + 2 * HOUR

        bench.clock.turn(2 * HOUR)
        bench.run_due()

        assert bench.detail().run.output == {"kept": 2 * HOUR}

    def test_until_takes_a_moment_of_the_event(self, bench: Workbench) -> None:
        bench.publish(make_document(wait(until="<order.at>"), keep("<steps.pause.until>")))
        bench.post({"order": {"at": "2027-01-15T10:00:00+01:00"}})

        assert bench.last_run().due_at == NOW + HOUR
        bench.clock.turn(HOUR)
        bench.run_due()
        assert bench.detail().run.output == {"kept": "2027-01-15T09:00:00.000Z"}

    def test_a_moment_that_is_over_is_not_waited_for(self, bench: Workbench) -> None:
        bench.publish(make_document(wait(until="2020-01-01T00:00:00Z"), keep("x")))
        bench.post()
        assert bench.last_run().status is RunStatus.SUCCEEDED

    @pytest.mark.parametrize("given", ["soon", "2027-01-15", 5, "2099-01-01T00:00:00Z"])
    def test_what_is_no_moment_fails_in_words(self, bench: Workbench, given: Any) -> None:
        bench.publish(make_document(wait(until="<order.at>"), keep("x")))
        bench.post({"order": {"at": given}})
        assert "until: " in (bench.last_run().error or "")

    def test_a_wait_longer_than_a_run_may_take_is_a_fault(self, bench: Workbench) -> None:
        found = faults(bench, make_document(wait(**{"for": "3d"}), keep("x")))
        assert "settings.timeout" in found["$.steps[0].with"]

        allowed = make_document(wait(**{"for": "3d"}), keep("x"), settings={"timeout": "4d"})
        bench.publish(allowed)

    @pytest.mark.parametrize(
        "configuration", [{}, {"for": "1h", "until": "<order.at>"}, {"for": "1 hour"}]
    )
    def test_one_of_the_two_ways_is_named(
        self, bench: Workbench, configuration: dict[str, str]
    ) -> None:
        assert faults(bench, make_document(wait(**configuration), keep("x")))


class TestCallback:
    HOLD = step(
        "hold",
        "wait-for-callback",
        {"expires": "1h"},
        next={"success": ["keep"], "expired": ["late"]},
    )
    LATE = step("late", "set-values", {"values": {"late": "<steps.hold.expires_at>"}})

    def publish(self, bench: Workbench) -> None:
        tell = send(
            "tell", PARTNER, with_={"body": {"back": "<run.callbacks.hold>"}}, next=["hold"]
        )
        kept = keep("<steps.hold.body.answer>")
        bench.publish(make_document(tell, self.HOLD, kept, self.LATE))

    def url(self, bench: Workbench) -> str:
        sent: str = json.loads(bench.partner.received[0].body or b"")["back"]
        return sent

    def test_the_partner_gets_the_address_and_its_answer_goes_on(self, bench: Workbench) -> None:
        self.publish(bench)
        bench.post()
        run = bench.last_run()
        assert run.status is RunStatus.WAITING

        reply = callback(bench, self.url(bench), {"answer": "yes"})
        bench.run_due()

        assert reply == JsonReply(200, {"status": "accepted", "run_id": run.id})
        assert bench.detail().run.output == {"kept": "yes"}

    def test_a_callback_counts_once(self, bench: Workbench) -> None:
        self.publish(bench)
        bench.post()
        url = self.url(bench)

        callback(bench, url, {"answer": "first"})
        again = callback(bench, url, {"answer": "second"})
        bench.run_due()

        assert isinstance(again, Problem)
        assert again.status == 410
        assert bench.detail().run.output == {"kept": "first"}
        assert callback(bench, url, {"answer": "third"}).status == 410

    def test_a_callback_before_the_step_begins_is_kept_for_it(self, bench: Workbench) -> None:
        self.publish(bench)
        answer = bench.partner.script

        def call_back_first(request: Any) -> Any:
            callback(bench, json.loads(request.body)["back"], {"answer": "quick"})
            return answer(request)

        bench.partner.script = call_back_first
        bench.post()
        bench.run_due()

        assert bench.detail().run.output == {"kept": "quick"}

    def test_without_a_callback_the_step_expires(self, bench: Workbench) -> None:
        self.publish(bench)
        bench.post()
        bench.clock.turn(HOUR)
        bench.run_due()

        assert bench.detail().run.output == {"late": "2027-01-15T09:00:00.000Z"}
        assert callback(bench, self.url(bench), {}).status == 410

    @pytest.mark.parametrize("change", [lambda url: url[:-1], lambda url: url + "x", lambda _: "x"])
    def test_a_forged_address_is_no_address(self, bench: Workbench, change: Any) -> None:
        self.publish(bench)
        bench.post()
        assert callback(bench, change(self.url(bench)), {}).status == 404

    def test_a_body_that_cannot_be_read_loses_nothing(self, bench: Workbench) -> None:
        self.publish(bench)
        bench.post()
        assert callback(bench, self.url(bench), raw=b"{").status == 400

        callback(bench, self.url(bench), {"answer": "yes"})
        bench.run_due()
        assert bench.detail().run.output == {"kept": "yes"}

    def test_an_address_of_no_such_step_is_a_fault(self, bench: Workbench) -> None:
        tell = send("tell", PARTNER, with_={"body": "<run.callbacks.nobody>"})
        found = faults(bench, make_document(tell))
        assert "no step that waits for a callback" in found["$.steps[0].with.body"]

    def test_the_log_does_not_show_the_address(self, bench: Workbench) -> None:
        self.publish(bench)
        bench.post()
        callback(bench, self.url(bench), {"answer": "yes"})
        page = bench.store.requests.list(TENANT, RequestFilter(direction="in"), ListQuery(limit=10))
        assert "/callback/[masked]" in {entry.url for entry in page.items}


class TestRunAutomation:
    def start(self, **more: Any) -> dict[str, Any]:
        configuration = {"automation": "billing", "payload": {"order": "<order>"}, **more}
        return step("bill", "run-automation", configuration, next=["keep"])

    def child(self, bench: Workbench, *steps: dict[str, Any]) -> None:
        document = make_document(*steps)
        document["trigger"] = {"type": "manual", "next": [steps[0]["id"]]}
        bench.publish(document, "billing")

    def test_its_output_goes_on_in_the_run_that_waited(self, bench: Workbench) -> None:
        self.child(bench, step("sum", "set-values", {"values": {"total": "<order.price>"}}))
        bench.publish(make_document(self.start(), keep("<steps.bill.output.total>")))
        bench.post({"order": {"price": 12}})
        [parent] = bench.runs("orders")
        bench.tell()

        [child] = bench.runs("billing")
        assert (child.parent_run_id, child.parent_step) == (parent.id, "bill")
        assert (child.status, child.depth) == (RunStatus.SUCCEEDED, 1)
        [run] = bench.runs("orders")
        assert run.output == {"kept": 12}

    def test_its_failure_is_the_steps(self, bench: Workbench) -> None:
        failing = step("no", "stop", {"status": "failed", "message": "no credit"})
        self.child(bench, failing)
        bench.publish(make_document(self.start(), keep("x")))
        bench.post({"order": {}})
        bench.tell()

        [run] = bench.runs("orders")
        assert run.status is RunStatus.FAILED
        assert "no credit" in (run.error or "")

    def test_a_cancelled_one_fails_the_step(self, bench: Workbench) -> None:
        self.child(bench, step("long", "wait", {"for": "1h"}))
        bench.publish(make_document(self.start(), keep("x")))
        bench.post({"order": {}})
        bench.run_due()
        [child] = bench.runs("billing")

        bench.service.runs.cancel(TENANT, child.id)
        bench.tell()

        [run] = bench.runs("orders")
        assert "billing cancelled" in (run.error or "")

    def test_without_waiting_the_run_goes_on_at_once(self, bench: Workbench) -> None:
        self.child(bench, step("long", "wait", {"for": "1h"}))
        bench.publish(make_document(self.start(wait=False), keep("<steps.bill.run_id>")))
        bench.post({"order": {}})

        [run] = bench.runs("orders")
        assert run.status is RunStatus.SUCCEEDED
        bench.run_due()
        assert run.output == {"kept": bench.runs("billing")[0].id}

    def test_one_that_is_not_there_or_disabled_fails_in_words(self, bench: Workbench) -> None:
        bench.publish(make_document(self.start(), keep("x")))
        bench.post({"order": {}})
        assert "no published automation billing" in (bench.last_run().error or "")

        self.child(bench, keep("x"))
        bench.service.automations.set_enabled(TENANT, "billing", enabled=False)
        bench.post({"order": {}})
        assert "billing is disabled" in (bench.last_run().error or "")

    def test_a_circle_is_a_fault_of_whoever_closes_it(self, bench: Workbench) -> None:
        back = step("back", "run-automation", {"automation": "orders"})
        self.child(bench, back)
        found = faults(bench, make_document(self.start(), keep("x")))
        assert "orders → billing → orders" in found["$.steps[0].with.automation"]

    def test_an_automation_that_runs_itself_is_a_fault(self, bench: Workbench) -> None:
        itself = step("again", "run-automation", {"automation": "orders"})
        assert "$.steps[0].with.automation" in faults(bench, make_document(itself))

    def test_a_chain_that_no_publication_could_see_is_cut(self, bench: Workbench) -> None:
        """By an event in between, so that no automation names the other."""
        ping = step("ping", "emit-event", {"event": "again"})
        self.child(bench, ping)
        document = make_document(self.start(payload={}), keep("x"))
        document["trigger"] = {"type": "event", "with": {"event": "again"}, "next": ["bill"]}
        bench.publish(document)
        bench.service.runs.start(TENANT, "billing", {})
        bench.tell()

        runs = [*bench.runs("orders"), *bench.runs("billing")]
        assert max(run.depth for run in runs) <= MOST_DEPTH + 1
        assert any("taken for a loop" in (run.error or "") for run in runs)
