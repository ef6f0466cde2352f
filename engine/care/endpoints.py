"""Every endpoint that the tenants of this process have called lately. Safe for threads.

An endpoint is an origin of one tenant: what one tenant sends there closes it for nobody else.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.clock import Clock, Milliseconds
from core.ids import new_id
from engine.care.breaker import Change, CircuitState, Ending, Ticket
from engine.care.endpoint import After, Endpoint, EndpointView, Held, User
from engine.care.limits import EndpointLimits
from engine.care.places import Places

MOST_OF_A_TENANT = 1_000
"""Endpoints of a tenant that are known; beyond that the one unused for the longest time goes."""
LATELY: Milliseconds = 86_400_000
"""How long an endpoint is listed that nobody calls any more."""

LimitsOf = Callable[[str, str], EndpointLimits]
"""The limits of a tenant's origin; asked at each request, so it must be quick and never raise."""

Call = Callable[[str, Sequence[str]], None]
"""Is told the tenant and the ids of those who waited and may come now; it must not raise."""

OnChange = Callable[[str, Change, EndpointView], None]
"""Is told the tenant, what became of a circuit, and the endpoint; it must not raise."""


@dataclass(frozen=True, slots=True)
class Permit:
    """A request that goes; it must be given back when it has ended."""

    tenant: str
    endpoint: Endpoint
    ticket: Ticket
    placed: bool


class Endpoints:
    """Admits requests to endpoints and learns how they end."""

    def __init__(
        self, places: Places, limits: LimitsOf, clock: Clock, on_change: OnChange, call: Call
    ) -> None:
        self._places = places
        self._limits = limits
        self._clock = clock
        self._on_change = on_change
        self._call = call
        self._lock = threading.Lock()
        self._known: dict[str, OrderedDict[str, Endpoint]] = {}

    def enter(
        self,
        tenant: str,
        origin: str,
        label: str,
        user: User,
        *,
        placed: bool,
        waiter: str | None = None,
    ) -> Permit | Held:
        """A request to an origin wants to go; `label` is what may be shown of that.

        `placed` says that it is sent from an executor's thread, `waiter` whom to call when it may
        go after all.
        """
        limits, now = self._limits(tenant, origin), self._clock.now()
        with self._lock:
            endpoint = self._endpoint(tenant, origin, label, limits)
            places = self._places.limit(tenant) if placed else None
            admitted = endpoint.enter(user, places, now, waiter)
            if isinstance(admitted, Held):
                return admitted
            if placed:
                self._places.take(tenant)
        return Permit(tenant, endpoint, admitted, placed)

    def label(self, tenant: str, origin: str) -> str | None:
        """What may be shown of an origin, as it was said last."""
        with self._lock:
            known = self._known.get(tenant)
            endpoint = known.get(origin) if known else None
            return endpoint.label if endpoint else None

    def leave(
        self, permit: Permit, ending: Ending, words: str, *, label: str | None = None
    ) -> None:
        """A request has ended, `words` saying how; its `label` where only that told it."""
        endpoint, now, placed = permit.endpoint, self._clock.now(), permit.placed
        with self._lock:
            if placed:
                self._places.give_back(permit.tenant)
            endpoint.label = label or endpoint.label
            after = endpoint.leave(permit.ticket, ending, words, now, placed=placed)
            view = endpoint.view(now)
        self._tell(permit.tenant, after, view)

    def list(self, tenant: str) -> Sequence[EndpointView]:
        """A tenant's endpoints that were called lately, the latest first."""
        now = self._clock.now()
        with self._lock:
            views = [one.view(now) for one in self._of(tenant) if now - one.last_used_at < LATELY]
        return sorted(views, key=lambda view: (-view.last_used_at, view.id))

    def circuits(self) -> Mapping[CircuitState, int]:
        """How many endpoints of all tenants are in which state."""
        now = self._clock.now()
        with self._lock:
            states = [one.state(now) for known in self._known.values() for one in known.values()]
        found = Counter(states)
        return {state: found[state] for state in CircuitState}

    def close(self, tenant: str, endpoint_id: str) -> EndpointView | None:
        """Closes a circuit; the endpoint as it was before, or None when there is no such one."""
        now = self._clock.now()
        with self._lock:
            endpoint = next((one for one in self._of(tenant) if one.id == endpoint_id), None)
            if endpoint is None:
                return None
            before = endpoint.view(now)
            after = endpoint.close(now)
        self._tell(tenant, after, before)
        return before

    def _tell(self, tenant: str, after: After, view: EndpointView) -> None:
        if after.change:
            self._on_change(tenant, after.change, view)
        if after.called:
            self._call(tenant, after.called)

    def _of(self, tenant: str) -> Iterable[Endpoint]:
        return self._known[tenant].values() if tenant in self._known else ()

    def _endpoint(self, tenant: str, origin: str, label: str, limits: EndpointLimits) -> Endpoint:
        known = self._known.setdefault(tenant, OrderedDict())
        endpoint = known.get(origin)
        if endpoint is None:
            _make_room(known)
            endpoint = known[origin] = Endpoint(new_id(), label, limits)
        known.move_to_end(origin)
        endpoint.label = label
        endpoint.configure(limits)
        return endpoint


def _make_room(known: OrderedDict[str, Endpoint]) -> None:
    """Forgets the endpoint unused for the longest time, unless every one is being called."""
    if len(known) < MOST_OF_A_TENANT:
        return
    unused = next((origin for origin, one in known.items() if not one.in_flight), None)
    if unused is not None:
        del known[unused]
