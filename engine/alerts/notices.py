"""Sends the notifications of alerts: after the commit, tried a few times, each on its own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from core import log_context
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
        after = self._after(notice, self._send(notice))
        if after.error:
            words = "the notification of %s was not delivered: %s"
            told_of = log_context.of(notice.tenant)
            logger.warning(words, notice.secret, after.error, extra=told_of)
        self._store.commit([self._store.alert_notices.settle(after)])
        return True

    def _after(self, notice: Notice, result: NotificationResult) -> Notice:
        """The notice as it stands after a try. One that was held back is no attempt."""
        error = (result.error or None) and str(result.error)[:LONGEST_ERROR]
        pending = NoticeState.PENDING
        if result.until is not None:
            return replace(notice, state=pending, error=error, due_at=result.until)
        waits = WAITS[notice.attempts : notice.attempts + 1] if error and result.may_pass else ()
        state = NoticeState.FAILED if error else NoticeState.DELIVERED
        return replace(
            notice,
            state=pending if waits else state,
            attempts=notice.attempts + 1,
            error=error,
            due_at=self._clock.now() + sum(waits),
        )

    def _send(self, notice: Notice) -> NotificationResult:
        """What became of it, a fault of ours too."""
        raised = notice.about is AlertState.RAISED
        kind = NotificationType.FAILURE if raised else NotificationType.SUCCESS
        notification = Notification(body=notice.text, title=notice.title, type=kind)
        try:
            [result] = self._notifications.send(notice.tenant, [notice.secret], notification)
        except Exception as error:
            logger.exception("a notification broke off", extra=log_context.of(notice.tenant))
            words = f"it broke off ({type(error).__name__})"
            return NotificationResult(notice.secret, 0, error=words, may_pass=True)
        return result
