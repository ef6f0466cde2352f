"""The record of who changed what: its entries are committed with the changes they tell of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.account_store import AuditFilter, AuditLog
from core.accounts import AuditEntry
from core.clock import Clock, Milliseconds
from core.ids import new_id
from core.model import Page
from core.writes import ListQuery, Write
from engine.acting import acting

ONE_SITTING: Milliseconds = 10 * 60_000
"""Within this time of the last one, repeated changes of one actor are one entry."""


class AuditService:
    """Notes changes, and lists what was noted."""

    def __init__(self, log: AuditLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock

    def note(
        self,
        tenant: str,
        verb: str,
        subject_kind: str,
        subject_id: str,
        subject_name: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> Write:
        """An entry of the current actor, to be committed with the change.

        `verb` reads `automation.published`; `detail` is JSON without any secret's value.
        """
        entry = self._entry(tenant, verb, subject_kind, subject_id, subject_name, detail or {})
        return self._log.insert(entry)

    def note_again(
        self, tenant: str, verb: str, subject_kind: str, subject_id: str, subject_name: str = ""
    ) -> Write:
        """Like `note`, for what is done many times in a sitting, as saving a draft is.

        While the newest entry of the subject is the same actor's, of the same verb and not older
        than ONE_SITTING, it moves on to now; its detail counts the `times` and keeps `since`.
        """
        entry = self._entry(tenant, verb, subject_kind, subject_id, subject_name, {})
        last = self._log.newest(tenant, subject_kind, subject_id)
        if last is None or not _continues(last, entry):
            return self._log.insert(entry)
        detail = {
            "times": last.detail.get("times", 1) + 1,
            "since": last.detail.get("since", last.at),
        }
        return self._log.move(last.id, replace(entry, detail=detail))

    def list(self, tenant: str, which: AuditFilter, query: ListQuery) -> Page[AuditEntry]:
        """A tenant's entries, the newest first."""
        return self._log.list(tenant, which, query)

    def _entry(
        self,
        tenant: str,
        verb: str,
        subject_kind: str,
        subject_id: str,
        subject_name: str,
        detail: Mapping[str, Any],
    ) -> AuditEntry:
        actor = acting()
        return AuditEntry(
            id=new_id(),
            tenant=tenant,
            at=self._clock.now(),
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            verb=verb,
            subject_kind=subject_kind,
            subject_id=subject_id,
            subject_name=subject_name,
            detail=detail,
        )


def _continues(last: AuditEntry, entry: AuditEntry) -> bool:
    same_actor = (last.actor_kind, last.actor_id) == (entry.actor_kind, entry.actor_id)
    return same_actor and last.verb == entry.verb and entry.at - last.at < ONE_SITTING
