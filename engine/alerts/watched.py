"""Which automations have rules: read from their live versions, each once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from core.alerts import LiveAutomation
from core.store import Store
from engine.alerts.rules import NO_ALERTS, AlertRules, alert_rules

MOST_REMEMBERED = 50_000
"""Versions whose rules are kept in memory; nearly all of them have none."""


class LiveRules:
    """The rules of what is published and enabled. A version never changes: its rules are kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: OrderedDict[tuple[str, str, int], AlertRules] = OrderedDict()

    def of(self, tenant: str) -> Mapping[str, tuple[LiveAutomation, AlertRules]]:
        """The automations of a tenant that have any, by id."""
        live = self._store.alert_signs.live(tenant)
        rules = {one.id: (one, self._rules_of(tenant, one)) for one in live}
        return {one: found for one, found in rules.items() if found[1].watched}

    def _rules_of(self, tenant: str, automation: LiveAutomation) -> AlertRules:
        key = (tenant, automation.id, automation.version)
        known = self._known.get(key)
        if known is None:
            version = self._store.automations.version(*key)
            known = self._known[key] = alert_rules(version.document) if version else NO_ALERTS
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return known
