"""Runs, their events and steps as the API shows them; `run_schemas` says the same in schemas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.clock import Milliseconds, to_rfc3339
from core.model import Attempt, Event, Run, StepRun
from engine.run_details import RunDetail
from engine.run_items import ItemState, LoopState, RunItems
from engine.run_timing import Timing
from engine.step_keys import split_key

SHOWN_ITEMS = 20
"""Items of each loop whose steps a run is shown with."""


def run_row(run: Run) -> dict[str, Any]:
    """A run as a list shows it: without its event, its steps and its output."""
    return {
        "id": run.id,
        "automation_id": run.automation_id,
        "version": run.version,
        "event_id": run.event_id,
        "status": run.status,
        "error": run.error,
        "created_at": to_rfc3339(run.created_at),
        "started_at": _time(run.started_at),
        "finished_at": _time(run.finished_at),
        "replay_of": run.replay_of,
    }


def run_json(detail: RunDetail, run_items: RunItems) -> dict[str, Any]:
    """A run with its event and every step; behind a loop stand the steps of its first items."""
    return {
        **run_row(detail.run),
        "order_key": detail.run.order_key,
        "waits_for": detail.behind,
        "quarantine_key": detail.run.quarantine_key,
        "quarantine_id": detail.quarantine_id,
        "output": detail.run.output,
        "failure": None if detail.failure is None else detail.failure.root,
        "event": None if detail.event is None else event_json(detail.event),
        "timing": timing_json(detail.timing),
        "steps": [
            one for step in detail.steps for one in _step_with_items(step, detail, run_items)
        ],
    }


def item_json(item: ItemState) -> dict[str, Any]:
    """An item of a loop with its steps."""
    return {
        "item": list(split_key(item.entry.step_id)[1]),
        "status": item.entry.status,
        "output": item.entry.output,
        "error": item.entry.error,
        "steps": _steps_of_items([item]),
    }


def timing_json(timing: Timing) -> dict[str, Milliseconds]:
    """Where the time of a run went."""
    return {
        "queued_ms": timing.queued,
        "in_steps_ms": timing.in_steps,
        "between_ms": timing.between,
        "total_ms": timing.total,
    }


def event_json(event: Event) -> dict[str, Any]:
    """An event as the API shows it."""
    return {
        "id": event.id,
        "type": event.type,
        "received_at": to_rfc3339(event.received_at),
        "method": event.method,
        "path": event.path,
        "query": event.query,
        "headers": event.headers,
        "params": event.params,
        "body": event.body,
        "replaces": event.replaces,
    }


def _step_with_items(step: StepRun, detail: RunDetail, run_items: RunItems) -> list[dict[str, Any]]:
    loop, run = detail.loops.get(step.step_id), detail.run
    if loop is None:
        return [_step_json(step)]
    first = run_items.items(run.tenant, run.id, loop.key, 0, SHOWN_ITEMS)
    return [_step_json(step, loop), *_steps_of_items(first)]


def _steps_of_items(items: Sequence[ItemState]) -> list[dict[str, Any]]:
    return [_step_json(step) for item in items for step in item.steps]


def _step_json(step: StepRun, loop: LoopState | None = None) -> dict[str, Any]:
    step_id, path = split_key(step.step_id)
    return {
        "id": step_id,
        "item": list(path),
        "status": step.status,
        "port": step.port,
        "output": step.output,
        "error": step.error,
        "items": None if loop is None else _loop_json(loop),
        "attempts": [_attempt_json(attempt) for attempt in step.attempts],
    }


def _loop_json(loop: LoopState) -> dict[str, Any]:
    return {
        "count": loop.count,
        "succeeded": loop.succeeded,
        "failed": loop.failed,
        "waiting": list(loop.waiting),
    }


def _attempt_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "started_at": to_rfc3339(attempt.started_at),
        "duration_ms": attempt.duration,
        "request_id": attempt.request_id,
        "outcome": attempt.outcome,
        "reason": attempt.reason,
    }


def _time(moment: Milliseconds | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)
