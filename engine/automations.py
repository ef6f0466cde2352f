"""Automations as their owner handles them: draft, publish, enable, disable, delete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core.clock import Clock
from core.errors import (
    ConflictError,
    Fault,
    GuardMissed,
    InvalidError,
    NotFoundError,
    StaleError,
)
from core.ids import new_id
from core.model import Automation, AutomationVersion, Document, Page
from core.store import ListQuery, Store
from engine.catalog import Catalog
from engine.compiler import Compiler
from engine.plan import Plan
from engine.routes import path_shape

AUTOMATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
TRIES = 5


@dataclass(frozen=True, slots=True)
class AutomationDetail:
    """An automation with its live document."""

    automation: Automation
    published: Document | None


class AutomationService:
    """A tenant's automations."""

    def __init__(self, store: Store, catalog: Catalog, compiler: Compiler, clock: Clock) -> None:
        self._store = store
        self._catalog = catalog
        self._compiler = compiler
        self._clock = clock

    def get(self, tenant: str, automation_id: str) -> AutomationDetail:
        """One automation. Raises NotFoundError."""
        automation = self._existing(tenant, automation_id)
        if automation.published is None:
            return AutomationDetail(automation, None)
        version = self._store.automations.version(tenant, automation_id, automation.published)
        return AutomationDetail(automation, version.document if version else None)

    def list(self, tenant: str, query: ListQuery) -> Page[Automation]:
        """A tenant's automations by id."""
        return self._store.automations.list(tenant, query)

    def versions(
        self, tenant: str, automation_id: str, query: ListQuery
    ) -> Page[AutomationVersion]:
        """What was published, the newest first. Raises NotFoundError."""
        self._existing(tenant, automation_id)
        return self._store.automations.versions(tenant, automation_id, query)

    def create(self, tenant: str, document: Document) -> AutomationDetail:
        """A new automation with this draft, under an id of ours."""
        return self._insert(tenant, new_id(), document)

    def put(
        self,
        tenant: str,
        automation_id: str,
        document: Document,
        revision: int | None = None,
        *,
        only_new: bool = False,
    ) -> tuple[AutomationDetail, bool]:
        """Creates an automation or replaces its draft; whether it was created.

        A draft may have faults. Raises InvalidError for a bad id, StaleError when the automation is
        not at `revision`, or exists although it should be new.
        """
        if not AUTOMATION_ID.fullmatch(automation_id):
            words = "must be letters, digits, '.', '_' and '-', beginning with a letter or digit"
            raise InvalidError("the id cannot be used", [Fault("$.id", words)])
        for _ in range(TRIES):
            current = self._store.automations.get(tenant, automation_id)
            _check_revision(current, revision, only_new)
            try:
                if current is None:
                    return self._insert(tenant, automation_id, document), True
                changed = replace(current, draft=document, name=_name(document, automation_id))
                return self._replace(current, changed), False
            except GuardMissed:
                continue
        raise StaleError("the automation is being changed by others; try again")

    def delete(self, tenant: str, automation_id: str, revision: int | None = None) -> None:
        """Removes an automation; runs that have begun go on. Raises NotFoundError, StaleError."""
        current = self._existing(tenant, automation_id)
        _check_revision(current, revision, only_new=False)
        write = self._store.automations.delete(tenant, automation_id, current.revision)
        try:
            self._store.commit([write])
        except GuardMissed:
            raise StaleError("the automation was changed in the same moment") from None
        self._catalog.forget(tenant)

    def publish(
        self, tenant: str, automation_id: str, revision: int | None = None
    ) -> AutomationDetail:
        """Makes the draft the live version.

        Raises InvalidError with every fault, ConflictError when there is no draft, NotFoundError,
        StaleError.
        """
        current = self._existing(tenant, automation_id)
        _check_revision(current, revision, only_new=False)
        if current.draft is None:
            raise ConflictError("there is no draft to publish: the live version is the newest")
        plan = self._compiler.compile(current.draft)
        self._refuse_taken_paths(current, plan)
        return self._publish(current, current.draft)

    def set_enabled(
        self, tenant: str, automation_id: str, enabled: bool, revision: int | None = None
    ) -> AutomationDetail:
        """Enables or disables an automation. Raises NotFoundError, StaleError."""
        current = self._existing(tenant, automation_id)
        _check_revision(current, revision, only_new=False)
        try:
            return self._replace(current, replace(current, enabled=enabled))
        except GuardMissed:
            raise StaleError("the automation was changed in the same moment") from None

    def faults(self, document: Document) -> tuple[Fault, ...]:
        """What keeps a document from being published."""
        return self._compiler.faults(document)

    def _existing(self, tenant: str, automation_id: str) -> Automation:
        automation = self._store.automations.get(tenant, automation_id)
        if automation is None:
            raise NotFoundError(f"there is no automation {automation_id}")
        return automation

    def _insert(self, tenant: str, automation_id: str, document: Document) -> AutomationDetail:
        now = self._clock.now()
        automation = Automation(
            tenant=tenant,
            id=automation_id,
            name=_name(document, automation_id),
            enabled=True,
            draft=document,
            revision=1,
            published=None,
            created_at=now,
            updated_at=now,
        )
        self._store.commit([self._store.automations.insert(automation)])
        return AutomationDetail(automation, None)

    def _replace(self, current: Automation, changed: Automation) -> AutomationDetail:
        changed = self._next_revision(current, changed)
        self._store.commit([self._store.automations.replace(changed, current.revision)])
        self._catalog.forget(changed.tenant)
        return self.get(changed.tenant, changed.id)

    def _publish(self, current: Automation, document: Document) -> AutomationDetail:
        number = self._store.automations.last_version(current.tenant, current.id) + 1
        changed = self._next_revision(current, replace(current, draft=None, published=number))
        version = AutomationVersion(
            current.tenant, current.id, number, document, changed.updated_at
        )
        try:
            self._store.commit(
                [
                    self._store.automations.replace(changed, current.revision),
                    self._store.automations.insert_version(version),
                ]
            )
        except GuardMissed:
            raise StaleError("the automation was changed in the same moment") from None
        self._catalog.forget(current.tenant)
        return AutomationDetail(changed, document)

    def _next_revision(self, current: Automation, changed: Automation) -> Automation:
        return replace(changed, revision=current.revision + 1, updated_at=self._clock.now())

    def _refuse_taken_paths(self, automation: Automation, plan: Plan) -> None:
        faults = list(self._path_faults(automation, plan))
        if faults:
            raise InvalidError("the automation has faults", faults)

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


def _check_revision(current: Automation | None, revision: int | None, only_new: bool) -> None:
    if only_new and current is not None:
        raise StaleError(f"the automation {current.id} exists already")
    if revision is not None and (current is None or current.revision != revision):
        raise StaleError("the automation was changed since it was read; read it again")


def _name(document: Document, automation_id: str) -> str:
    name = document.get("name")
    if not isinstance(name, str) or not name:
        return automation_id
    # PostgreSQL keeps no NUL in a text; the document itself is kept as it came.
    return name[:200].replace("\0", "\ufffd")
