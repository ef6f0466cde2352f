"""Changes of an automation: each is guarded by its revision and committed with its audit entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.clock import Clock
from core.errors import GuardMissed, NotFoundError, StaleError
from core.model import Automation, Document
from core.store import Store
from core.writes import Write
from engine.acting import acting
from engine.audit import AuditService
from engine.catalog import Catalog
from engine.events.announcer import Announcer
from engine.events.automation_events import automation_data


@dataclass(frozen=True, slots=True)
class AutomationDetail:
    """An automation with its live document."""

    automation: Automation
    published: Document | None


class AutomationChanges:
    """Reads an automation to change it, and commits the change if nobody was faster."""

    def __init__(
        self,
        store: Store,
        catalog: Catalog,
        audit: AuditService,
        announcer: Announcer,
        clock: Clock,
    ) -> None:
        self._store = store
        self._catalog = catalog
        self._audit = audit
        self._announcer = announcer
        self._clock = clock

    def current(self, tenant: str, automation_id: str, revision: int | None = None) -> Automation:
        """The automation as it is. Raises NotFoundError; StaleError when not at `revision`."""
        automation = self._store.automations.get(tenant, automation_id)
        if automation is None:
            raise NotFoundError(f"there is no automation {automation_id}")
        check_revision(automation, revision)
        return automation

    def next(self, automation: Automation) -> Automation:
        """The automation as its next revision, of now."""
        return replace(automation, revision=automation.revision + 1, updated_at=self._clock.now())

    def commit(self, tenant: str, *writes: Write) -> None:
        """Commits what changes an automation. Raises StaleError when somebody was faster."""
        try:
            self._store.commit(list(writes))
        except GuardMissed:
            raise StaleError("the automation was changed in the same moment") from None
        self._catalog.forget(tenant)

    def note(
        self, what: str, automation: Automation, detail: Mapping[str, Any] | None = None
    ) -> Write:
        """The audit entry of a change: `automation.<what>`."""
        verb = f"automation.{what}"
        return self._audit.note(
            automation.tenant, verb, "automation", automation.id, automation.name, detail
        )

    def announce(self, what: str, automation: Automation) -> Sequence[Write]:
        """The event `automation.<what>`, where anybody wants to know."""
        return self._announcer.announce(
            automation.tenant,
            f"automation.{what}",
            automation_data(automation, acting().name),
            automation_id=automation.id,
        )

    def note_edit(self, automation: Automation) -> Write:
        """The audit entry of another draft, one for all of a sitting."""
        return self._audit.note_again(
            automation.tenant, "automation.edited", "automation", automation.id, automation.name
        )


def check_revision(automation: Automation, revision: int | None) -> None:
    """Raises StaleError unless the automation is at the revision, where one is given."""
    if revision is not None and automation.revision != revision:
        raise StaleError("the automation was changed since it was read; read it again")
