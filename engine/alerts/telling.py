"""Raises and resolves alerts: the state and whoever is told of it are committed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.alerts import Alert, AlertState, Notice
from core.clock import Milliseconds
from core.errors import GuardMissed
from core.ids import new_id
from core.store import Store
from core.writes import Write
from engine.alerts.words import NOT_WATCHED
from engine.events.alert_events import RAISED, RESOLVED, alert_data
from engine.events.announcer import Announcer
from engine.people.inbox import InboxService

KIND = "alert"
"""The kind of messages about alerts."""


@dataclass(frozen=True, slots=True)
class AlertTelling:
    """Moves alerts. Of several processes that see the same, one moves it, and tells."""

    store: Store
    inbox: InboxService
    announcer: Announcer

    def raise_(self, alert: Alert, notify: Sequence[str]) -> bool:
        """Raises an alert and tells of it; False when another process did. StorageUnavailable."""
        return self._commit(
            self.store.alerts.raise_(alert),
            *self._tell(alert, f"Alert: {alert.automation_name}", alert.seen, RAISED),
            *self._notices(alert, notify, alert.raised_at),
        )

    def resolve(self, alert: Alert, ended: str, notify: Sequence[str], now: Milliseconds) -> bool:
        """Says that an alert is over and tells of it; False when another process did."""
        over = replace(alert, resolved_at=now, ended=ended)
        return self._commit(
            self.store.alerts.resolve(alert, ended, now),
            *self._tell(over, f"Over: {alert.automation_name}", ended, RESOLVED),
            *self._notices(over, notify, now),
        )

    def drop(self, alert: Alert, now: Milliseconds) -> bool:
        """Ends an alert that is not watched for any more; nobody is told."""
        return self._commit(self.store.alerts.resolve(alert, NOT_WATCHED, now))

    def _commit(self, *writes: Write) -> bool:
        try:
            self.store.commit(writes)
        except GuardMissed:
            return False
        return True

    def _tell(self, alert: Alert, title: str, text: str, event_type: str) -> Sequence[Write]:
        link = f"/automations/{alert.automation_id}"
        data = alert_data(alert)
        return [
            *self.inbox.tell_admins(alert.tenant, KIND, title, text, link),
            *self.announcer.announce(
                alert.tenant, event_type, data, automation_id=alert.automation_id
            ),
        ]

    def _notices(self, alert: Alert, notify: Sequence[str], now: Milliseconds) -> Sequence[Write]:
        raised = alert.state is AlertState.RAISED
        title = f"{'Alert' if raised else 'Over'}: {alert.automation_name}"
        text = alert.seen if raised else (alert.ended or "")
        return [
            self.store.alert_notices.insert(
                Notice(new_id(), alert.tenant, alert.id, name, alert.state, title, text, now)
            )
            for name in notify
        ]
