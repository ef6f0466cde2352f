"""The trace of a run that ends in nobody's hands: it was cancelled, or could not be executed."""

from __future__ import annotations

from core.clock import Milliseconds
from core.errors import StorageUnavailable
from core.model import Event, Run
from core.states import RunStatus
from core.store import Store
from core.traces import Traces


def trace_end(
    traces: Traces, store: Store, run: Run, status: RunStatus, error: str | None, at: Milliseconds
) -> None:
    """Tells of the end of a run, whose event is read for it where traces are wanted."""
    if not traces.wanted:
        return
    trace = traces.of(run, _event(store, run))
    if trace is not None:
        trace.run_ended(status, error, at)


def _event(store: Store, run: Run) -> Event | None:
    try:
        return store.events.get(run.tenant, run.event_id)
    except StorageUnavailable:
        return None
