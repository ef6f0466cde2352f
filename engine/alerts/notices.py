"""Sends the notifications of alerts: after the commit, tried a few times, each on its own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

from core.alerts import AlertState, Notice, NoticeState
from core.clock import Clock, Milliseconds
from core.errors import GuardMissed
from core.notifications import Notification, NotificationResult, NotificationType
from core.store import Store

BATCH = 20
"""Notices that are taken up in one go."""
LEASE: Milliseconds = 120_000
"""A notice of which nothing is heard so long after it was taken up is taken up again."""
WAITS: Sequence[Milliseconds] = (30_000, 120_000, 600_000)
"""How long after each attempt the next one follows; after the last there is none."""
LONGEST_ERROR = 500

logger = logging.getLogger(__name__)


class Notifications(Protocol):
    """Notifies the addresses that secrets hold (`engine.notifying.NotificationService`)."""

    def send(
        self, tenant: str, to: Sequence[str], notification: Notification
    ) -> Sequence[NotificationResult]:
        """Sends once to each; what became of each."""
        ...


class NoticeSender:
    """Sends what is due. Any number of processes and threads may: each attempt is made by one."""

    def __init__(self, store: Store, notifications: Notifications, clock: Clock) -> None:
        self._store = store
        self._notifications = notifications
        self._clock = clock

    def send_due(self) -> int:
        """Makes the attempts that are due now; how many. Raises StorageUnavailable."""
        due = self._store.alert_notices.due(self._clock.now(), BATCH)
        return sum(self._attempt(notice) for notice in due)

    def _attempt(self, notice: Notice) -> bool:
        again_at = self._clock.now() + LEASE
        try:
            self._store.commit([self._store.alert_notices.claim(notice, again_at)])
        except GuardMissed:
            return False
        error, may_pass = self._send(notice)
        waits = WAITS[notice.attempts : notice.attempts + 1] if error and may_pass else ()
        state = NoticeState.FAILED if error else NoticeState.DELIVERED
        due_at = self._clock.now()
        if waits:
            state, due_at = NoticeState.PENDING, due_at + waits[0]
        if error:
            logger.warning("the notification of %s was not delivered: %s", notice.secret, error)
        self._store.commit([self._store.alert_notices.settle(notice, state, error, due_at)])
        return True

    def _send(self, notice: Notice) -> tuple[str | None, bool]:
        """Why it was not delivered, or None, and whether another attempt could do better."""
        raised = notice.about is AlertState.RAISED
        kind = NotificationType.FAILURE if raised else NotificationType.SUCCESS
        notification = Notification(body=notice.text, title=notice.title, type=kind)
        try:
            [result] = self._notifications.send(notice.tenant, [notice.secret], notification)
        except Exception as error:
            logger.exception("a notification broke off")
            return f"it broke off ({type(error).__name__})", True
        return (result.error or None) and str(result.error)[:LONGEST_ERROR], result.may_pass
