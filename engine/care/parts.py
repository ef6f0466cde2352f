"""Puts the care for endpoints together over its ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from core.clock import Clock
from core.store import Store
from engine.audit import AuditService
from engine.care.endpoints import Call, Endpoints
from engine.care.limits import EndpointLimits, limits_of
from engine.care.notifier import CareNotifier
from engine.care.places import Places
from engine.care.reporter import EndpointReporter
from engine.care.sender import CareSender
from engine.care.service import EndpointService
from engine.events.announcer import Announcer
from engine.surroundings import Surroundings

PLACES = 512
"""Executors' threads, where nothing else is said."""


class Settings(Protocol):
    """Where tenants' settings are read."""

    def of(self, tenant: str) -> Mapping[str, Any]:
        """A tenant's settings, defaults filled in."""
        ...


@dataclass(frozen=True, slots=True)
class Care:
    """The ways out, and what people see of whom they lead to."""

    sender: CareSender
    notifier: CareNotifier
    service: EndpointService


def care_for(
    surroundings: Surroundings,
    store: Store,
    announcer: Announcer,
    settings: Settings,
    audit: AuditService,
    clock: Clock,
    places: int,
    call: Call,
) -> Care:
    """The care of one process, whose executors have so many threads; `call` calls runs."""

    def limits(tenant: str, origin: str) -> EndpointLimits:
        return limits_of(settings.of(tenant)["endpoints"].get(origin))

    reporter = EndpointReporter(store, announcer)
    endpoints = Endpoints(Places(places), limits, clock, reporter.tell, call)
    return Care(
        CareSender(surroundings.sender, endpoints),
        CareNotifier(surroundings.notifier, endpoints),
        EndpointService(endpoints, store, audit),
    )
