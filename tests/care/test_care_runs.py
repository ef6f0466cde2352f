"""Runs whose endpoint must be left alone: they wait as rows, lose no attempt, and go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from actions import ACTIONS
from actions.replies import outcome_of
from core.http import FailureKind as Kind
from core.http import OutboundRequest, SendFailure, SendResult
from core.model import Attempt
from core.outcomes import Outcome, Park
from core.request_store import RequestFilter
from core.run_store import RunFilter
from core.signals import Waiting
from core.spec import ActionContext, ActionSpec
from core.states import RunStatus, StepStatus
from core.writes import ListQuery, Write
from engine.care.breaker import CircuitState
from engine.care.run_caller import RunCaller
from engine.replies import Problem
from engine.trying.trials import Trial
from tests.support.builders import NOW, make_document, send, step
from tests.support.drafts import EVENT
from tests.support.workbench import TENANT, Workbench, answered, unreachable, workbench

PARTNER = "https://partner.example"
OTHER = "https://other.example"
ONCE = {"attempts": 1}
ANY = ListQuery()


def open_circuit(bench: Workbench, url: str = PARTNER) -> None:
    """Ten requests that a partner does not answer."""
    bench.partner.answers(unreachable())
    document = make_document(send("sync", url, retry=ONCE))
    document["trigger"]["with"]["path"] = "breaks"
    bench.publish(document, "breaks")
    for _ in range(10):
        bench.service.runs.start(TENANT, "breaks", {})
    bench.partner.answers(answered(200, {"id": "remote-1"}))


def publish_sync(bench: Workbench, url: str = PARTNER, **rest: Any) -> None:
    bench.publish(make_document(send("sync", url, **rest)))


def sent_to(bench: Workbench, url: str) -> int:
    return sum(request.url.startswith(url) for request in bench.partner.received)


def test_a_run_waits_as_a_row_while_the_circuit_is_open_and_loses_no_attempt(
    bench: Workbench,
) -> None:
    open_circuit(bench)
    publish_sync(bench, retry=ONCE)
    sent = len(bench.partner.received)

    bench.post()

    run, sync = bench.last_run(), bench.steps()["sync"]
    assert (run.status, run.due_at) == (RunStatus.WAITING, NOW + 30_000)
    assert sync.status is StepStatus.WAITING
    assert sync.error is not None
    assert sync.error.startswith(
        "the circuit of https://partner.example is open until 2027-01-15 08:"
    )
    [held] = sync.attempts
    assert (held.number, held.outcome, held.request_id) == (1, "deferred", None)
    assert held.reason == sync.error
    assert len(bench.partner.received) == sent
    logged = bench.service.requests.list(TENANT, RequestFilter(run_id=run.id), ListQuery()).items
    assert [entry.direction for entry in logged] == ["in"]

    bench.clock.turn(30_000)
    assert bench.run_due() == 1

    run, sync = bench.last_run(), bench.steps()["sync"]
    assert (run.status, sync.error) == (RunStatus.SUCCEEDED, None)
    [made] = sync.attempts
    assert (made.number, made.outcome, made.started_at) == (1, "succeeded", NOW + 30_000)
    assert bench.partner.received[-1].url.startswith(PARTNER)


def test_one_run_tries_for_all_and_its_answer_calls_the_others(bench: Workbench) -> None:
    open_circuit(bench)
    publish_sync(bench)
    for _ in range(3):
        bench.post()
    sent = len(bench.partner.received)
    probing: list[CircuitState] = []

    def try_it(_request: OutboundRequest) -> SendResult:
        [view] = bench.service.endpoints.list(TENANT)
        probing.append(view.state)
        return answered(200)

    bench.partner.script = try_it
    bench.clock.turn(30_000)
    assert bench.run_due() == 1
    assert len(bench.partner.received) == sent + 1
    assert probing == [CircuitState.HALF_OPEN]

    assert bench.run_due() == 2
    assert {run.status for run in bench.runs("orders")} == {RunStatus.SUCCEEDED}


def test_a_probe_that_fails_keeps_the_others_waiting_and_counts_as_its_own_attempt(
    bench: Workbench,
) -> None:
    open_circuit(bench)
    publish_sync(bench, retry={"attempts": 2, "initial": "1h", "jitter": 0})
    bench.post()
    bench.partner.answers(answered(500))

    bench.clock.turn(30_000)
    bench.run_due()

    [tried] = bench.steps()["sync"].attempts
    assert (tried.number, tried.outcome) == (1, "retry")
    [view] = bench.service.endpoints.list(TENANT)
    assert (view.state, view.open_until) == (CircuitState.OPEN, NOW + 60_000)


def test_what_was_tried_before_goes_on_with_its_next_number(bench: Workbench) -> None:
    bench.partner.answers(answered(503))
    publish_sync(bench, retry={"attempts": 3, "initial": "10s", "factor": 1, "jitter": 0})
    bench.post()
    run_id = bench.last_run().id
    open_circuit(bench)

    bench.clock.turn(10_000)
    bench.run_due()
    assert [one.outcome for one in attempts_of(bench, run_id)] == ["retry", "deferred"]
    bench.clock.turn(10_000)
    assert bench.run_due() == 0
    bench.clock.turn(11_000)
    bench.run_due()

    made = [(one.number, one.outcome) for one in attempts_of(bench, run_id)]
    assert made == [(1, "retry"), (2, "succeeded")]


def attempts_of(bench: Workbench, run_id: str) -> Sequence[Attempt]:
    [sync] = bench.service.runs.get(TENANT, run_id).steps
    return sync.attempts


def test_the_time_of_the_run_bounds_the_waiting(bench: Workbench) -> None:
    open_circuit(bench)
    document = make_document(send("sync", PARTNER), settings={"timeout": "20s"})
    bench.publish(document)
    bench.post()
    assert bench.last_run().due_at == NOW + 20_000

    bench.clock.turn(20_000)
    bench.run_due()

    run, sync = bench.last_run(), bench.steps()["sync"]
    assert (run.status, run.error) == (RunStatus.FAILED, "the run took longer than 20s")
    assert sync.status is StepStatus.CANCELLED
    assert "is open until" in (sync.error or "")


def test_a_caller_who_would_wait_in_vain_is_told_at_once(bench: Workbench) -> None:
    """It comes back at once: the 25 seconds this caller would wait are real ones."""
    open_circuit(bench)
    document = make_document(
        send("sync", PARTNER, next=["answer"]), step("answer", "respond", {"status": 200})
    )
    document["trigger"]["with"] |= {"respond": "step", "respond_timeout": "25s"}
    bench.publish(document)

    reply = bench.post()

    assert isinstance(reply, Problem)
    assert (reply.status, reply.extra) == (504, {"run_id": bench.last_run().id})
    bench.clock.turn(30_000)
    bench.run_due()
    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_other_endpoints_and_other_tenants_are_served_as_before(bench: Workbench) -> None:
    open_circuit(bench)
    publish_sync(bench, OTHER)
    bench.post()
    assert bench.last_run().status is RunStatus.SUCCEEDED

    bench.service.tenants.create("globex", "Globex")
    bench.service.automations.put("globex", "sync", make_document(send("sync", PARTNER)))
    bench.service.versions.publish("globex", "sync")
    _, run = bench.service.runs.start("globex", "sync", {})
    assert bench.service.runs.get("globex", run.id).run.status is RunStatus.SUCCEEDED
    assert [view.state for view in bench.service.endpoints.list("globex")] == [CircuitState.CLOSED]


@pytest.mark.parametrize("answer", [answered(400), answered(404), answered(429)])
def test_a_partner_that_refuses_is_there_and_opens_nothing(
    bench: Workbench, answer: SendResult
) -> None:
    bench.partner.answers(answer)
    publish_sync(bench, retry=ONCE)
    for _ in range(20):
        bench.post()
    [view] = bench.service.endpoints.list(TENANT)
    assert (view.state, view.requests, view.failures) == (CircuitState.CLOSED, 20, 0)


@pytest.mark.parametrize("kind", [Kind.NAME, Kind.CONNECT, Kind.TIMEOUT, Kind.BROKEN])
def test_a_partner_that_cannot_be_reached_or_does_not_answer_is_left_alone(
    bench: Workbench, kind: Kind
) -> None:
    bench.partner.answers(SendFailure(kind, "it went wrong", 15_000))
    publish_sync(bench, retry=ONCE)
    for _ in range(11):
        bench.post()
    [view] = bench.service.endpoints.list(TENANT)
    assert (view.state, view.requests, view.failures) == (CircuitState.OPEN, 10, 10)
    assert len(bench.partner.received) == 10


@pytest.mark.parametrize("kind", [Kind.REFUSED_ADDRESS, Kind.INVALID_REQUEST])
def test_what_was_never_sent_says_nothing_of_the_partner(bench: Workbench, kind: Kind) -> None:
    bench.partner.answers(SendFailure(kind, "it may not go there", 0))
    publish_sync(bench, retry=ONCE)
    for _ in range(20):
        bench.post()
    [view] = bench.service.endpoints.list(TENANT)
    assert (view.state, view.requests, view.in_flight) == (CircuitState.CLOSED, 0, 0)


def test_branches_of_one_run_do_not_wait_for_one_another(bench: Workbench) -> None:
    open_circuit(bench)
    document = make_document(send("sync", PARTNER), send("tell", OTHER))
    document["trigger"]["next"] = ["sync", "tell"]
    bench.publish(document)

    bench.post()

    statuses = {name: one.status for name, one in bench.steps().items()}
    assert statuses == {"sync": StepStatus.WAITING, "tell": StepStatus.SUCCEEDED}
    assert bench.last_run().status is RunStatus.WAITING


def test_a_configured_rate_spreads_what_is_sent(bench: Workbench) -> None:
    bench.service.settings.change(TENANT, {"endpoints": {PARTNER: {"rate": "2/s"}}})
    publish_sync(bench)
    for _ in range(4):
        bench.post()
    assert sent_to(bench, PARTNER) == 2
    due = sorted(run.due_at - NOW for run in bench.runs("orders") if run.due_at)
    assert due == [1_000, 1_500]

    bench.clock.turn(1_000)
    assert bench.run_due() == 1
    bench.clock.turn(500)
    assert bench.run_due() == 1
    assert {run.status for run in bench.runs("orders")} == {RunStatus.SUCCEEDED}


def test_what_one_tenant_configures_binds_no_other(bench: Workbench) -> None:
    bench.service.tenants.create("globex", "Globex")
    bench.service.settings.change("globex", {"endpoints": {PARTNER: {"rate": "1/h"}}})
    bench.service.settings.change(TENANT, {"endpoints": {OTHER: {"rate": "1/h"}}})
    for tenant in (TENANT, "globex"):
        bench.service.automations.put(tenant, "sync", make_document(send("sync", PARTNER)))
        bench.service.versions.publish(tenant, "sync")
        for _ in range(3):
            bench.service.runs.start(tenant, "sync", {})

    def statuses(tenant: str) -> list[RunStatus]:
        return [run.status for run in bench.service.runs.list(tenant, RunFilter(), ANY).items]

    assert statuses(TENANT) == [RunStatus.SUCCEEDED] * 3
    assert sorted(statuses("globex")) == [RunStatus.SUCCEEDED] + [RunStatus.WAITING] * 2


def test_limits_that_are_changed_hold_for_the_next_request(bench: Workbench) -> None:
    publish_sync(bench)
    bench.post()
    bench.service.settings.change(TENANT, {"endpoints": {PARTNER: {"rate": "1/h"}}})
    for _ in range(2):
        bench.post()

    assert sent_to(bench, PARTNER) == 2
    assert bench.last_run().status is RunStatus.WAITING


def test_a_way_out_that_breaks_keeps_no_place(bench: Workbench) -> None:
    bench.service.settings.change(TENANT, {"endpoints": {PARTNER: {"concurrency": 1}}})
    publish_sync(bench, retry=ONCE)

    def broken(_request: OutboundRequest) -> SendResult:
        raise ZeroDivisionError

    bench.partner.script = broken
    bench.post()
    assert bench.last_run().status is RunStatus.FAILED
    bench.partner.answers(answered(200))
    bench.post()

    assert bench.last_run().status is RunStatus.SUCCEEDED
    [view] = bench.service.endpoints.list(TENANT)
    assert (view.in_flight, view.requests, view.failures) == (0, 1, 0)


def test_who_is_called_and_has_ended_costs_nobody_anything(bench: Workbench) -> None:
    open_circuit(bench)
    publish_sync(bench)
    for _ in range(3):
        bench.post()
    first, second, third = bench.runs("orders")
    bench.service.runs.cancel(TENANT, second.id)
    bench.clock.turn(30_000)

    assert bench.run_due() == 1
    assert bench.run_due() == 1

    ends = [bench.service.runs.get(TENANT, one.id).run.status for one in (first, second, third)]
    assert ends == [RunStatus.SUCCEEDED, RunStatus.CANCELLED, RunStatus.SUCCEEDED]


def test_one_that_cannot_be_called_keeps_no_other_from_it_and_somebody_is_woken(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_circuit(bench)
    publish_sync(bench)
    for _ in range(2):
        bench.post()
    first, second = bench.runs("orders")
    woken: list[None] = []
    caller = RunCaller(bench.store, bench.transitions, bench.clock, lambda: woken.append(None))
    signal = bench.transitions.signal

    def refuse_the_first(tenant: str, run_id: str, now: int) -> Write:
        if run_id == first.id:
            raise ZeroDivisionError
        return signal(tenant, run_id, now)

    monkeypatch.setattr(bench.transitions, "signal", refuse_the_first)
    caller.call(TENANT, [first.id])
    assert woken == []

    caller.call(TENANT, [first.id, second.id, "nobody"])

    assert woken == [None]
    due = [bench.service.runs.get(TENANT, one.id).run.due_at for one in (first, second)]
    assert due == [first.due_at, NOW]
    caller.call("globex", [second.id])
    assert woken == [None]


def test_an_answer_counts_although_nobody_can_be_told_that_a_circuit_closed(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_circuit(bench)
    publish_sync(bench)
    bench.post()
    bench.clock.turn(30_000)

    def break_off(_writes: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(bench.store, "commit_later", break_off)
    watch = make_document(step("keep", "set-values", {"values": {"n": 1}}))
    watch["trigger"] = {"type": "event", "with": {"event": "endpoint.*"}, "next": ["keep"]}
    bench.publish(watch, "watch")

    assert bench.run_due() == 1

    assert bench.runs("orders")[0].status is RunStatus.SUCCEEDED
    [view] = bench.service.endpoints.list(TENANT)
    assert (view.state, view.in_flight) == (CircuitState.CLOSED, 0)


def test_an_access_token_that_cannot_be_asked_for_holds_the_step_back(bench: Workbench) -> None:
    login = "https://login.example"
    open_circuit(bench, login)
    bench.service.secrets.put(TENANT, "CLIENT", "a client's secret")
    auth = {
        "type": "oauth2",
        "token_url": f"{login}/token",
        "client_id": "penstock",
        "secret": "CLIENT",
    }
    publish_sync(bench, with_={"auth": auth}, retry=ONCE)

    bench.post()

    sync = bench.steps()["sync"]
    assert "the circuit of https://login.example is open" in (sync.error or "")
    bench.partner.answers(answered(200, {"access_token": "tok-1234", "token_type": "bearer"}))
    bench.clock.turn(30_000)
    bench.run_due()
    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_the_origin_that_is_a_secret_stays_one(bench: Workbench) -> None:
    bench.service.secrets.put(TENANT, "BASE", "https://hidden.example")
    open_circuit(bench, "<secrets.BASE>/orders")
    publish_sync(bench, "<secrets.BASE>/orders")
    bench.post()

    [view] = bench.service.endpoints.list(TENANT)
    assert view.origin == "[secret:BASE]"
    assert "the circuit of [secret:BASE] is open" in (bench.steps()["sync"].error or "")
    assert "hidden.example" not in repr((view, bench.detail()))


def test_it_is_told_when_an_endpoint_fails_and_when_it_is_well_again(bench: Workbench) -> None:
    kept = {"kept": "<trigger.type>: <endpoint>, <automations>"}
    watch = make_document(step("keep", "set-values", {"values": kept}))
    watch["trigger"] = {"type": "event", "with": {"event": "endpoint.*"}, "next": ["keep"]}
    bench.publish(watch, "watch")
    open_circuit(bench)
    publish_sync(bench)
    bench.post()
    bench.clock.turn(30_000)
    bench.run_due()

    bench.store.check()
    bench.tell()

    told = [run.output["kept"] for run in bench.runs("watch")]
    assert told == [
        'endpoint.opened: https://partner.example, ["breaks"]',
        'endpoint.closed: https://partner.example, ["orders","breaks"]',
    ]


def test_a_person_closes_a_circuit_and_the_log_says_who(bench: Workbench) -> None:
    open_circuit(bench)
    [view] = bench.service.endpoints.list(TENANT)

    bench.service.endpoints.close(TENANT, view.id)
    publish_sync(bench)
    bench.post()

    assert bench.last_run().status is RunStatus.SUCCEEDED


def test_a_trial_says_what_a_run_would_wait_for(bench: Workbench) -> None:
    open_circuit(bench)
    document = make_document(send("sync", PARTNER, next=["answer"]), step("answer", "respond", {}))
    stream = bench.service.trials.run(TENANT, "orders", Trial(document, EVENT), user="ada")

    told = [(one.name, dict(one.data)) for one in stream]

    sync = next(data for name, data in reversed(told) if name == "step" and data["id"] == "sync")
    assert sync["status"] == "waiting"
    assert sync["error"].startswith("the circuit of https://partner.example is open until ")
    assert sync["error"].endswith("; a run would wait for that, and go on by itself")
    assert told[-1][0] == "ended"
    assert told[-1][1]["status"] == "waiting"


@dataclass
class AskThenTell:
    """An action that waits to be told something, and then sends it on."""

    SPEC: ActionSpec = field(
        default_factory=lambda: ActionSpec(
            name="ask-then-tell",
            title="Ask, then tell",
            description="For tests.",
            icon="clock",
            schema={"type": "object"},
            output={"type": "object"},
            effect=True,
        )
    )
    seen: list[Waiting | None] = field(default_factory=list)

    def run(self, context: ActionContext, _params: Mapping[str, Any]) -> Outcome:
        self.seen.append(context.waiting)
        if context.waiting is None or not context.waiting.signals:
            return Park(None, {"asked": "somebody"})
        request = OutboundRequest("POST", PARTNER)
        return outcome_of(context.send(request, request), PARTNER, {}, context.clock)


def test_a_step_that_waited_for_somebody_still_knows_what_it_was_told(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = AskThenTell()
    monkeypatch.setattr("wiring.ACTIONS", {**ACTIONS, "ask-then-tell": action})
    with workbench(tmp_path) as bench:
        bench.publish(make_document(step("ask", "ask-then-tell", {})))
        bench.post()
        asked = bench.last_run()
        open_circuit(bench)
        bench.signal(asked, "ask", {"answer": 42})
        bench.run_due()

        [ask] = bench.service.runs.get(TENANT, asked.id).steps
        assert ask.status is StepStatus.WAITING
        assert ask.output == {"asked": "somebody"}
        assert "is open until" in (ask.error or "")
        [waiting] = ask.attempts
        assert (waiting.outcome, waiting.started_at) == ("waiting", NOW)

        bench.clock.turn(30_000)
        bench.run_due()

        assert bench.service.runs.get(TENANT, asked.id).run.status is RunStatus.SUCCEEDED
        told = action.seen[-1]
        assert told is not None
        assert [signal.payload for signal in told.signals] == [{"answer": 42}]
        assert told.output == {"asked": "somebody"}
