"""What is known of automations from one look to the next, so that the quiet ones cost nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.alerts import AlertSigns
from core.clock import Milliseconds

SLACK: Milliseconds = 60_000
"""How long after its moment an end may come to disk."""
NEVER: Milliseconds = 0
"""The moment of what has not happened."""


class RecentFailures:
    """When each automation failed last: one question a tenant, however many automations."""

    def __init__(self, signs: AlertSigns) -> None:
        self._signs = signs
        self._newest: dict[str, Mapping[str, Milliseconds]] = {}
        self._read_at: dict[str, Milliseconds] = {}

    def of(
        self, tenant: str, automation_ids: Collection[str], now: Milliseconds
    ) -> Mapping[str, Milliseconds]:
        """By the ids of these automations, NEVER for those that did not; others are forgotten."""
        known, fresh = self._newest.get(tenant, {}), {}
        if known:
            since = min(self._read_at[tenant], now) - SLACK
            fresh = dict(self._signs.failed_after(tenant, since))
        newest = {
            one: max(known[one], fresh.get(one, NEVER))
            if one in known
            else self._first(tenant, one)
            for one in automation_ids
        }
        self._newest[tenant], self._read_at[tenant] = newest, now
        return newest

    def _first(self, tenant: str, automation_id: str) -> Milliseconds:
        failure = self._signs.newest_failure(tenant, automation_id)
        return failure.at if failure else NEVER


class LastEvents:
    """When the last event of each automation came, asked for only where it could be long ago."""

    def __init__(self, signs: AlertSigns) -> None:
        self._signs = signs
        self._known: dict[tuple[str, str], Milliseconds] = {}

    def known(self, tenant: str, automation_id: str) -> Milliseconds:
        """As far as it is known: there may have been later ones."""
        return self._known.get((tenant, automation_id), NEVER)

    def read(self, tenant: str, automation_id: str) -> Milliseconds | None:
        """As it is; None where none ever came."""
        last = self._signs.last_event(tenant, automation_id)
        self._known[tenant, automation_id] = last or NEVER
        return last

    def keep(self, tenant: str, automation_ids: Collection[str]) -> None:
        """Forgets the other automations of the tenant."""
        for key in [one for one in self._known if one[0] == tenant]:
            if key[1] not in automation_ids:
                del self._known[key]
