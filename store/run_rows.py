"""Runs as rows, and rows as runs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from core.model import Run
from core.states import RunStatus
from store.encoding import decode, encode_optional


def run_columns(run: Run) -> dict[str, Any]:
    """The columns of a run."""
    return {
        "id": run.id,
        "tenant": run.tenant,
        "automation_id": run.automation_id,
        "version": run.version,
        "event_id": run.event_id,
        "status": run.status,
        "token": run.token,
        "executor": run.executor,
        "due_at": run.due_at,
        "created_at": run.created_at,
        "deadline": run.deadline,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "output": encode_optional(run.output),
        "error": run.error,
        "replay_of": run.replay_of,
        "awaited": run.awaited,
        "depth": run.depth,
        "signals": run.signals,
        "parent_run_id": run.parent_run_id,
        "parent_step": run.parent_step,
        "order_key": run.order_key,
        "quarantine_key": run.quarantine_key,
        "position": run.position,
    }


def run_of(row: Row[Any]) -> Run:
    """The run of a row with every column."""
    return Run(
        id=row.id,
        tenant=row.tenant,
        automation_id=row.automation_id,
        version=row.version,
        event_id=row.event_id,
        status=RunStatus(row.status),
        token=row.token,
        executor=row.executor,
        due_at=row.due_at,
        created_at=row.created_at,
        deadline=row.deadline,
        started_at=row.started_at,
        finished_at=row.finished_at,
        output=decode(row.output),
        error=row.error,
        replay_of=row.replay_of,
        awaited=bool(row.awaited),
        depth=row.depth,
        signals=row.signals,
        parent_run_id=row.parent_run_id,
        parent_step=row.parent_step,
        order_key=row.order_key,
        quarantine_key=row.quarantine_key,
        position=row.position,
    )
