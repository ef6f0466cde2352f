"""Notifications that are no step's, such as alerts: sent, and kept in the request log, masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.clock import Clock, Milliseconds
from core.ids import new_id
from core.masking import Masker
from core.model import RequestEntry
from core.notifications import METHOD, Notification, NotificationResult
from core.store import Store
from engine.care.endpoint import ALERTS, User
from engine.care.notifier import CaringNotifier
from engine.care.sender import Caller
from engine.sent_requests import KEPT_BODY
from engine.vault import TenantSecrets, Vault


class NotificationService:
    """Notifies people on Penstock's own behalf."""

    def __init__(self, store: Store, vault: Vault, notifier: CaringNotifier, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._notifier = notifier
        self._clock = clock

    def send(
        self, tenant: str, to: Sequence[str], notification: Notification
    ) -> Sequence[NotificationResult]:
        """Sends once to each of the addresses that these secrets hold; what became of each.

        It takes up to the notification's timeout for each of them. What is held back was not sent,
        and is not in the log.
        """
        return list(self._send(self._vault.of(tenant), tenant, to, notification))

    def _send(
        self, secrets: TenantSecrets, tenant: str, to: Sequence[str], notification: Notification
    ) -> Iterator[NotificationResult]:
        for name in to:
            address = secrets.reveal(name)
            if address is None:
                words = f"there is no secret {name}; an admin can set it"
                yield NotificationResult(name, 0, error=words)
                continue
            started = self._clock.now()
            caller = Caller(tenant, User(ALERTS, ALERTS), placed=False)
            result = self._notifier.notify(address, notification, caller, secrets.masker)
            if result.until is None:
                entry = _entry(tenant, notification, result, secrets.masker, started)
                self._store.commit_later([self._store.requests.insert(entry)])
            yield result


def _entry(
    tenant: str,
    notification: Notification,
    result: NotificationResult,
    masker: Masker,
    started: Milliseconds,
) -> RequestEntry:
    return RequestEntry(
        id=new_id(),
        tenant=tenant,
        direction="out",
        method=METHOD,
        url=masker.mask_text(result.place),
        started_at=started,
        duration=result.duration,
        request_headers={},
        request_body=masker.mask_bytes(notification.written)[:KEPT_BODY],
        status=result.status,
        error=None if result.error is None else masker.mask_text(result.error),
    )
