"""Alerts: raised when an automation fails too often or falls silent, and who is notified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.clock import Milliseconds
from core.model import Page
from core.writes import ListQuery, Write


class AlertRule(StrEnum):
    """What an automation is watched for; the names are those in `settings.alerts`."""

    FAILURES = "failures"
    FAILURE_RATE = "failure_rate"
    SILENCE = "silence"


class AlertState(StrEnum):
    """Whether what was seen still holds."""

    RAISED = "raised"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule that did not hold, from `raised_at` until `resolved_at`; at most one is raised a rule.

    `seen` says why it was raised, `ended` why it is over; both are masked words for people.
    """

    id: str
    tenant: str
    automation_id: str
    automation_name: str
    rule: AlertRule
    seen: str
    raised_at: Milliseconds
    resolved_at: Milliseconds | None = None
    ended: str | None = None

    @property
    def state(self) -> AlertState:
        """Whether it is still raised."""
        return AlertState.RAISED if self.resolved_at is None else AlertState.RESOLVED


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts; None means any."""

    state: AlertState | None = None
    automation_id: str | None = None


class Alerts(Protocol):
    """Alerts, raised and past."""

    def raise_(self, alert: Alert) -> Write:
        """Adds an alert; guarded: refused while one of this automation and rule is raised."""
        ...

    def resolve(self, alert: Alert, ended: str, now: Milliseconds) -> Write:
        """Says that an alert is over; guarded: refused when it is over already."""
        ...

    def get(self, tenant: str, alert_id: str) -> Alert | None:
        """One alert, or None."""
        ...

    def raised(self, tenant: str) -> Sequence[Alert]:
        """Every alert that is raised now, the newest first."""
        ...

    def list(self, tenant: str, which: AlertFilter, query: ListQuery) -> Page[Alert]:
        """A tenant's alerts, the newest first."""
        ...

    def over_before(self, tenant: str, before: Milliseconds, limit: int) -> Sequence[str]:
        """The ids of alerts that were over before a moment, the oldest first."""
        ...

    def delete(self, tenant: str, alert_id: str) -> Write:
        """Removes an alert; its notices are removed with `AlertNotices.delete`."""
        ...


class NoticeState(StrEnum):
    """What became of a notice."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification of an alert on its way to the address in one secret.

    `about` says whether it tells that the alert is raised or that it is over. It is tried (again)
    at `due_at`; `error` is why the last attempt did not get there.
    """

    id: str
    tenant: str
    alert_id: str
    secret: str
    about: AlertState
    title: str
    text: str
    due_at: Milliseconds
    state: NoticeState = NoticeState.PENDING
    attempts: int = 0
    error: str | None = None


class AlertNotices(Protocol):
    """Notices, which are sent after the commit that made them."""

    def insert(self, notice: Notice) -> Write:
        """Adds a notice, to be sent."""
        ...

    def due(self, now: Milliseconds, limit: int) -> Sequence[Notice]:
        """What is to be sent now, the longest due first, of every tenant.

        That an alert is over is not, as long as it is still tried to say that it was raised.
        """
        ...

    def claim(self, notice: Notice, again_at: Milliseconds) -> Write:
        """Counts an attempt and makes it due at `again_at`, should nothing be heard of it.

        Guarded: refused when somebody else took it up since it was read.
        """
        ...

    def settle(self, notice: Notice) -> Write:
        """How a notice stands that was taken up: its state, attempts, error and next moment."""
        ...

    def of_alerts(self, tenant: str, alert_ids: Sequence[str]) -> Mapping[str, Sequence[Notice]]:
        """The notices of several alerts, the oldest first."""
        ...

    def delete(self, tenant: str, alert_id: str) -> Write:
        """Removes the notices of an alert."""
        ...


@dataclass(frozen=True, slots=True)
class LiveAutomation:
    """A published and enabled automation without its document; `changed_at` is its last change."""

    id: str
    name: str
    version: int
    changed_at: Milliseconds


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that went wrong."""

    run_id: str
    at: Milliseconds
    error: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which Penstock was up, as far as it was noted."""

    id: str
    begin: Milliseconds
    end: Milliseconds


class AlertSigns(Protocol):
    """What alerts are decided by: which automations are watched, and what happened in them."""

    def live(self, tenant: str) -> Sequence[LiveAutomation]:
        """What is published and enabled, by id."""
        ...

    def failed_after(self, tenant: str, since: Milliseconds) -> Mapping[str, Milliseconds]:
        """When runs failed or were halted last after `since`, by their automations."""
        ...

    def newest_failure(self, tenant: str, automation_id: str) -> Failure | None:
        """The last run that failed or was halted."""
        ...

    def failures(
        self,
        tenant: str,
        automation_id: str,
        since: Milliseconds,
        until: Milliseconds,
        most: int,
    ) -> int:
        """How many runs failed or were halted after `since` and until `until`; `most` at most."""
        ...

    def last_event(self, tenant: str, automation_id: str) -> Milliseconds | None:
        """When the last event came; a replay is none."""
        ...

    def watches(self, tenant: str) -> Mapping[str, Milliseconds]:
        """Since when each automation is watched, by id."""
        ...

    def watch(self, tenant: str, automation_id: str, since: Milliseconds) -> Write:
        """Notes since when an automation is watched, unless it is noted."""
        ...

    def unwatch(self, tenant: str, automation_id: str) -> Write:
        """An automation is not watched any more."""
        ...

    def spans(self, since: Milliseconds) -> Sequence[Span]:
        """The times in which Penstock was up, but for those that ended before `since`."""
        ...

    def begin_span(self, span: Span) -> Write:
        """Notes that Penstock is up."""
        ...

    def extend_span(self, span: Span, end: Milliseconds) -> Write:
        """Notes that Penstock is still up."""
        ...

    def forget_spans(self, before: Milliseconds) -> Write:
        """Removes spans that ended before a moment."""
        ...
