"""Notifications of alerts on their way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Text, bindparam, delete, exists, select, update

from core.alerts import AlertState, Notice, NoticeState
from core.clock import Milliseconds
from core.writes import Write
from store.database import Database
from store.schema.alerts import alert_notices as table

# Written out, not bound: SQLite takes a partial index only where its condition stands in words.
_PENDING_WORD = bindparam("pending", NoticeState.PENDING.value, type_=Text, literal_execute=True)
_PENDING = table.c.state == _PENDING_WORD

_earlier = table.alias("earlier")
_COMES_TOO_EARLY = (table.c.about == AlertState.RESOLVED) & exists().where(
    _earlier.c.tenant == table.c.tenant,
    _earlier.c.alert_id == table.c.alert_id,
    _earlier.c.secret == table.c.secret,
    _earlier.c.about == AlertState.RAISED,
    _earlier.c.state == _PENDING_WORD,
)
"""Of a notice that an alert is over, while the one that it was raised is still on its way."""


class AlertNotices:
    """The table `alert_notices`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepare_insert(table)
        mine = update(table).where(
            table.c.id == bindparam("which"), table.c.tenant == bindparam("which_tenant")
        )
        claimed: dict[str, Any] = {
            "attempts": bindparam("new_attempts"),
            "due_at": bindparam("new_due_at"),
        }
        self._claim = database.prepare(
            mine.where(
                table.c.attempts == bindparam("old_attempts"),
                table.c.state == bindparam("old_state"),
            ).values(claimed)
        )
        settled: dict[str, Any] = {
            "state": bindparam("new_state"),
            "attempts": bindparam("new_attempts"),
            "error": bindparam("new_error"),
            "due_at": bindparam("new_due_at"),
        }
        self._settle = database.prepare(mine.values(settled))
        self._delete = database.prepare(
            delete(table).where(
                table.c.alert_id == bindparam("which_alert"),
                table.c.tenant == bindparam("which_tenant"),
            )
        )

    def insert(self, notice: Notice) -> Write:
        """Adds a notice, to be sent."""
        return Write(
            self._insert,
            {
                "id": notice.id,
                "tenant": notice.tenant,
                "alert_id": notice.alert_id,
                "secret": notice.secret,
                "about": notice.about,
                "title": notice.title,
                "text": notice.text,
                "due_at": notice.due_at,
                "state": notice.state,
                "attempts": notice.attempts,
                "error": notice.error,
            },
        )

    def due(self, now: Milliseconds, limit: int) -> Sequence[Notice]:
        """What is to be sent now, the longest due first, of every tenant.

        That an alert is over is not, as long as it is still tried to say that it was raised.
        """
        statement = (
            select(table)
            .where(_PENDING, table.c.due_at <= now, ~_COMES_TOO_EARLY)
            .order_by(table.c.due_at)
            .limit(limit)
        )
        return [_notice(row) for row in self._database.rows(statement)]

    def claim(self, notice: Notice, again_at: Milliseconds) -> Write:
        """Counts an attempt; guarded: refused when somebody else took it up since it was read."""
        values = {
            **_which(notice),
            "old_attempts": notice.attempts,
            "old_state": NoticeState.PENDING,
            "new_attempts": notice.attempts + 1,
            "new_due_at": again_at,
        }
        return Write(self._claim, values, guarded=True)

    def settle(self, notice: Notice) -> Write:
        """How a notice stands that was taken up: its state, attempts, error and next moment."""
        values = {
            **_which(notice),
            "new_state": notice.state,
            "new_attempts": notice.attempts,
            "new_error": notice.error,
            "new_due_at": notice.due_at,
        }
        return Write(self._settle, values)

    def of_alerts(self, tenant: str, alert_ids: Sequence[str]) -> Mapping[str, Sequence[Notice]]:
        """The notices of several alerts, the oldest first."""
        found: dict[str, list[Notice]] = {alert_id: [] for alert_id in alert_ids}
        if found:
            statement = select(table).where(table.c.tenant == tenant, table.c.alert_id.in_(found))
            for row in self._database.rows(statement.order_by(table.c.id)):
                found[row.alert_id].append(_notice(row))
        return found

    def delete(self, tenant: str, alert_id: str) -> Write:
        """Removes the notices of an alert."""
        return Write(self._delete, {"which_alert": alert_id, "which_tenant": tenant})


def _which(notice: Notice) -> dict[str, Any]:
    return {"which": notice.id, "which_tenant": notice.tenant}


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        id=row.id,
        tenant=row.tenant,
        alert_id=row.alert_id,
        secret=row.secret,
        about=AlertState(row.about),
        title=row.title,
        text=row.text,
        due_at=row.due_at,
        state=NoticeState(row.state),
        attempts=row.attempts,
        error=row.error,
    )
