"""Traces of runs for OpenTelemetry, sent by OTLP over HTTP. Loaded where traces are wanted.

Spans are made of what has happened, when it has: a run may rest for days and go on in another
process, where no open span could follow it. Their ids are made of those of the run, its steps and
attempts, so that whoever makes a span knows its parent's.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from urllib.parse import urlsplit

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from core.clock import Milliseconds
from core.http import Headers
from core.model import Attempt, Event, RequestEntry, Run, StepRun
from core.states import RUN_FAILURES, RunStatus, StepStatus
from core.traces import CONTEXT_HEADERS

CLOSE_SECONDS = 3.0
"""How long a stop waits for what is left to be sent."""
LONGEST_WORDS = 500
"""Characters of an error that a span has."""

_GOES_ON = ("waiting", "deferred")
"""Outcomes of attempts that are not over."""
_FAILED = ("failed", "retry", "halted")

_W3C = TraceContextTextMapPropagator()


class OtelTraces:
    """The traces of a process (`core.traces.Traces`). Make it after a fork, never before one.

    Where spans go, which are sampled and what else they carry is in the variables `OTEL_…` that the
    SDK reads itself. `processor` takes spans in the exporter's place.
    """

    wanted = True

    def __init__(self, processor: SpanProcessor | None = None) -> None:
        self._ids = _PlannedIds()
        self._provider = TracerProvider(
            resource=_resource(), id_generator=self._ids, shutdown_on_exit=False
        )
        self._provider.add_span_processor(processor or BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("penstock", version("penstock"))

    def of(self, run: Run, event: Event | None) -> OtelRunTrace:
        """The trace of a run: its caller's, or one that begins with it."""
        return OtelRunTrace(self, run, event)

    def close(self) -> None:
        """Hands over what is left, within a few seconds: a collector may be away."""
        closing = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        closing.start()
        closing.join(CLOSE_SECONDS)

    def is_sampled(self, around: Context, trace_id: int, name: str, kind: SpanKind) -> bool:
        """Whether the spans of a trace are kept; the same in every process."""
        decided = self._provider.sampler.should_sample(around, trace_id, name, kind)
        return decided.decision is Decision.RECORD_AND_SAMPLE

    def begin(
        self,
        name: str,
        ids: tuple[int, int],
        around: Context,
        kind: SpanKind,
        start: Milliseconds,
        attributes: Mapping[str, str | int],
    ) -> Span:
        """A span with these ids, of its trace and its own, which began at this moment."""
        self._ids.plan(*ids)
        return self._tracer.start_span(
            name, around, kind, attributes, start_time=_nanoseconds(start)
        )


