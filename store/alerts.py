"""Alerts: those that are raised, and those that are over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, select, update

from core.alerts import Alert, AlertFilter, AlertRule, AlertState
from core.clock import Milliseconds
from core.ids import first_id_at
from core.model import Page
from core.writes import ListQuery, Write
from store.database import Database
from store.paging import newest_first
from store.schema.alerts import alerts as table

_RAISED = table.c.resolved_at.is_(None)


class Alerts:
    """The table `alerts`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # A unique index keeps one raised alert of each automation and rule.
        unless_raised = database.insert(table).on_conflict_do_nothing()
        self._raise = database.prepare(unless_raised, [column.name for column in table.columns])
        ended: dict[str, Any] = {
            "resolved_at": bindparam("now"),
            "ended": bindparam("new_ended"),
        }
        mine = (table.c.id == bindparam("which")) & (table.c.tenant == bindparam("which_tenant"))
        self._resolve = database.prepare(update(table).where(mine, _RAISED).values(ended))
        self._delete = database.prepare(delete(table).where(mine))

    def raise_(self, alert: Alert) -> Write:
        """Adds an alert; guarded: refused while one of this automation and rule is raised."""
        values = {
            "id": alert.id,
            "tenant": alert.tenant,
            "automation_id": alert.automation_id,
            "automation_name": alert.automation_name,
            "rule": alert.rule,
            "seen": alert.seen,
            "raised_at": alert.raised_at,
            "resolved_at": alert.resolved_at,
            "ended": alert.ended,
        }
        return Write(self._raise, values, guarded=True)

    def resolve(self, alert: Alert, ended: str, now: Milliseconds) -> Write:
        """Says that an alert is over; guarded: refused when it is over already."""
        values = {
            "which": alert.id,
            "which_tenant": alert.tenant,
            "new_ended": ended,
            "now": now,
        }
        return Write(self._resolve, values, guarded=True)

    def get(self, tenant: str, alert_id: str) -> Alert | None:
        """One alert, or None."""
        row = self._database.first(
            select(table).where(table.c.id == alert_id, table.c.tenant == tenant)
        )
        return _alert(row) if row else None

    def raised(self, tenant: str) -> Sequence[Alert]:
        """Every alert that is raised now, the newest first."""
        rows = self._database.rows(select(table).where(table.c.tenant == tenant, _RAISED))
        return sorted(map(_alert, rows), key=lambda alert: alert.id, reverse=True)

    def list(self, tenant: str, which: AlertFilter, query: ListQuery) -> Page[Alert]:
        """A tenant's alerts, the newest first."""
        statement = select(table).where(table.c.tenant == tenant, *_conditions(which))
        return newest_first(self._database, statement, table.c.id, query, _alert)

    def over_before(self, tenant: str, before: Milliseconds, limit: int) -> Sequence[str]:
        """The ids of alerts that were over before a moment, the oldest first."""
        # What was over before it was raised before it, which the ids tell, and they have an index.
        raised_before = table.c.id < first_id_at(before)
        rows = self._database.rows(
            select(table.c.id)
            .where(table.c.tenant == tenant, raised_before, table.c.resolved_at < before)
            .order_by(table.c.id)
            .limit(limit)
        )
        return [row.id for row in rows]

    def delete(self, tenant: str, alert_id: str) -> Write:
        """Removes an alert; its notices are removed with `AlertNotices.delete`."""
        return Write(self._delete, {"which": alert_id, "which_tenant": tenant})


def _conditions(which: AlertFilter) -> Sequence[ColumnElement[bool]]:
    conditions = []
    if which.automation_id is not None:
        conditions.append(table.c.automation_id == which.automation_id)
    if which.state is not None:
        conditions.append(_RAISED if which.state is AlertState.RAISED else ~_RAISED)
    return conditions


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        id=row.id,
        tenant=row.tenant,
        automation_id=row.automation_id,
        automation_name=row.automation_name,
        rule=AlertRule(row.rule),
        seen=row.seen,
        raised_at=row.raised_at,
        resolved_at=row.resolved_at,
        ended=row.ended,
    )
