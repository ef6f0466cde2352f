"""The journal: what became of each step of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select, text

from core.model import Attempt, Run, StepRun
from core.states import STEP_ENDS, StepStatus
from core.writes import Write
from store.database import Database
from store.encoding import decode, encode, encode_optional
from store.schema.runs import step_runs as table

_MOST_KEYS = 500
"""Keys that one statement asks for."""
_ENDS = ", ".join(f"'{end}'" for end in sorted(STEP_ENDS))


class StepRuns:
    """The table `step_runs`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        insert = database.insert(table)
        names = [column.name for column in table.columns]
        replaced = [name for name in names if name not in ("run_id", "step_id", "tenant")]
        self._keep = database.prepare(
            insert.on_conflict_do_update(
                index_elements=["run_id", "step_id"],
                set_={name: insert.excluded[name] for name in replaced},
                where=text(f"step_runs.status NOT IN ({_ENDS})"),
            ),
            names,
        )

    def journal(
        self, tenant: str, run_id: str, keys: Sequence[str] | None = None
    ) -> Sequence[StepRun]:
        """The steps of a run that have started, waited or ended; with `keys` only those."""
        wanted = select(table).where(_of_run(tenant, run_id))
        parts = [wanted] if keys is None else [wanted.where(_are(part)) for part in _parts(keys)]
        return [_step_run(row) for part in parts for row in self._database.rows(part)]

    def item_counts(self, tenant: str, run_id: str, loop: str) -> Mapping[StepStatus, int]:
        """How many items of a loop, given by its key, have ended how."""
        counted = (
            select(table.c.status, func.count().label("how_many"))
            .where(_of_run(tenant, run_id), _is_item_of(loop))
            .group_by(table.c.status)
        )
        rows = self._database.rows(counted)
        return {StepStatus(row.status): row.how_many for row in rows}

    def failed_items(self, tenant: str, run_id: str, loop: str, limit: int) -> Sequence[StepRun]:
        """The ends of items of a loop that failed, some of them where there are more."""
        failed = (
            select(table)
            .where(_of_run(tenant, run_id), _is_item_of(loop), table.c.status == StepStatus.FAILED)
            .limit(limit)
        )
        return [_step_run(row) for row in self._database.rows(failed)]

    def waiting_in_bodies(self, tenant: str, run_id: str, limit: int) -> Sequence[str]:
        """The keys of steps that wait in the bodies of loops, some where there are more."""
        waiting = (
            select(table.c.step_id)
            .where(_of_run(tenant, run_id), table.c.status == StepStatus.WAITING)
            .where(table.c.step_id.contains("[", autoescape=True))
            .limit(limit)
        )
        return [row.step_id for row in self._database.rows(waiting)]

    def keep(self, run: Run, step: StepRun) -> Write:
        """Inserts or replaces a journal entry; guarded: a step that has ended never changes."""
        return Write(
            self._keep,
            {
                "run_id": run.id,
                "step_id": step.step_id,
                "tenant": run.tenant,
                "status": step.status,
                "port": step.port,
                "output": encode_optional(step.output),
                "error": step.error,
                "due_at": step.due_at,
                "started_at": step.started_at,
                "finished_at": step.finished_at,
                "attempts": encode([_attempt_columns(attempt) for attempt in step.attempts]),
            },
            guarded=True,
        )


def _of_run(tenant: str, run_id: str) -> ColumnElement[bool]:
    return and_(table.c.run_id == run_id, table.c.tenant == tenant)


def _are(keys: Sequence[str]) -> ColumnElement[bool]:
    return table.c.step_id.in_(keys)


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """The keys in parts that a statement takes."""
    for start in range(0, len(keys), _MOST_KEYS):
        yield keys[start : start + _MOST_KEYS]


def _is_item_of(loop: str) -> ColumnElement[bool]:
    return table.c.step_id.startswith(f"{loop}[", autoescape=True)


def _attempt_columns(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "started_at": attempt.started_at,
        "duration": attempt.duration,
        "outcome": attempt.outcome,
        "reason": attempt.reason,
        "request_id": attempt.request_id,
    }


def _step_run(row: Row[Any]) -> StepRun:
    return StepRun(
        step_id=row.step_id,
        status=StepStatus(row.status),
        port=row.port,
        output=decode(row.output),
        error=row.error,
        due_at=row.due_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        attempts=tuple(Attempt(**attempt) for attempt in decode(row.attempts)),
    )
