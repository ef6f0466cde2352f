"""What the audit log says of a changed record: which fields changed, and never to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.records import ChangeKind, RecordChange, same_json
from core.writes import Write
from engine.audit import AuditService

MOST_NAMED = 20
"""Names of changed fields that an entry has."""


def note_change(
    audit: AuditService, change: RecordChange, detail: Mapping[str, Any] | None = None
) -> Sequence[Write]:
    """The entry of a change that did something, made by whoever acts now."""
    found = change.record or change.previous
    if found is None:
        return ()
    facts = dict(detail or {})
    if change.kind is ChangeKind.UPDATED:
        facts["fields"] = _changed_fields(change)[:MOST_NAMED]
    verb, subject = f"record.{change.kind.value}", f"{found.collection}/{found.id}"
    return [audit.note(found.tenant, verb, "record", subject, subject, facts)]


def _changed_fields(change: RecordChange) -> list[str]:
    new = change.record.values if change.record else {}
    old = change.previous.values if change.previous else {}
    return [name for name in sorted(new.keys() | old.keys()) if not _is_same(name, new, old)]


def _is_same(name: str, new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    return name in new and name in old and same_json(new[name], old[name])
