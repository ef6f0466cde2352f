"""The ways out for as long as a trial lasts."""

from __future__ import annotations

from dataclasses import replace

from core.clock import Clock, Milliseconds
from core.http import OutboundRequest, SendResult
from core.masking import Masker
from core.notifications import Notification, NotificationResult
from engine.care.notifier import CaringNotifier
from engine.care.sender import Caller, CaringSender


class TimedSender:
    """Sends with what is left of the trial's time at most (`engine.care.sender.CaringSender`)."""

    def __init__(self, sender: CaringSender, clock: Clock, deadline: Milliseconds) -> None:
        self._sender = sender
        self._clock = clock
        self._deadline = deadline

    def send(self, request: OutboundRequest, caller: Caller, shown_url: str) -> SendResult:
        """Sends once."""
        left = max(self._deadline - self._clock.now(), 1)
        timed = replace(request, timeout=min(request.timeout, left))
        return self._sender.send(timed, caller, shown_url)


class TimedNotifier:
    """Notifies with what is left of the trial's time at most (`engine.care.notifier`)."""

    def __init__(self, notifier: CaringNotifier, clock: Clock, deadline: Milliseconds) -> None:
        self._notifier = notifier
        self._clock = clock
        self._deadline = deadline

    def notify(
        self, address: str, notification: Notification, caller: Caller, masker: Masker
    ) -> NotificationResult:
        """Notifies once."""
        left = max(self._deadline - self._clock.now(), 1)
        timed = replace(notification, timeout=min(notification.timeout, left))
        return self._notifier.notify(address, timed, caller, masker)
