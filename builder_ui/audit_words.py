"""Entries of the audit log in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from core.accounts import ActorKind, AuditEntry

DEEDS = {
    "automation.created": "created the automation",
    "automation.edited": "edited the automation",
    "automation.published": "published the automation",
    "automation.enabled": "enabled the automation",
    "automation.disabled": "disabled the automation",
    "automation.deleted": "deleted the automation",
    "automation.restored": "restored an older version of the automation",
    "run.started": "started by hand a run of",
    "run.cancelled": "cancelled a run of",
    "run.replayed": "replayed a run of",
    "approval.approved": "approved",
    "approval.rejected": "rejected",
    "collection.created": "made the collection",
    "collection.changed": "changed the schema of",
    "collection.deleted": "deleted the collection",
    "record.created": "made the record",
    "record.updated": "changed the record",
    "record.deleted": "deleted the record",
    "quarantine.released": "released from quarantine",
    "quarantine.discarded": "discarded held events of",
    "quarantine.edited": "edited a held event of",
    "secret.set": "set the secret",
    "secret.rotated": "gave another value to the secret",
    "secret.removed": "removed the secret",
    "key.created": "made the API key",
    "key.limited": "changed the limit of the API key",
    "key.removed": "removed the API key",
    "settings.changed": "changed the settings",
    "endpoint.closed": "closed the circuit of",
    "tenant.renamed": "renamed the workspace to",
    "invitation.made": "invited",
    "invitation.withdrawn": "withdrew the invitation of",
    "user.joined": "joined",
    "user.renamed": "changed their name",
    "user.role_changed": "changed the role of",
    "user.disabled": "disabled the user",
    "user.enabled": "enabled the user",
    "user.reset_link_made": "made a link to another password for",
    "user.password_reset": "chose another password by a link",
    "user.password_changed": "changed their password",
    "user.signed_out_everywhere": "ended all their sessions",
    "subscription.created": "made the subscription",
    "subscription.changed": "changed the subscription",
    "subscription.enabled": "enabled the subscription",
    "subscription.disabled": "disabled the subscription",
    "subscription.rotated": "gave another signing secret to the subscription",
    "subscription.deleted": "deleted the subscription",
    "delivery.replayed": "sent again a delivery of",
    "deliveries.replayed": "sent again deliveries",
}
"""What was done, read after who did it and before to what."""

SUBJECTS = {
    "automation": "Automations",
    "run": "Runs",
    "approval": "Approvals",
    "collection": "Collections",
    "record": "Records",
    "quarantine": "Quarantine",
    "secret": "Secrets",
    "key": "API keys",
    "user": "Users",
    "invitation": "Invitations",
    "settings": "Settings",
    "endpoint": "Endpoints",
    "tenant": "Workspace",
    "subscription": "Subscriptions",
    "delivery": "Deliveries",
}
"""Kinds of subjects, to filter by."""

ACTORS = {
    ActorKind.USER: "a user",
    ActorKind.KEY: "an API key",
    ActorKind.COMMAND: "the command line",
    ActorKind.SYSTEM: "Penstock itself",
}

_PLACES = {
    "automation": "/automations/{}",
    "run": "/runs/{}",
    "approval": "/approvals/{}",
    "collection": "/records/{}",
    "record": "/records/{}/rows/{}",
    "quarantine": "/quarantine/{}",
    "secret": "/secrets?q={}",
    "key": "/keys",
    "user": "/users",
    "invitation": "/users",
    "settings": "/settings",
    "endpoint": "/endpoints",
    "tenant": "/settings",
    "subscription": "/subscriptions/{}",
    "delivery": "/deliveries/{}",
}


def deed(entry: AuditEntry) -> str:
    """What was done; of a verb that these words do not know, the verb."""
    return DEEDS.get(entry.verb, entry.verb)


def subject_name(entry: AuditEntry) -> str:
    """What it was done to, as people call it; empty where the deed says it all."""
    if entry.subject_kind == "run":
        return str(entry.detail.get("automation_id", entry.subject_id))
    if entry.subject_kind == "delivery":
        return str(entry.detail.get("type") or "")
    if entry.subject_kind == "settings" or entry.subject_id == entry.actor_id:
        return ""
    return entry.subject_name or entry.subject_id


def subject_address(entry: AuditEntry) -> str | None:
    """The page of the subject, where it may still have one."""
    if entry.verb.endswith((".deleted", "quarantine.released")) or not entry.subject_id:
        return None
    place = _PLACES.get(entry.subject_kind)
    if place is None:
        return None
    # A record's is that of its collection, a stroke, and its own.
    names = entry.subject_id.split("/") if entry.subject_kind == "record" else [entry.subject_id]
    return place.format(*(quote(name, safe="") for name in names))


def remark(entry: AuditEntry) -> str:
    """What there is to add: a version, a role, how often."""
    known, words = entry.detail, []
    if "version" in known:
        words.append(f"version {known['version']}")
    if "from" in known and "to" in known:
        words.append(f"from {known['from']} to {known['to']}")
    words += _of_access(known)
    if entry.subject_kind == "quarantine":
        words += _of_quarantine(known)
    if "reason" in known:
        words.append(str(known["reason"]))
    if "fields" in known:
        words.append(", ".join(known["fields"]))
    if "trial_of" in known:
        words.append(f"trying out {known['trial_of']}")
    if known.get("times", 1) > 1:
        words.append(f"{known['times']} times")
    return ", ".join(words)


def _of_access(known: Mapping[str, Any]) -> Iterator[str]:
    if "role" in known:
        yield f"role {known['role']}"
    if "scopes" in known:
        yield f"scopes {', '.join(known['scopes'])}"
    if "limit" in known:
        yield f"limit {known['limit']}"


def _of_quarantine(known: Mapping[str, Any]) -> Iterator[str]:
    yield f"of {known['automation_id']}"
    if (events := known.get("events")) is not None:
        yield f"{events} event{'' if events == 1 else 's'}"
    if replayed := known.get("replayed"):
        yield f"{replayed} repeated"
