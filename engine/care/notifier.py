"""The way to people that takes care: a service that does not answer delays nobody else."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

from core.masking import Masker
from core.notifications import Notification, NotificationResult, Notifier, place_of
from engine.care.breaker import Ending
from engine.care.endpoint import Held
from engine.care.endpoints import Endpoints, Permit
from engine.care.sender import Caller


class CaringNotifier(Protocol):
    """A way to people for many callers."""

    def notify(
        self, address: str, notification: Notification, caller: Caller, masker: Masker
    ) -> NotificationResult:
        """Sends once to one address, or holds back (`NotificationResult.until`).

        `masker` hides what may not be shown of the service's host.
        """
        ...


class CareNotifier:
    """A `CaringNotifier` over the port to the network."""

    def __init__(self, notifier: Notifier, endpoints: Endpoints) -> None:
        self._notifier = notifier
        self._endpoints = endpoints

    def notify(
        self, address: str, notification: Notification, caller: Caller, masker: Masker
    ) -> NotificationResult:
        """Sends once, or holds back without waiting."""
        service = service_of(address)
        if service is None:
            # The network says what is wrong with such an address.
            return self._notifier.notify(address, notification)
        label = self._endpoints.label(caller.tenant, service) or place_of(address)
        permit = self._endpoints.enter(
            caller.tenant,
            service,
            label,
            caller.user,
            placed=caller.placed,
            waiter=caller.waiter,
        )
        if isinstance(permit, Held):
            return NotificationResult(
                label, 0, error=permit.reason, may_pass=True, until=permit.until
            )
        return self._notify(permit, address, notification, masker)

    def _notify(
        self, permit: Permit, address: str, notification: Notification, masker: Masker
    ) -> NotificationResult:
        ending, words, label = Ending.NOTHING, "", None
        try:
            result = self._notifier.notify(address, notification)
            ending, words = judge(result)
            label = masker.mask_text(result.place)
            return result
        finally:
            self._endpoints.leave(permit, ending, words, label=label)


def service_of(address: str) -> str | None:
    """Which service an address belongs to: its scheme and host, without user, path and options.

    Where a service has its host by itself, a token stands in its place. Both are for comparing
    alone, and shown to nobody. None when there is no such thing.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if not parts.scheme or not parts.hostname:
        return None
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def judge(result: NotificationResult) -> tuple[Ending, str]:
    """What a result tells of the service, and words for it that hold nothing of the address.

    A refusal says that the service is there: a status of 4xx, or what trying again cannot help.
    """
    if result.delivered:
        return Ending.ANSWERED, ""
    if result.status is None:
        return (Ending.FAILED, "no answer") if result.may_pass else (Ending.NOTHING, "")
    refused = not result.may_pass or 400 <= result.status < 500
    return (Ending.ANSWERED if refused else Ending.FAILED), f"status {result.status}"
