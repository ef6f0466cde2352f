"""Alerts as people look at them: what is raised now, and what was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.alerts import Alert, AlertFilter, Notice
from core.model import Page
from core.store import Store
from core.writes import ListQuery


@dataclass(frozen=True, slots=True)
class AlertDetail:
    """An alert, and what became of its notifications."""

    alert: Alert
    notices: Sequence[Notice]


class AlertService:
    """A tenant's alerts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list(self, tenant: str, which: AlertFilter, query: ListQuery) -> Page[AlertDetail]:
        """Those that fit, the newest first."""
        page = self._store.alerts.list(tenant, which, query)
        notices = self._store.alert_notices.of_alerts(tenant, [alert.id for alert in page.items])
        details = tuple(AlertDetail(alert, notices[alert.id]) for alert in page.items)
        return Page(details, page.next, page.previous)

    def raised(self, tenant: str) -> Sequence[Alert]:
        """Every alert that is raised now, the newest first."""
        return self._store.alerts.raised(tenant)
