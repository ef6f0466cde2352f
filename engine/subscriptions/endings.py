"""When Penstock disables a subscription, and what is committed with that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.accounts import ActorKind
from core.clock import Milliseconds
from core.store import Store
from core.subscriptions import Subscription
from core.writes import Write
from engine.audit import AuditService
from engine.events.announcer import Announcer
from engine.events.subscription_events import SUBSCRIPTION_DISABLED, disabled_data
from engine.people.inbox import InboxService
from engine.subscriptions.courier import Sent

LONGEST_FAILURE: Milliseconds = 5 * 86_400_000
"""How long deliveries may fail without one success."""

GONE = "the endpoint answered 410 Gone"
FAILED = "nothing could be delivered for 5 days"
KIND = "subscription"
"""What messages in the inbox are about."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a subscription is to be disabled. `failing_before`: only if it has failed since then."""

    reason: str
    failing_before: Milliseconds | None = None


def ending_after(subscription: Subscription, sent: Sent, now: Milliseconds) -> Ending | None:
    """Whether this attempt is the end of the subscription; `subscription` is as before it."""
    if sent.gone:
        return Ending(GONE)
    since = subscription.failing_since
    if sent.delivered or since is None or now - since < LONGEST_FAILURE:
        return None
    return Ending(FAILED, now - LONGEST_FAILURE)


class Disabler:
    """Disables subscriptions, and tells of it: the owner, who else asked, and the audit log."""

    def __init__(
        self, store: Store, announcer: Announcer, inbox: InboxService, audit: AuditService
    ) -> None:
        self._store = store
        self._announcer = announcer
        self._inbox = inbox
        self._audit = audit

    def writes(self, one: Subscription, ending: Ending, now: Milliseconds) -> Sequence[Write]:
        """What to commit; guarded: refused when it is disabled already, or has recovered."""
        tenant, reason = one.tenant, ending.reason
        disable = self._store.subscriptions.disable
        note = ("subscription.disabled", "subscription", one.id, one.title, {"reason": reason})
        data = disabled_data(one, reason, now)
        return [
            disable(tenant, one.id, reason, now, ending.failing_before),
            self._audit.note(tenant, *note),
            *self._announcer.announce(tenant, SUBSCRIPTION_DISABLED, data),
            *self._tell_owner(one, reason),
        ]

    def _tell_owner(self, one: Subscription, reason: str) -> Sequence[Write]:
        """A message to who made it; to the admins where that is no user who may sign in."""
        text = (
            f"Penstock disabled the subscription {one.title}: {reason}. What was on its way was "
            "given up. Put the endpoint right, enable it, and send the dead letters again."
        )
        message = (KIND, f"Disabled: {one.title}", text, f"/subscriptions/{one.id}")
        is_user = one.owner.kind is ActorKind.USER
        owner = self._store.users.get(one.tenant, one.owner.id) if is_user else None
        if owner is None or owner.disabled:
            return self._inbox.tell_admins(one.tenant, *message)
        return self._inbox.tell(one.tenant, [owner], *message)
