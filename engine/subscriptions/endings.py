"""When Penstock disables a subscription, and what is committed with that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import Milliseconds
from core.store import Write
from core.subscription_store import Subscriptions
from core.subscriptions import Subscription
from engine.audit import AuditService
from engine.events.announcer import Announcer
from engine.events.subscription_events import SUBSCRIPTION_DISABLED, disabled_data
from engine.subscriptions.courier import Sent

LONGEST_FAILURE: Milliseconds = 5 * 86_400_000
"""How long deliveries may fail without one success."""

GONE = "the endpoint answered 410 Gone"
FAILED = "nothing could be delivered for 5 days"


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
    """Disables subscriptions, and tells of it: its owner, who else asked, and the audit log."""

    def __init__(
        self, subscriptions: Subscriptions, announcer: Announcer, audit: AuditService
    ) -> None:
        self._subscriptions = subscriptions
        self._announcer = announcer
        self._audit = audit

    def writes(
        self, subscription: Subscription, ending: Ending, now: Milliseconds
    ) -> Sequence[Write]:
        """What to commit; guarded: refused when it is disabled already, or has recovered."""
        one, reason = subscription, ending.reason
        detail = {"reason": reason}
        return [
            self._subscriptions.disable(one.tenant, one.id, reason, now, ending.failing_before),
            self._audit.note(
                one.tenant, "subscription.disabled", "subscription", one.id, one.title, detail
            ),
            *self._announcer.announce(
                one.tenant, SUBSCRIPTION_DISABLED, disabled_data(one, reason, now)
            ),
        ]
