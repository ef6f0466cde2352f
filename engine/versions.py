"""The versions of an automation: what was published, and publishing the draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from core.errors import ConflictError, Fault, InvalidError, NotFoundError
from core.model import Automation, AutomationVersion, Document, Page
from core.store import Store
from core.writes import ListQuery
from engine.automation_changes import AutomationChanges, AutomationDetail
from engine.catalog import Catalog
from engine.circles import circle_faults
from engine.compiler import Compiler
from engine.plan import Plan
from engine.routes import path_shape
from engine.schedules.live import LiveSchedules


class VersionService:
    """The versions of a tenant's automations; none of them ever changes."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        compiler: Compiler,
        changes: AutomationChanges,
        schedules: LiveSchedules,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._compiler = compiler
        self._changes = changes
        self._schedules = schedules

    def list(self, tenant: str, automation_id: str, query: ListQuery) -> Page[AutomationVersion]:
        """What was published, the newest first. Raises NotFoundError."""
        self._changes.current(tenant, automation_id)
        return self._store.automations.versions(tenant, automation_id, query)

    def get(self, tenant: str, automation_id: str, number: int) -> AutomationVersion:
        """One version. Raises NotFoundError."""
        found = self._store.automations.version(tenant, automation_id, number)
        if found is None:
            raise NotFoundError(f"automation {automation_id} has no version {number}")
        return found

    def faults(self, document: Document) -> tuple[Fault, ...]:
        """What keeps a document from being published, wherever that would be."""
        return self._compiler.faults(document)

    def draft_faults(self, automation: Automation) -> tuple[Fault, ...]:
        """What keeps an automation's draft from being published; none without a draft."""
        if automation.draft is None:
            return ()
        try:
            plan = self._compiler.compile(automation.draft)
        except InvalidError as error:
            return error.faults
        live = self._catalog.of(automation.tenant).live
        circles = circle_faults(automation.id, plan, live)
        return (*self._path_faults(automation, plan), *circles)

    def publish(
        self, tenant: str, automation_id: str, revision: int | None = None
    ) -> AutomationDetail:
        """Makes the draft the live version.

        Raises InvalidError with every fault, ConflictError when there is no draft, NotFoundError,
        StaleError.
        """
        current = self._changes.current(tenant, automation_id, revision)
        if current.draft is None:
            raise ConflictError("there is no draft to publish: the live version is the newest")
        if faults := self.draft_faults(current):
            raise InvalidError("the automation has faults", faults)
        return self._publish(current, current.draft)

    def _publish(self, current: Automation, document: Document) -> AutomationDetail:
        automations = self._store.automations
        number = automations.last_version(current.tenant, current.id) + 1
        changed = self._changes.next(replace(current, draft=None, published=number))
        version = AutomationVersion(
            current.tenant, current.id, number, document, changed.updated_at
        )
        trigger = self._compiler.trigger_of(document)
        self._changes.commit(
            current.tenant,
            automations.replace(changed, current.revision),
            automations.insert_version(version),
            *self._schedules.published(changed, number, trigger),
            self._changes.note("published", changed, {"version": number}),
            *self._changes.announce("published", changed),
        )
        self._schedules.stirred.set()
        return AutomationDetail(changed, document)

    def _path_faults(self, automation: Automation, plan: Plan) -> Iterator[Fault]:
        if plan.webhook is None:
            return
        for other_id, other in self._catalog.of(automation.tenant).live.items():
            webhook = other.plan.webhook
            if webhook is None or other_id == automation.id:
                continue
            same_path = path_shape(webhook.path) == path_shape(plan.webhook.path)
            shared = sorted(webhook.methods & plan.webhook.methods)
            if same_path and shared:
                words = f"{', '.join(shared)} {webhook.path} is taken by automation {other_id}"
                yield Fault("$.trigger.with.path", words)
