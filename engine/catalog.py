"""The compiled automations of this process: made once a version, found by path or by id."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.automation_store import Automations
from core.changes import ALONE, Changes
from core.clock import Clock, Milliseconds
from core.errors import InvalidError, NotFoundError, StorageUnavailable
from core.model import Automation, Document
from core.trigger_kinds import EventTrigger
from engine.compiler import Compiler
from engine.plan import Plan
from engine.routes import LiveWebhook, Routes

FRESH: Milliseconds = 5_000
"""How long a change made by another process may stay unseen."""
MOST_PLANS = 4096
MOST_TENANTS = 4096


@dataclass(frozen=True, slots=True)
class Live:
    """A published automation with its compiled live version."""

    automation: Automation
    version: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class TenantCatalog:
    """What a tenant has published, and which of it waits for events; read at `read_at`."""

    live: Mapping[str, Live]
    routes: Routes
    listening: Sequence[tuple[Live, EventTrigger]]
    read_at: Milliseconds


class Catalog:
    """Reads what is published and keeps it compiled. A change made here shows at once."""

    def __init__(
        self,
        automations: Automations,
        compiler: Compiler,
        clock: Clock,
        changes: Changes = ALONE,
    ) -> None:
        self._changes = changes
        changes.follow(self.forget_all)
        self._automations = automations
        self._compiler = compiler
        self._clock = clock
        self._lock = threading.Lock()
        self._tenants: OrderedDict[str, TenantCatalog] = OrderedDict()
        self._plans: OrderedDict[tuple[str, str, int], Plan] = OrderedDict()

    def of(self, tenant: str) -> TenantCatalog:
        """What a tenant has published; empty for one that does not exist."""
        if known := self._fresh(tenant):
            return known
        with self._lock:
            # Of all who came as it grew old, the first reads it for the others.
            return self._fresh(tenant) or self._refresh(tenant)

    def plan(self, tenant: str, automation_id: str, version: int) -> Plan:
        """The compiled version. Raises NotFoundError; InvalidError when it does not compile."""
        known = self._plans.get((tenant, automation_id, version))
        if known is not None:
            return known
        stored = self._automations.version(tenant, automation_id, version)
        if stored is None:
            raise NotFoundError(f"automation {automation_id} has no version {version}")
        with self._lock:
            return self._compiled(tenant, automation_id, version, stored.document)

    def name_of(self, tenant: str, automation_id: str) -> str:
        """What people call a published automation; its id where it is published no more."""
        live = self.of(tenant).live.get(automation_id)
        return live.automation.name if live else automation_id

    def forget(self, tenant: str) -> None:
        """What the tenant has published changed."""
        with self._lock:
            self._tenants.pop(tenant, None)
        self._changes.tell()

    def forget_all(self) -> None:
        """Another process changed something."""
        with self._lock:
            self._tenants.clear()

    def _fresh(self, tenant: str) -> TenantCatalog | None:
        known = self._tenants.get(tenant)
        if known is None or abs(self._clock.now() - known.read_at) >= FRESH:
            return None
        return known

    def _refresh(self, tenant: str) -> TenantCatalog:
        try:
            read = self._read(tenant)
        except StorageUnavailable:
            # Runs come to their ends while the store is away: what was known is better than none.
            if (known := self._tenants.get(tenant)) is None:
                raise
            return known
        if not read.live and tenant not in self._tenants:
            # Anybody may ask for any name: those of nobody must not push out others.
            return read
        self._tenants[tenant] = read
        while len(self._tenants) > MOST_TENANTS:
            self._tenants.popitem(last=False)
        return read

    def _read(self, tenant: str) -> TenantCatalog:
        live: dict[str, Live] = {}
        for automation, document in self._automations.live(tenant):
            if automation.published is None:
                continue
            try:
                plan = self._compiled(tenant, automation.id, automation.published, document)
            except InvalidError:
                # Published by another release; its page says why, and its neighbours go on.
                continue
            live[automation.id] = Live(automation, automation.published, plan)
        webhooks = [
            LiveWebhook(one.automation, one.version, one.plan, one.plan.webhook)
            for one in live.values()
            if one.plan.webhook is not None
        ]
        listening = [
            (one, one.plan.trigger.event)
            for one in live.values()
            if one.automation.enabled and one.plan.trigger and one.plan.trigger.event
        ]
        return TenantCatalog(live, Routes(webhooks), listening, self._clock.now())

    def _compiled(self, tenant: str, automation_id: str, version: int, document: Document) -> Plan:
        key = (tenant, automation_id, version)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._compiler.compile(document)
            while len(self._plans) > MOST_PLANS:
                self._plans.popitem(last=False)
        return plan
