"""What is known of automations from one look to the next, so that the quiet ones cost nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from core.alerts import AlertSigns
from core.clock import Milliseconds

SLACK: Milliseconds = 60_000
"""How long an end may take to disk, while the store is there."""
NEVER: Milliseconds = 0
"""The moment of what has not happened."""


class RecentFailures:
    """When each automation failed last: one question a tenant, however many automations."""

    def __init__(self, signs: AlertSigns) -> None:
        self._signs = signs
        self._newest: dict[str, Mapping[str, Milliseconds]] = {}
        self._reads: dict[str, Sequence[Milliseconds]] = {}

    def of(
        self, tenant: str, automation_ids: Collection[str], now: Milliseconds
    ) -> Mapping[str, Milliseconds]:
        """By the ids of these automations, NEVER for those that did not; others are forgotten."""
        known, reads = self._newest.get(tenant, {}), self._reads.get(tenant, ())
        fresh = self._signs.failed_after(tenant, _settled(reads, now)) if known else {}
        newest = {
            one: max(known[one], fresh.get(one, NEVER))
            if one in known
            else self._first(tenant, one)
            for one in automation_ids
        }
        self._newest[tenant], self._reads[tenant] = newest, _still_of_use(reads, now)
        return newest

    def _first(self, tenant: str, automation_id: str) -> Milliseconds:
        failure = self._signs.newest_failure(tenant, automation_id)
        return failure.at if failure else NEVER


def _settled(reads: Sequence[Milliseconds], now: Milliseconds) -> Milliseconds:
    """Until when everything that ended was seen by one of these reads.

    Only what was read a while ago counts: runs that ended while the store was away, however long
    that was, come to disk a few seconds after the first read that it answers again.
    """
    long_ago = [one for one in reads if one <= now - SLACK]
    return min(max(long_ago) if long_ago else min(reads), now) - SLACK


def _still_of_use(reads: Sequence[Milliseconds], now: Milliseconds) -> Sequence[Milliseconds]:
    """The reads that the next ones go by, this one among them."""
    long_ago = [one for one in reads if one <= now - SLACK]
    return [*long_ago[-1:], *(one for one in reads if now - SLACK < one < now), now]


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
