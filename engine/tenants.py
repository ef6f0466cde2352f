"""Tenants."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.clock import Clock
from core.errors import ConflictError, Fault, InvalidError, NotFoundError
from core.model import Tenant
from core.store import Store
from engine.audit import AuditService
from engine.people.profile import name_faults, tidy_name

TENANT_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class TenantService:
    """The workspaces of an installation."""

    def __init__(self, store: Store, audit: AuditService, clock: Clock) -> None:
        self._store = store
        self._audit = audit
        self._clock = clock

    def all(self) -> Sequence[Tenant]:
        """Every tenant."""
        return self._store.tenants.all()

    def get(self, tenant_id: str) -> Tenant:
        """One tenant. Raises NotFoundError."""
        tenant = self._store.tenants.get(tenant_id)
        if tenant is None:
            raise NotFoundError(f"there is no tenant {tenant_id}")
        return tenant

    def rename(self, tenant_id: str, name: str) -> None:
        """Gives a tenant another name; trigger URLs stay. Raises InvalidError, NotFoundError."""
        tenant, name = self.get(tenant_id), tidy_name(name)
        if faults := name_faults(name):
            raise InvalidError("the name cannot be changed so", faults)
        names = {"from": tenant.name, "to": name}
        note = self._audit.note(tenant_id, "tenant.renamed", "tenant", tenant_id, name, names)
        self._store.commit([self._store.tenants.rename(tenant_id, name), note])

    def create(self, tenant_id: str, name: str) -> Tenant:
        """A new tenant. Raises InvalidError for a bad id, ConflictError when it is taken."""
        if not TENANT_ID.fullmatch(tenant_id):
            words = "must be small letters, digits and '-', 63 at most: it stands in trigger URLs"
            raise InvalidError("the tenant cannot be made", [Fault("$.id", words)])
        if self._store.tenants.get(tenant_id) is not None:
            raise ConflictError(f"there is a tenant {tenant_id} already")
        tenant = Tenant(tenant_id, name, {}, self._clock.now())
        self._store.commit([self._store.tenants.insert(tenant)])
        return tenant
