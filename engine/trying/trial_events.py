"""What a trial tells while it goes on: each event a name and its data as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.clock import Milliseconds, to_rfc3339
from core.errors import Fault
from core.masking import Masker
from core.model import RequestEntry, StepRun
from core.outcomes import Answer
from core.states import StepStatus
from engine.request_json import body_members, request_json
from engine.run_end import Verdict
from engine.step_keys import split_key


@dataclass(frozen=True, slots=True)
class TrialEvent:
    """`started`, `step`, `ended` or `refused`, with its data."""

    name: str
    data: Mapping[str, Any]


def started(steps: Sequence[str]) -> TrialEvent:
    """The trial begins; these steps may be executed."""
    return TrialEvent("started", {"steps": list(steps)})


def refused(message: str, faults: Iterable[Fault]) -> TrialEvent:
    """Nothing was executed, and why."""
    shown = [{"path": fault.path, "message": fault.message} for fault in faults]
    return TrialEvent("refused", {"detail": message, "faults": shown})


def running(step_id: str, now: Milliseconds) -> TrialEvent:
    """A step begins."""
    return step_event(StepRun(step_id, StepStatus.RUNNING, started_at=now))


def step_event(
    step: StepRun,
    *,
    duration: Milliseconds | None = None,
    pinned: bool = False,
    note: str | None = None,
    requests: Sequence[RequestEntry] = (),
) -> TrialEvent:
    """Where a step stands; `pinned` when its result was given and it was not executed.

    `item` are the indexes of the items for which it is executed, in the body of a loop.
    """
    step_id, path = split_key(step.step_id)
    return TrialEvent(
        "step",
        {
            "id": step_id,
            "item": list(path),
            "status": step.status.value,
            "port": step.port,
            "output": step.output,
            "error": step.error,
            "started_at": None if step.started_at is None else to_rfc3339(step.started_at),
            "duration": duration,
            "pinned": pinned,
            "note": note,
            "requests": [request_json(entry) for entry in requests],
        },
    )


def ended(
    verdict: Verdict, answer: Answer | None, masker: Masker, duration: Milliseconds
) -> TrialEvent:
    """The end, as a run's, with what a waiting caller would have been answered."""
    return TrialEvent(
        "ended",
        {
            "status": verdict.status.value,
            "output": verdict.output,
            "error": verdict.error,
            "answer": None if answer is None else _answer(answer, masker),
            "duration": duration,
        },
    )


def _answer(answer: Answer, masker: Masker) -> dict[str, Any]:
    return {
        "status": answer.status,
        "headers": dict(masker.mask_headers(answer.headers)),
        **body_members("body", masker.mask_bytes(answer.body)),
    }
