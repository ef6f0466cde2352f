"""The audit log: who changed what, and when."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue

from builder_ui import audit_words
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.account_store import AuditFilter
from core.writes import ListQuery

ROWS = 50


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/audit", index, Permission.ADMINISTER)


def index(visit: Visit) -> ResponseReturnValue:
    """Entries, the newest first, filtered by who, what and to what."""
    asked = {
        name: value
        for name in ("actor", "verb", "subject_kind", "subject")
        if (value := request.args.get(name, ""))
    }
    which = AuditFilter(
        asked.get("actor"), asked.get("verb"), asked.get("subject_kind"), asked.get("subject")
    )
    cursor = request.args.get("cursor") or None
    page = visit.service.audit.list(visit.tenant, which, ListQuery(cursor, ROWS))
    return render_template(
        "audit/index.html",
        entries=page.items,
        words=audit_words,
        asked=asked,
        actors=_actors(visit),
        older=f"/audit?{urlencode({**asked, 'cursor': page.next})}" if page.next else None,
        newest=f"/audit?{urlencode(asked)}" if cursor else None,
    )


def _actors(visit: Visit) -> list[tuple[str, str]]:
    """Whom one can filter by: users and keys that are there now."""
    users = [(user.id, user.name) for user in visit.service.users.list(visit.tenant)]
    keys = [(key.id, f"{key.name} (API key)") for key in visit.service.keys.list(visit.tenant)]
    return users + keys
