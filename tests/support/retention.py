"""Old rows, and their deletion as the store does it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from typing import Any

from sqlalchemy import select, text

from core.approvals import Approval, ApprovalState
from core.clock import Milliseconds
from core.model import Event, Run
from core.retention import Batch, Kept
from core.signals import Signal
from core.states import RunStatus
from core.writes import Write
from store import SqlStore
from store.database import Database
from store.schema import metadata
from store.schema.counts import usage_counts
from tests.support.builders import NOW, id_at, make_event, make_run, make_step_run

DAY = 86_400_000
LONG_AGO = NOW - 40 * DAY


def ended_run(event: Event | None = None, **changes: Any) -> Run:
    """A run that succeeded when it began."""
    event = event or make_event(received_at=changes.get("created_at", LONG_AGO))
    at = changes.get("created_at", event.received_at)
    ended = {"status": RunStatus.SUCCEEDED, "created_at": at, "finished_at": at, "due_at": None}
    return make_run(event, **{**ended, **changes})


def going_on(status: RunStatus, **changes: Any) -> Run:
    """A run of long ago that has not ended."""
    return ended_run(**{**changes, "status": status, "finished_at": None})


def whole(store: SqlStore, run: Run, **changes: Any) -> list[Write]:
    """A run with all that belongs to it; its event too, unless it is a replay."""
    event = make_event(
        id=run.event_id,
        tenant=run.tenant,
        automation_id=run.automation_id,
        received_at=run.created_at,
        **changes,
    )
    writes = [store.events.insert(event)] if run.replay_of is None else []
    signal = Signal(id_at(NOW), run.tenant, run.id, "sync", NOW, {"told": True})
    return [
        *writes,
        store.runs.insert(run),
        store.runs.keep_step(run, make_step_run("sync")),
        store.runs.keep_step(run, make_step_run("ask")),
        store.signals.insert(signal),
        store.approvals.insert(_approval(run)),
    ]


def add_runs(store: SqlStore, *runs: Run) -> None:
    """Stores runs with all that belongs to them."""
    for run in runs:
        store.commit(whole(store, run))


def delete(store: SqlStore, kind: Kept, before: Milliseconds = NOW, tenant: str = "acme") -> int:
    """Deletes batch by batch what is older; how many rows."""
    rows, cursor = 0, None
    while (batch := store.retention.expired[kind].batch(tenant, before, cursor)) is not None:
        store.commit(batch.writes)
        rows, cursor = rows + batch.rows, batch.cursor
    return rows


def first_batch(store: SqlStore, kind: Kept, before: Milliseconds = NOW) -> Batch:
    """What would be deleted first."""
    batch = store.retention.expired[kind].batch("acme", before, None)
    assert batch is not None
    return batch


def kept_runs(store: SqlStore, runs: Iterable[Run]) -> list[Run]:
    """Those that are there still."""
    return [run for run in runs if store.runs.get(run.tenant, run.id) is not None]


def rows_of(url: str) -> dict[str, int]:
    """How many rows each table has that has any; what was used of the month is never deleted."""
    with closing(Database(url)) as database:
        counts = {
            table.name: len(database.rows(select(*table.primary_key.columns)))
            for table in metadata.sorted_tables
            if table is not usage_counts
        }
    return {name: count for name, count in counts.items() if count}


ORPHANS = {
    "runs without their event": "SELECT id FROM runs WHERE event_id NOT IN (SELECT id FROM events)",
    "events without a run": "SELECT id FROM events WHERE id NOT IN (SELECT event_id FROM runs)",
    **{
        f"{part} without their run": f"SELECT 1 FROM {part} WHERE run_id NOT IN "
        "(SELECT id FROM runs)"
        for part in ("step_runs", "signals", "approvals")
    },
}


def orphans(database: Database) -> list[str]:
    """What has lost what it belongs to."""
    found = {
        what: database.read(lambda one, question=question: one.execute(text(question)).all())
        for what, question in ORPHANS.items()
    }
    return [f"{len(rows)} {what}" for what, rows in found.items() if rows]


def _approval(run: Run) -> Approval:
    return Approval(
        id=id_at(NOW),
        tenant=run.tenant,
        automation_id=run.automation_id,
        run_id=run.id,
        step_id="ask",
        title="Ship it?",
        message="",
        form={},
        asked=("role:admin",),
        state=ApprovalState.APPROVED,
        requested_at=run.created_at,
        expires_at=run.created_at + DAY,
    )