class OtelRunTrace:
    """The trace of one run (`core.traces.RunTrace`)."""

    def __init__(self, traces: OtelTraces, run: Run, event: Event | None) -> None:
        self._traces = traces
        self._run = run
        self._name = f"run {run.automation_id}"
        came = event is not None and bool(event.method)
        self._kind = SpanKind.SERVER if came else SpanKind.INTERNAL
        self._caller = _W3C.extract(dict(event.headers) if event else {}, Context())
        caller = get_current_span(self._caller).get_span_context()
        # Samplers take a trace's id for random in all its bits, which a UUID's are not.
        self._trace_id = caller.trace_id if caller.is_valid else _number(run.id, 16)
        self._state = caller.trace_state
        sampled = traces.is_sampled(self._caller, self._trace_id, self._name, self._kind)
        self._flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
        self._common = {"penstock.tenant": run.tenant, "penstock.run.id": run.id}

    @property
    def trace_id(self) -> str:
        """The id that its caller gave, or its own."""
        return f"{self._trace_id:032x}"

    def context_of(self, step_id: str, number: int) -> Headers:
        """What an attempt hands on: `traceparent`, and the caller's `tracestate`."""
        carrier: dict[str, str] = {}
        _W3C.inject(carrier, self._inside(step_id, number))
        return tuple((name, carrier[name]) for name in CONTEXT_HEADERS if name in carrier)

    def attempt_made(
        self, action: str, step_id: str, attempt: Attempt, requests: Sequence[RequestEntry]
    ) -> None:
        """A span for an attempt that is over; of its requests it tells the last."""
        if attempt.outcome in _GOES_ON or not self._flags.sampled:
            return
        attributes: dict[str, str | int] = {
            **self._common,
            "penstock.step.id": step_id,
            "penstock.action": action,
            "penstock.attempt": attempt.number,
            "penstock.outcome": attempt.outcome,
            **(_of_request(requests[-1]) if requests else {}),
        }
        span = self._begin(
            action,
            (step_id, attempt.number),
            self._inside(step_id),
            attempt.started_at,
            attributes,
            SpanKind.CLIENT if requests else SpanKind.INTERNAL,
        )
        reason = attempt.reason if attempt.outcome in _FAILED else None
        _end(span, attempt.started_at + attempt.duration, reason)

    def step_ended(self, action: str, step: StepRun) -> None:
        """A span for a step, from its first attempt on."""
        if step.started_at is None or step.finished_at is None or not self._flags.sampled:
            return
        attributes: dict[str, str | int] = {
            **self._common,
            "penstock.step.id": step.step_id,
            "penstock.action": action,
            "penstock.status": step.status.value,
        }
        name = f"step {step.step_id.partition('[')[0]}"
        span = self._begin(name, (step.step_id,), self._inside(), step.started_at, attributes)
        failed = step.status is StepStatus.FAILED
        _end(span, step.finished_at, step.error or "failed" if failed else None)

    def run_ended(self, status: RunStatus, error: str | None, at: Milliseconds) -> None:
        """The span of the run, from its acceptance on; it says when it was first taken up."""
        if not self._flags.sampled:
            return
        run = self._run
        attributes: dict[str, str | int] = {
            **self._common,
            "penstock.automation.id": run.automation_id,
            "penstock.automation.version": run.version,
            "penstock.event.id": run.event_id,
            "penstock.status": status.value,
        }
        span = self._begin(self._name, (), self._caller, run.created_at, attributes, self._kind)
        if run.started_at is not None:
            span.add_event("taken up", timestamp=_nanoseconds(run.started_at))
        _end(span, at, error or status.value if status in RUN_FAILURES else None)

    def _begin(
        self,
        name: str,
        place: tuple[str | int, ...],
        around: Context,
        start: Milliseconds,
        attributes: Mapping[str, str | int],
        kind: SpanKind = SpanKind.INTERNAL,
    ) -> Span:
        ids = (self._trace_id, self._span_id(*place))
        return self._traces.begin(name, ids, around, kind, start, attributes)

    def _inside(self, *place: str | int) -> Context:
        """A context within the run, one of its steps, or one of that one's attempts."""
        context = SpanContext(
            self._trace_id, self._span_id(*place), False, self._flags, self._state
        )
        return set_span_in_context(NonRecordingSpan(context), Context())

    def _span_id(self, *place: str | int) -> int:
        return _number("/".join(map(str, (self._run.id, *place))), 8)


class _PlannedIds(IdGenerator):
    """Gives the span that this thread begins the ids that are planned for it."""

    def __init__(self) -> None:
        self._of_thread = threading.local()

    def plan(self, trace_id: int, span_id: int) -> None:
        """For the span that this thread begins next."""
        self._of_thread.ids = (trace_id, span_id)

    def generate_trace_id(self) -> int:
        """That of a span without a parent."""
        trace_id: int = self._of_thread.ids[0]
        return trace_id

    def generate_span_id(self) -> int:
        """That of the span."""
        span_id: int = self._of_thread.ids[1]
        return span_id


def _resource() -> Resource:
    found = Resource.create()
    named = not str(found.attributes.get(SERVICE_NAME, "")).startswith("unknown_service")
    return found if named else found.merge(Resource({SERVICE_NAME: "penstock"}))


def _of_request(entry: RequestEntry) -> Mapping[str, str | int]:
    """What a span tells of a request: no path and no query, in which data stands."""
    told: dict[str, str | int] = {"http.request.method": entry.method}
    if host := _host(entry.url):
        told["server.address"] = host
    if entry.status is not None:
        told["http.response.status_code"] = entry.status
    return told


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _end(span: Span, at: Milliseconds, failure: str | None) -> None:
    if failure is not None:
        span.set_status(Status(StatusCode.ERROR, failure[:LONGEST_WORDS]))
    span.end(_nanoseconds(at))


def _number(text: str, size: int) -> int:
    """A number of so many bytes that is made of a text alone, and looks like chance; never 0."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=size).digest(), "big") or 1


def _nanoseconds(moment: Milliseconds) -> int:
    return moment * 1_000_000
