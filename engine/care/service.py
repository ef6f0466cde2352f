"""The endpoints of a tenant, as people see them and help them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.errors import NotFoundError
from core.store import Store
from engine.audit import AuditService
from engine.care.breaker import CircuitState
from engine.care.endpoint import EndpointView
from engine.care.endpoints import Endpoints


class EndpointService:
    """What this process knows of endpoints; other processes know their own."""

    def __init__(self, endpoints: Endpoints, store: Store, audit: AuditService) -> None:
        self._endpoints = endpoints
        self._store = store
        self._audit = audit

    def list(self, tenant: str) -> Sequence[EndpointView]:
        """The endpoints that were called within a day, the latest first."""
        return self._endpoints.list(tenant)

    def circuits(self) -> Mapping[CircuitState, int]:
        """How many endpoints of all tenants are in which state."""
        return self._endpoints.circuits()

    def close(self, tenant: str, endpoint_id: str) -> None:
        """Closes a circuit: requests go there at once. Raises NotFoundError."""
        endpoint = self._endpoints.close(tenant, endpoint_id)
        if endpoint is None:
            raise NotFoundError(f"there is no endpoint {endpoint_id}")
        name = endpoint.origin
        note = self._audit.note(tenant, "endpoint.closed", "endpoint", endpoint_id, name)
        self._store.commit([note])
