"""What alerts are decided by, each found by an index however many runs there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, select, true, update

from core.alerts import Failure, LiveAutomation, Span
from core.clock import Milliseconds
from core.states import RUN_FAILURES
from core.writes import Write
from store.database import Database
from store.run_lists import GONE_WRONG
from store.schema.alerts import alert_watches as watches
from store.schema.alerts import up_spans
from store.schema.automations import automations
from store.schema.runs import runs


class AlertSigns:
    """The tables `alert_watches` and `up_spans`, and what is asked of runs and automations."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watch = database.prepare(
            database.insert(watches).on_conflict_do_nothing(),
            [column.name for column in watches.columns],
        )
        self._unwatch = database.prepare(
            delete(watches).where(
                watches.c.tenant == bindparam("which_tenant"),
                watches.c.automation_id == bindparam("which"),
            )
        )
        self._begin_span = database.prepare_insert(up_spans)
        later: dict[str, Any] = {"end_at": bindparam("new_end")}
        self._extend_span = database.prepare(
            update(up_spans)
            .where(up_spans.c.id == bindparam("which"), up_spans.c.end_at < bindparam("new_end"))
            .values(later)
        )
        self._forget_spans = database.prepare(
            delete(up_spans).where(up_spans.c.end_at < bindparam("before"))
        )

    def live(self, tenant: str) -> Sequence[LiveAutomation]:
        """What is published and enabled, by id."""
        columns = automations.c
        rows = self._database.rows(
            select(columns.id, columns.name, columns.published, columns.updated_at)
            .where(
                columns.tenant == tenant,
                columns.published.is_not(None),
                columns.enabled == true(),
            )
            .order_by(columns.id)
        )
        return [LiveAutomation(row.id, row.name, row.published, row.updated_at) for row in rows]

    def failed_after(self, tenant: str, since: Milliseconds) -> Mapping[str, Milliseconds]:
        """When runs failed or were halted last after `since`, by their automations."""
        # Bound values keep the index of failures by automation out: it knows no order in time. A
        # text of its own to group by does so too, or SQLite would walk all runs by automation.
        gone_wrong = runs.c.status.in_(sorted(RUN_FAILURES))
        automation = (runs.c.automation_id + "").label("automation")
        rows = self._database.rows(
            select(automation, func.max(runs.c.finished_at).label("newest"))
            .where(runs.c.tenant == tenant, runs.c.finished_at > since, gone_wrong)
            .group_by(automation)
        )
        return {row.automation: row.newest for row in rows}

    def newest_failure(self, tenant: str, automation_id: str) -> Failure | None:
        """The last run that failed or was halted."""
        row = self._database.first(
            select(runs.c.id, runs.c.finished_at, runs.c.error)
            .where(*_failures_of(tenant, automation_id))
            .order_by(runs.c.finished_at.desc())
            .limit(1)
        )
        return Failure(row.id, row.finished_at, row.error) if row else None

    def failures(
        self,
        tenant: str,
        automation_id: str,
        since: Milliseconds,
        until: Milliseconds,
        most: int,
    ) -> int:
        """How many runs failed or were halted after `since` and until `until`; `most` at most."""
        found = (
            select(runs.c.finished_at)
            .where(
                *_failures_of(tenant, automation_id),
                runs.c.finished_at > since,
                runs.c.finished_at <= until,
            )
            .order_by(runs.c.finished_at.desc())
            .limit(most)
            .subquery()
        )
        row = self._database.first(select(func.count()).select_from(found))
        return int(row[0]) if row else 0

    def last_event(self, tenant: str, automation_id: str) -> Milliseconds | None:
        """When the last event came; a replay is none."""
        row = self._database.first(
            select(runs.c.created_at)
            .where(
                runs.c.tenant == tenant,
                runs.c.automation_id == automation_id,
                runs.c.replay_of.is_(None),
            )
            .order_by(runs.c.id.desc())
            .limit(1)
        )
        return int(row[0]) if row else None

    def watches(self, tenant: str) -> Mapping[str, Milliseconds]:
        """Since when each automation is watched, by id."""
        rows = self._database.rows(select(watches).where(watches.c.tenant == tenant))
        return {row.automation_id: row.since for row in rows}

    def watch(self, tenant: str, automation_id: str, since: Milliseconds) -> Write:
        """Notes since when an automation is watched, unless it is noted."""
        values = {"tenant": tenant, "automation_id": automation_id, "since": since}
        return Write(self._watch, values)

    def unwatch(self, tenant: str, automation_id: str) -> Write:
        """An automation is not watched any more."""
        return Write(self._unwatch, {"which_tenant": tenant, "which": automation_id})

    def spans(self, since: Milliseconds) -> Sequence[Span]:
        """The times in which Penstock was up, but for those that ended before `since`."""
        rows = self._database.rows(select(up_spans).where(up_spans.c.end_at >= since))
        return [Span(row.id, row.begin_at, row.end_at) for row in rows]

    def begin_span(self, span: Span) -> Write:
        """Notes that Penstock is up."""
        return Write(self._begin_span, {"id": span.id, "begin_at": span.begin, "end_at": span.end})

    def extend_span(self, span: Span, end: Milliseconds) -> Write:
        """Notes that Penstock is still up."""
        return Write(self._extend_span, {"which": span.id, "new_end": end})

    def forget_spans(self, before: Milliseconds) -> Write:
        """Removes spans that ended before a moment."""
        return Write(self._forget_spans, {"before": before})


def _failures_of(tenant: str, automation_id: str) -> tuple[ColumnElement[bool], ...]:
    return (runs.c.tenant == tenant, runs.c.automation_id == automation_id, GONE_WRONG)
