"""A run as its page shows it: gathered once, so that the templates only have to write it down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from builder_ui.advice import advise
from builder_ui.drawing import Drawing, draw
from builder_ui.timeline import Timeline, timeline
from builder_ui.visits import Visit
from core.errors import NotFoundError
from core.model import Document, RequestEntry, Run, StepRun
from core.states import RUN_ENDS, RUN_FAILURES, StepStatus
from core.store import RequestFilter
from core.writes import ListQuery
from engine.failing import Failure
from engine.graph import FAILURE, TRIGGER, Edge
from engine.runs import RunDetail

MOST_REQUESTS = 200


@dataclass(frozen=True, slots=True)
class StepView:
    """A step with what its version says of it. `title`, `icon` and `summary` are the builder's."""

    run: StepRun
    title: str
    icon: str
    summary: str
    action: str
    duration: int | None
    advice: str | None

    @property
    def started(self) -> str | None:
        """The id of the run that it started, of a step that starts one."""
        output = self.run.output
        starts = self.action == "run-automation" and isinstance(output, Mapping)
        return str(output["run_id"]) if starts and "run_id" in output else None


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything of a run that its page shows at once.

    `document` is None where the version is gone. `faulty` is the step that the run failed at, and
    `inbound` what came in for it with the answer its caller got.
    """

    detail: RunDetail
    name: str
    document: Document | None
    steps: Sequence[StepView]
    trigger: Mapping[str, Any]
    drawing: Drawing | None
    timeline: Timeline
    inbound: RequestEntry | None
    advice: str | None
    exists: bool

    @property
    def run(self) -> Run:
        """The run itself."""
        return self.detail.run

    @property
    def is_over(self) -> bool:
        """Whether nothing of it can change any more."""
        return self.run.status in RUN_ENDS

    @property
    def failing(self) -> Failure | None:
        """How the run is going to end, while it tells of its failure."""
        return None if self.is_over else self.detail.failure

    @property
    def by_id(self) -> Mapping[str, StepView]:
        """The steps by their ids."""
        return {step.run.step_id: step for step in self.steps}

    @property
    def faulty(self) -> StepView | None:
        """The step to look at first: the last that failed where the run went wrong."""
        if self.run.status not in RUN_FAILURES:
            return None
        failure = self.detail.failure
        if failure is not None and failure.verdict.step is not None:
            return self.by_id.get(failure.verdict.step)
        failed = [one for one in self.steps if one.run.status is StepStatus.FAILED]
        return max(failed, key=lambda one: one.run.finished_at or 0, default=None)

    @property
    def stamp(self) -> str:
        """Another text whenever something of the run has changed."""
        steps = [(one.step_id, one.status, len(one.attempts)) for one in self.detail.steps]
        state = (self.run.status, self.run.due_at, self.detail.behind, self.failing, steps)
        return f"{crc32(repr(state).encode()):08x}"

    def written(self, step_id: str) -> Mapping[str, Any] | None:
        """What a step's version says it is to do, with its templates."""
        steps = (self.document or {}).get("steps", ())
        return next((step.get("with") for step in steps if step["id"] == step_id), None)

    def taken(self, edge: Edge) -> bool:
        """Whether the run went this way."""
        if edge.source == TRIGGER:
            return True
        if edge.source == FAILURE:
            return self.detail.failure is not None
        source = self.by_id.get(edge.source)
        return source is not None and source.run.port == edge.port


def view_run(visit: Visit, run_id: str) -> RunView:
    """Gathers a run. Raises NotFoundError."""
    service, tenant = visit.service, visit.tenant
    detail = service.runs.get(tenant, run_id)
    run = detail.run
    document = _document(visit, run)
    sketch = service.sketches.outline(tenant, document)
    names = service.overview.names(tenant)
    return RunView(
        detail=detail,
        name=names.get(run.automation_id, run.automation_id),
        document=document,
        steps=[_step(step, sketch["steps"].get(step.step_id)) for step in detail.steps],
        trigger=sketch["trigger"],
        drawing=None if document is None else draw(document),
        timeline=timeline(run, detail.steps, visit.clock.now()),
        inbound=_inbound(visit, run),
        advice=advise(run.error),
        exists=run.automation_id in names,
    )


def step_requests(visit: Visit, run_id: str, step_id: str) -> list[RequestEntry]:
    """The requests that a step of a run made, the first attempt's first, without their bodies."""
    which = RequestFilter(run_id=run_id, direction="out")
    page = visit.service.requests.list(visit.tenant, which, ListQuery(limit=MOST_REQUESTS))
    return [entry for entry in reversed(page.items) if entry.step_id == step_id]


def _document(visit: Visit, run: Run) -> Document | None:
    try:
        found = visit.service.versions.get(visit.tenant, run.automation_id, run.version)
    except NotFoundError:
        return None
    return found.document


def _inbound(visit: Visit, run: Run) -> RequestEntry | None:
    """The request that brought the event: its entry has the event's id."""
    if run.replay_of is not None:
        return None
    try:
        return visit.service.requests.get(visit.tenant, run.event_id)
    except NotFoundError:
        return None


def _step(step: StepRun, sketch: Mapping[str, Any] | None) -> StepView:
    sketch = sketch or {"title": step.step_id, "icon": "note", "summary": "", "action": ""}
    began, ended = step.started_at, step.finished_at
    return StepView(
        run=step,
        title=sketch["title"],
        icon=sketch["icon"],
        summary=sketch["summary"],
        action=sketch["action"],
        duration=None if began is None or ended is None else ended - began,
        advice=advise(step.error),
    )
