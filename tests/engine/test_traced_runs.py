"""Traces of runs: one trace from the caller to whomever a step calls, whoever executes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from core import log_context
from net.otel_traces import OtelTraces
from tests.support.builders import make_document, send, step
from tests.support.workbench import TENANT, Workbench, answered, workbench, workbench_again

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SAMPLED = {"traceparent": f"00-{TRACE}-{CALLER}-01"}
PARTNER = "https://partner.example/sync?token=t0ken"
NAMES = ("run orders", "step sync", "send-webhook")
SYNC = make_document(send("sync", PARTNER, retry={"attempts": 2, "initial": "5s", "jitter": 0}))


class Collector:
    """What a collector would have got."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.traces = OtelTraces(SimpleSpanProcessor(self._exporter))

    @property
    def spans(self) -> dict[str, ReadableSpan]:
        """The spans by their names, which must differ."""
        found = self._exporter.get_finished_spans()
        named = {span.name: span for span in found}
        assert len(named) == len(found), [span.name for span in found]
        return named

    @property
    def all(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    for name in ("OTEL_TRACES_SAMPLER", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"):
        monkeypatch.delenv(name, raising=False)
    opened = Collector()
    yield opened
    opened.traces.close()


@pytest.fixture
def traced(tmp_path: Path, collector: Collector) -> Iterator[Workbench]:
    with workbench(tmp_path, collector.traces) as opened:
        yield opened


def sent(bench: Workbench) -> list[str | None]:
    """The context that each request went out with."""
    return [dict(one.headers).get("traceparent") for one in bench.partner.received]


def id_of(span: ReadableSpan) -> str:
    return f"{span.context.span_id:016x}"


def parent_of(span: ReadableSpan) -> str | None:
    return None if span.parent is None else f"{span.parent.span_id:016x}"


def test_a_callers_trace_goes_on_to_the_partner(traced: Workbench, collector: Collector) -> None:
    traced.publish(SYNC)
    traced.post({"id": 7}, headers={**SAMPLED, "tracestate": "vendor=opaque"})

    run, sync, attempt = (
        collector.spans[one] for one in ("run orders", "step sync", "send-webhook")
    )
    assert {f"{span.context.trace_id:032x}" for span in collector.all} == {TRACE}
    assert parent_of(run) == CALLER
    assert parent_of(sync) == id_of(run)
    assert parent_of(attempt) == id_of(sync)
    assert sent(traced) == [f"00-{TRACE}-{id_of(attempt)}-01"]
    assert dict(traced.partner.received[0].headers)["tracestate"] == "vendor=opaque"


def test_a_run_without_a_caller_begins_a_trace_of_its_own(
    traced: Workbench, collector: Collector
) -> None:
    traced.publish(SYNC)
    traced.post({"id": 7}, headers={"traceparent": "00-nonsense-01"})

    run = collector.spans["run orders"]
    assert parent_of(run) is None
    trace_id = f"{run.context.trace_id:032x}"
    attempt = collector.spans["send-webhook"]
    assert sent(traced) == [f"00-{trace_id}-{id_of(attempt)}-01"]


def test_a_caller_that_keeps_no_trace_is_followed(traced: Workbench, collector: Collector) -> None:
    traced.publish(SYNC)
    traced.post({"id": 7}, headers={"traceparent": f"00-{TRACE}-{CALLER}-00"})

    assert collector.all == []
    [context] = sent(traced)
    assert context is not None and context.startswith(f"00-{TRACE}-") and context.endswith("-00")


def test_each_attempt_has_its_span_and_another_process_goes_on_in_the_trace(
    tmp_path: Path, collector: Collector
) -> None:
    first, second = collector, Collector()
    with workbench(tmp_path, first.traces) as before:
        before.partner.answers(answered(503))
        before.publish(SYNC)
        before.post({"id": 7}, headers=SAMPLED)
    with workbench_again(tmp_path, second.traces) as after:
        after.clock.turn(5_000)
        assert after.run_due() == 1
        assert after.last_run().status == "succeeded"

    [failed] = first.all
    run, sync, attempt = (second.spans[one] for one in NAMES)
    spans = [failed, attempt, sync, run]
    assert {f"{span.context.trace_id:032x}" for span in spans} == {TRACE}
    assert len({id_of(span) for span in spans}) == 4
    assert parent_of(failed) == parent_of(attempt) == id_of(sync)
    assert (parent_of(sync), parent_of(run)) == (id_of(run), CALLER)
    assert sent(before) == [f"00-{TRACE}-{id_of(failed)}-01"]
    assert sent(after) == [f"00-{TRACE}-{id_of(attempt)}-01"]
    assert run.end_time is not None and run.start_time is not None
    assert run.end_time - run.start_time == 5_000_000_000
    second.traces.close()


def test_spans_tell_what_happened_and_no_secret(traced: Workbench, collector: Collector) -> None:
    traced.partner.answers(answered(404, {"why": "t0ken"}))
    traced.service.secrets.put(TENANT, "TOKEN", "s3cr3t-token")
    key = {"headers": {"Authorization": "Bearer <secrets.TOKEN>"}}
    traced.publish(make_document(send("sync", PARTNER, with_=key)))
    traced.post({"id": 7}, headers=SAMPLED)

    spans, run = collector.spans, traced.last_run()
    attempt = spans["send-webhook"]
    assert dict(attempt.attributes or {}) == {
        "penstock.tenant": TENANT,
        "penstock.run.id": run.id,
        "penstock.step.id": "sync",
        "penstock.action": "send-webhook",
        "penstock.attempt": 1,
        "penstock.outcome": "failed",
        "http.request.method": "POST",
        "http.response.status_code": 404,
        "server.address": "partner.example",
    }
    assert [spans[name].status.status_code.name for name in spans] == ["ERROR"] * 3
    assert spans["run orders"].status.description == run.error
    assert [event.name for event in spans["run orders"].events] == ["taken up"]
    assert spans["run orders"].resource.attributes["service.name"] == "penstock"
    told = "".join(span.to_json() for span in spans.values())
    assert "s3cr3t" not in told
    assert "t0ken" not in told


def test_a_run_that_another_starts_is_in_its_trace(traced: Workbench, collector: Collector) -> None:
    by_hand = {"type": "manual", "with": {}, "next": ["note"]}
    note = step("note", "set-values", {"values": {"seen": 1}})
    traced.publish(make_document(note, trigger=by_hand), "child")
    start = step("start", "run-automation", {"automation": "child", "payload": {"id": 7}})
    traced.publish(make_document(start))
    traced.post({"id": 7}, headers=SAMPLED)
    while traced.run_due():
        pass

    spans = collector.spans
    assert parent_of(spans["run child"]) == id_of(spans["run-automation"])
    assert f"{spans['run child'].context.trace_id:032x}" == TRACE


def test_a_loop_has_a_span_and_so_has_each_step_in_it(
    traced: Workbench, collector: Collector
) -> None:
    loop = step("lines", "for-each", {"items": "<lines>"}, next={"each": ["one"]})
    one = step("one", "set-values", {"values": {"seen": "<item>"}})
    traced.publish(make_document(loop, one))
    traced.post({"lines": [1, 2]}, headers=SAMPLED)

    told = [(span.attributes or {}).get("penstock.step.id") for span in collector.all]
    assert sorted(one for one in told if one) == ["lines", "one[0]", "one[0]", "one[1]", "one[1]"]


def test_a_run_that_is_cancelled_has_its_span(traced: Workbench, collector: Collector) -> None:
    traced.dispatcher.full = True
    traced.publish(SYNC)
    traced.post({"id": 7}, headers=SAMPLED)
    traced.service.runs.cancel(TENANT, traced.last_run().id)

    [span] = collector.all
    assert (span.name, parent_of(span)) == ("run orders", CALLER)
    assert (span.attributes or {})["penstock.status"] == "cancelled"


def test_the_log_names_the_trace_while_it_is_executed(traced: Workbench) -> None:
    traced.partner.script = lambda _request: answered(200, dict(log_context.known_names()))
    traced.publish(SYNC)
    traced.post({"id": 7}, headers=SAMPLED)

    assert traced.steps()["sync"].output["body"]["trace_id"] == TRACE


def test_a_step_may_send_a_context_of_its_own(traced: Workbench) -> None:
    own = {"headers": {"Traceparent": "00-own"}}
    traced.publish(make_document(send("sync", PARTNER, with_=own)))
    traced.post({"id": 7}, headers=SAMPLED)

    [request] = traced.partner.received
    assert [value for name, value in request.headers if name.lower() == "traceparent"] == ["00-own"]


def test_the_request_log_shows_what_was_sent(traced: Workbench) -> None:
    traced.publish(SYNC)
    traced.post({"id": 7}, headers=SAMPLED)

    [step_run] = traced.steps().values()
    request_id = step_run.attempts[0].request_id
    assert request_id is not None
    shown = traced.service.requests.get(TENANT, request_id).request_headers
    assert [shown["traceparent"]] == sent(traced)


def test_without_traces_nothing_is_sent(bench: Workbench) -> None:
    bench.publish(SYNC)
    bench.post({"id": 7}, headers=SAMPLED)

    assert sent(bench) == [None]


def test_a_sampler_of_the_environment_decides_for_all_spans_of_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    collector = Collector()
    with workbench(tmp_path, collector.traces) as bench:
        bench.publish(SYNC)
        for number in range(40):
            bench.post({"id": number})
    kept = {span.context.trace_id for span in collector.all}
    assert 0 < len(kept) < 40
    assert len(collector.all) == 3 * len(kept)
    said = [context for context in sent(bench) if context and context.endswith("-01")]
    assert {int(context.split("-")[1], 16) for context in said} == kept
    collector.traces.close()
