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
from engine.failing import Failure
from engine.graph import FAILURE, TRIGGER, Edge
from engine.run_details import RunDetail
from engine.run_items import LoopState
from engine.step_keys import Path, key_of, split_key


@dataclass(frozen=True, slots=True)
class StepView:
    """A step with what its version says of it. `title`, `icon` and `summary` are the builder's.

    `id` is the step's and `mark` the key as it stands in an id of the page. `loop` tells how far it
    is where it goes through a list.
    """

    run: StepRun
    id: str
    mark: str
    path: Path
    title: str
    icon: str
    summary: str
    action: str
    duration: int | None
    advice: str | None
    loop: LoopState | None = None

    @property
    def sent(self) -> str | None:
        """The request that it sent last."""
        sent = (attempt.request_id for attempt in reversed(self.run.attempts))
        return next(filter(None, sent), None)

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
    sketch: Mapping[str, Any]
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
            step_id, _ = split_key(failure.verdict.step)
            return self.by_id.get(self.loop_around(step_id) or step_id)
        failed = [one for one in self.steps if one.run.status is StepStatus.FAILED]
        return max(failed, key=lambda one: one.run.finished_at or 0, default=None)

    @property
    def stamp(self) -> str:
        """Another text whenever something of the run has changed."""
        steps = [(one.step_id, one.status, len(one.attempts)) for one in self.detail.steps]
        detail, run = self.detail, self.run
        state = (run.status, run.due_at, detail.behind, self.failing, steps, detail.loops)
        return f"{crc32(repr(state).encode()):08x}"

    def written(self, step_id: str) -> Mapping[str, Any] | None:
        """What a step's version says it is to do, with its templates."""
        steps = (self.document or {}).get("steps", ())
        return next((step.get("with") for step in steps if step["id"] == step_id), None)

    def loop_around(self, step_id: str) -> str | None:
        """The outermost loop in whose body a step is."""
        found = [loop for loop, body in self.detail.bodies.items() if step_id in body]
        return next((loop for loop in found if loop in self.by_id), None)

    def item_of(self, step: StepView) -> str | None:
        """The key of the item for which a step was executed."""
        around = [loop for loop, body in self.detail.bodies.items() if step.id in body]
        if not step.path or not around:
            return None
        innermost = min(around, key=lambda loop: len(self.detail.bodies[loop]))
        return key_of(innermost, step.path)

    def is_inside(self, edge: Edge) -> bool:
        """Whether an edge leads through the body of a loop, which goes its way for each item."""
        return self.loop_around(edge.target) is not None

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
    inbound = _inbound(visit, run)
    return RunView(
        detail=detail,
        name=names.get(run.automation_id, run.automation_id),
        document=document,
        steps=[view_step(step, sketch, detail.loops.get(step.step_id)) for step in detail.steps],
        sketch=sketch,
        trigger=sketch["trigger"],
        drawing=None if document is None else draw(document, detail.bodies),
        timeline=timeline(run, detail.steps, visit.clock.now(), inbound),
        inbound=inbound,
        advice=advise(run.error),
        exists=run.automation_id in names,
    )


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


def view_step(step: StepRun, sketch: Mapping[str, Any], loop: LoopState | None = None) -> StepView:
    """A step as its page shows it; `sketch` is that of its version."""
    step_id, path = split_key(step.step_id)
    unknown = {"title": step_id, "icon": "note", "summary": "", "action": ""}
    known = sketch["steps"].get(step_id) or unknown
    began, ended = step.started_at, step.finished_at
    return StepView(
        run=step,
        id=step_id,
        mark="-".join(map(str, (step_id, *path))),
        path=path,
        title=known["title"],
        icon=known["icon"],
        summary=known["summary"],
        action=known["action"],
        duration=None if began is None or ended is None else ended - began,
        advice=advise(step.error),
        loop=loop,
    )
