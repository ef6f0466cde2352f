"""Watches every automation that has alert rules, and raises and resolves its alerts."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from core import log_context
from core.alerts import Alert, AlertRule, LiveAutomation, Span
from core.clock import Clock, Milliseconds
from core.errors import StorageUnavailable
from core.ids import new_id
from core.store import Store
from engine.alerts.recent import LastEvents, RecentFailures
from engine.alerts.rules import AlertRules
from engine.alerts.sights import Sight, Sights, Watched
from engine.alerts.telling import AlertTelling
from engine.alerts.uptime import Uptime
from engine.alerts.watched import LiveRules

logger = logging.getLogger(__name__)

RaisedAlerts = Mapping[AlertRule, Alert]


class AlertWatch:
    """Evaluates the rules. Any number of processes may do so at once, one thread in each."""

    def __init__(self, store: Store, telling: AlertTelling, clock: Clock) -> None:
        self._store = store
        self._telling = telling
        self._clock = clock
        self._uptime = Uptime(store)
        self._rules = LiveRules(store)
        self._failures = RecentFailures(store.alert_signs)
        self._events = LastEvents(store.alert_signs)

    def evaluate(self) -> int:
        """Looks at everything once; how many alerts it moved. Raises StorageUnavailable."""
        now = self._clock.now()
        spans = self._uptime.note(now)
        return sum(
            self._evaluate_tenant(tenant.id, spans, now) for tenant in self._store.tenants.all()
        )

    def _evaluate_tenant(self, tenant: str, spans: Sequence[Span], now: Milliseconds) -> int:
        watched = self._watched(tenant, now)
        raised = _by_automation(self._store.alerts.raised(tenant))
        store = self._store
        sights = Sights(tenant, store.alert_signs, store.statistics, self._events, spans, now)
        moved = self._drop_unwatched(watched, raised, now)
        for one in watched.values():
            try:
                moved += self._evaluate(tenant, one, raised.get(one.automation.id, {}), sights)
            except StorageUnavailable:
                raise
            except Exception:
                # The others are watched all the same.
                words, told_of = "the alerts of automation %s are left out", log_context.of(tenant)
                logger.exception(words, one.automation.id, extra=told_of)
        return moved

    def _watched(self, tenant: str, now: Milliseconds) -> Mapping[str, Watched]:
        """What is to be watched, with what is noted of it brought up to date."""
        with_rules = self._rules.of(tenant)
        since = self._since(tenant, with_rules)
        failed_at = self._failures.of(tenant, with_rules, now)
        self._events.keep(tenant, with_rules)
        return {
            one: Watched(automation, rules, since[one], failed_at[one])
            for one, (automation, rules) in with_rules.items()
        }

    def _since(
        self, tenant: str, with_rules: Mapping[str, tuple[LiveAutomation, AlertRules]]
    ) -> Mapping[str, Milliseconds]:
        """Since when each is watched."""
        signs = self._store.alert_signs
        noted = signs.watches(tenant)
        # What is seen for the first time was put into operation by its last change.
        new = {
            one: automation.changed_at
            for one, (automation, _) in with_rules.items()
            if one not in noted
        }
        writes = [signs.unwatch(tenant, one) for one in noted if one not in with_rules]
        writes += [signs.watch(tenant, one, since) for one, since in new.items()]
        if writes:
            self._store.commit(writes)
        return {**noted, **new}

    def _evaluate(self, tenant: str, watched: Watched, raised: RaisedAlerts, sights: Sights) -> int:
        return sum(
            self._move(tenant, watched, sight, raised.get(sight.rule))
            for sight in sights.of(watched, raised)
        )

    def _move(self, tenant: str, watched: Watched, sight: Sight, alert: Alert | None) -> bool:
        now, notify = self._clock.now(), watched.rules.notify
        if sight.stands and alert is None:
            automation = watched.automation
            raised = Alert(
                id=new_id(),
                tenant=tenant,
                automation_id=automation.id,
                automation_name=automation.name,
                rule=sight.rule,
                seen=sight.words,
                raised_at=now,
            )
            return self._telling.raise_(raised, notify)
        # While the clock is behind that moment it was put back, and sees nothing that has been.
        if not sight.stands and alert is not None and alert.raised_at <= now:
            return self._telling.resolve(alert, sight.words, notify, now)
        return False

    def _drop_unwatched(
        self,
        watched: Mapping[str, Watched],
        raised: Mapping[str, RaisedAlerts],
        now: Milliseconds,
    ) -> int:
        unwatched = [
            alert
            for automation_id, alerts in raised.items()
            for rule, alert in alerts.items()
            if automation_id not in watched or rule not in watched[automation_id].rules.watched
        ]
        return sum(self._telling.drop(alert, now) for alert in unwatched)


def _by_automation(alerts: Sequence[Alert]) -> Mapping[str, RaisedAlerts]:
    found: dict[str, dict[AlertRule, Alert]] = {}
    for alert in alerts:
        found.setdefault(alert.automation_id, {})[alert.rule] = alert
    return found
