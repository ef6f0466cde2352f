"""The port to automations, their drafts, and the versions that were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.model import Automation, AutomationVersion, Document, Page
from core.writes import ListQuery, Write


@dataclass(frozen=True, slots=True)
class AutomationFilter:
    """Which automations; None means any. `text` stands somewhere in the name or the id."""

    text: str | None = None
    tag: str | None = None


class Automations(Protocol):
    """Automations with their drafts, and the versions that were published."""

    def get(self, tenant: str, automation_id: str) -> Automation | None:
        """One automation, or None."""
        ...

    def list(self, tenant: str, query: ListQuery) -> Page[Automation]:
        """A tenant's automations by id."""
        ...

    def insert(self, automation: Automation) -> Write:
        """Guarded: refused when the id is taken."""
        ...

    def replace(self, automation: Automation, revision: int) -> Write:
        """Guarded: refused unless the stored revision is `revision`."""
        ...

    def delete(self, tenant: str, automation_id: str, revision: int) -> Write:
        """Guarded, as `replace` is. Its versions stay for the runs that used them."""
        ...

    def insert_version(self, version: AutomationVersion) -> Write:
        """Adds a published version."""
        ...

    def version(self, tenant: str, automation_id: str, version: int) -> AutomationVersion | None:
        """One published version, or None."""
        ...

    def versions(
        self, tenant: str, automation_id: str, query: ListQuery
    ) -> Page[AutomationVersion]:
        """The published versions of an automation, the newest first."""
        ...

    def last_version(self, tenant: str, automation_id: str) -> int:
        """The highest number ever published under this id, 0 when none was."""
        ...

    def live(self, tenant: str) -> Sequence[tuple[Automation, Document]]:
        """Every published automation, enabled or not, with its live document."""
        ...

    def search(
        self, tenant: str, which: AutomationFilter, query: ListQuery
    ) -> Page[tuple[Automation, Document | None]]:
        """By name, each with its live document."""
        ...

    def names(self, tenant: str) -> Mapping[str, str]:
        """The automations' names by their ids, in the order of the names."""
        ...

    def tags(self, tenant: str) -> Sequence[str]:
        """Every tag in use, in order."""
        ...
