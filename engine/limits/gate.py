"""The gate: what comes in is counted against the limits that it is subject to."""

from __future__ import annotations

from core.clock import Clock
from core.http import Headers
from core.limits import Limit, RequestCounter
from core.model import ApiKey
from core.rates import Rate, parse_rate
from core.webhooks import Rejected
from engine.keys import Keyring, may_trigger
from engine.limits.fields import limit_fields
from engine.limits.refusals import CALLS, KEY, TENANT, TRIGGER, OverLimit, over_limit
from engine.limits.settings import TenantSettings, call_rate, event_rate


class Gate:
    """Lets in what fits into the limits of a key, of an automation and of a tenant."""

    def __init__(
        self, counter: RequestCounter, settings: TenantSettings, keyring: Keyring, clock: Clock
    ) -> None:
        self.counter = counter
        self.clock = clock
        self.keyring = keyring
        self._settings = settings

    def call(self, key: ApiKey) -> Headers:
        """A call of the API: the header fields for its answer. Raises OverLimit."""
        limits = []
        if key.limit is not None:
            limits.append(_limit_of_key(key, key.limit))
        rate = call_rate(self._settings(key.tenant))
        if rate is not None:
            limits.append(Limit(CALLS, rate, f"calls:{key.tenant}"))
        return self.admit(limits)

    def start(self, tenant: str, automation_id: str, rate: Rate | None) -> Headers:
        """Something that starts an automation, whose limit is `rate`. Raises OverLimit."""
        return self.admit(self.limits_of_start(tenant, automation_id, rate))

    def door(self, tenant: str, automation_id: str, rate: Rate | None) -> TriggerDoor:
        """The way in of one request at a trigger URL."""
        return TriggerDoor(self, tenant, self.limits_of_start(tenant, automation_id, rate))

    def limits_of_start(self, tenant: str, automation_id: str, rate: Rate | None) -> list[Limit]:
        """What starting an automation is subject to."""
        limits = []
        if rate is not None:
            limits.append(Limit(TRIGGER, rate, f"trigger:{tenant}:{automation_id}"))
        all_events = event_rate(self._settings(tenant))
        if all_events is not None:
            limits.append(Limit(TENANT, all_events, f"tenant:{tenant}"))
        return limits

    def admit(self, limits: list[Limit]) -> Headers:
        """Counts a request; what to tell of its limits. Raises OverLimit.

        The tenant's limits are told only to whom they keep out: they are not of one caller alone.
        """
        if not limits:
            return ()
        admission = self.counter.take(limits)
        if admission.full is not None:
            raise OverLimit(over_limit(admission.full, self.clock.now()))
        return limit_fields(
            [one for one in admission.standings if one.limit.policy in (KEY, TRIGGER)]
        )


class TriggerDoor:
    """A `core.webhooks.Door` for one request. `fields` are for its answer, once it is let in."""

    __slots__ = ("_gate", "_limits", "_tenant", "fields")

    def __init__(self, gate: Gate, tenant: str, limits: list[Limit]) -> None:
        self.fields: Headers = ()
        self._gate = gate
        self._tenant = tenant
        self._limits = limits

    def check_key(self, presented: str) -> int:
        """A `core.spec.KeyCheck`; the key's own limit comes to the others."""
        key = self._gate.keyring.identify(presented)
        status = may_trigger(self._tenant, key)
        if key is not None and status == 200 and key.limit is not None:
            self._limits.insert(0, _limit_of_key(key, key.limit))
        return status

    def look(self) -> Rejected | None:
        """Whether there is no place now; takes none."""
        if not self._limits:
            return None
        full = self._gate.counter.look(self._limits).full
        return None if full is None else over_limit(full, self._gate.clock.now())

    def enter(self) -> Rejected | None:
        """Takes a place, unless there is none."""
        try:
            self.fields = self._gate.admit(self._limits)
        except OverLimit as error:
            return error.rejected
        return None


def _limit_of_key(key: ApiKey, limit: str) -> Limit:
    return Limit(KEY, parse_rate(limit), f"key:{key.id}")
