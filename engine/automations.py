"""Automations as their owner handles them: write the draft, go back, enable, disable, delete."""

from __future__ import annotations

import re
from dataclasses import replace

from core.clock import Clock
from core.errors import ConflictError, Fault, InvalidError, NotFoundError, StaleError
from core.ids import new_id
from core.model import Automation, Document, Page
from core.store import Store
from core.writes import ListQuery, Write
from engine.automation_changes import AutomationChanges, AutomationDetail, check_revision
from engine.automation_labels import name_of, tags_of
from engine.schedules.live import LiveSchedules

AUTOMATION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
RESERVED_IDS = frozenset({"new"})
"""Ids that no automation has: the pages have something else at their addresses."""
TRIES = 5


class AutomationService:
    """A tenant's automations."""

    def __init__(
        self, store: Store, changes: AutomationChanges, schedules: LiveSchedules, clock: Clock
    ) -> None:
        self._store = store
        self._changes = changes
        self._schedules = schedules
        self._clock = clock

    def get(self, tenant: str, automation_id: str) -> AutomationDetail:
        """One automation. Raises NotFoundError."""
        return self._detail(self._changes.current(tenant, automation_id))

    def list(self, tenant: str, query: ListQuery) -> Page[Automation]:
        """A tenant's automations by id."""
        return self._store.automations.list(tenant, query)

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
        _check_id(automation_id)
        for _ in range(TRIES):
            current = self._store.automations.get(tenant, automation_id)
            _check_put(current, revision, only_new)
            try:
                if current is None:
                    return self._insert(tenant, automation_id, document), True
                return self._edit(current, document), False
            except StaleError:
                continue
        raise StaleError("the automation is being changed by others; try again")

    def restore(
        self, tenant: str, automation_id: str, version: int, revision: int | None = None
    ) -> AutomationDetail:
        """Makes the document of a published version the draft; what is live stays so.

        Raises NotFoundError, StaleError.
        """
        current = self._changes.current(tenant, automation_id, revision)
        old = self._store.automations.version(tenant, automation_id, version)
        if old is None:
            raise NotFoundError(f"automation {automation_id} has no version {version}")
        changed = _with_draft(current, old.document)
        note = self._changes.note("restored", changed, {"version": version})
        return self._replace(changed, note)

    def discard(
        self, tenant: str, automation_id: str, revision: int | None = None
    ) -> AutomationDetail:
        """Throws the draft away; what is live stays so.

        Raises NotFoundError, StaleError, ConflictError when nothing would be left.
        """
        current = self._changes.current(tenant, automation_id, revision)
        live = self._detail(current).published
        if live is None:
            raise ConflictError("the draft is all there is: nothing was published yet")
        changed = replace(_with_draft(current, live), draft=None)
        return self._replace(changed, self._changes.note("discarded", changed))

    def set_enabled(
        self, tenant: str, automation_id: str, enabled: bool, revision: int | None = None
    ) -> AutomationDetail:
        """Enables or disables an automation. Raises NotFoundError, StaleError."""
        current = self._changes.current(tenant, automation_id, revision)
        what = "enabled" if enabled else "disabled"
        told = (self._changes.note(what, current), *self._changes.announce(what, current))
        schedule = self._schedules.switched(current, enabled=enabled)
        detail = self._replace(replace(current, enabled=enabled), *told, *schedule)
        self._schedules.stirred.set()
        return detail

    def delete(self, tenant: str, automation_id: str, revision: int | None = None) -> None:
        """Removes an automation; runs that have begun go on. Raises NotFoundError, StaleError."""
        current = self._changes.current(tenant, automation_id, revision)
        self._changes.commit(
            tenant,
            self._store.automations.delete(tenant, automation_id, current.revision),
            *self._store.samples.forget(tenant, automation_id),
            *self._schedules.removed(current),
            self._changes.note("deleted", current),
            *self._changes.announce("deleted", current),
        )

    def _detail(self, automation: Automation) -> AutomationDetail:
        tenant, number = automation.tenant, automation.published
        if number is None:
            return AutomationDetail(automation, None)
        version = self._store.automations.version(tenant, automation.id, number)
        return AutomationDetail(automation, version.document if version else None)

    def _insert(self, tenant: str, automation_id: str, document: Document) -> AutomationDetail:
        now = self._clock.now()
        automation = Automation(
            tenant=tenant,
            id=automation_id,
            name=name_of(document, automation_id),
            enabled=True,
            draft=document,
            revision=1,
            published=None,
            created_at=now,
            updated_at=now,
            tags=tags_of(document),
        )
        note = self._changes.note("created", automation)
        self._changes.commit(tenant, self._store.automations.insert(automation), note)
        return AutomationDetail(automation, None)

    def _edit(self, current: Automation, document: Document) -> AutomationDetail:
        changed = _with_draft(current, document)
        return self._replace(changed, self._changes.note_edit(changed))

    def _replace(self, changed: Automation, *beside: Write) -> AutomationDetail:
        """Keeps the automation, changed but still of the revision that was read."""
        following = self._changes.next(changed)
        write = self._store.automations.replace(following, changed.revision)
        self._changes.commit(changed.tenant, write, *beside)
        return self._detail(following)


def _check_id(automation_id: str) -> None:
    if not AUTOMATION_ID.fullmatch(automation_id):
        words = "must be letters, digits, '.', '_' and '-', beginning with a letter or digit"
    elif automation_id in RESERVED_IDS:
        words = f"{automation_id} is reserved; choose another id"
    else:
        return
    raise InvalidError("the id cannot be used", [Fault("$.id", words)])


def _check_put(current: Automation | None, revision: int | None, only_new: bool) -> None:
    if current is None:
        if revision is not None:
            raise StaleError("the automation was changed since it was read; read it again")
        return
    if only_new:
        raise StaleError(f"the automation {current.id} exists already")
    check_revision(current, revision)


def _with_draft(current: Automation, document: Document) -> Automation:
    """An automation with another draft, and what is known by it."""
    tags = tags_of(document)
    return replace(current, draft=document, name=name_of(document, current.id), tags=tags)
