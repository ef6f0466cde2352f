"""The inbox: what Penstock tells the person who is signed in."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.writes import ListQuery

ROWS = 50


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/inbox", index)
    routes.post("/inbox/read", read_all, Permission.VIEW)
    routes.post("/inbox/<item_id>", open_item, Permission.VIEW)


def index(visit: Visit) -> ResponseReturnValue:
    """One's own messages, the newest first."""
    cursor = request.args.get("cursor") or None
    page = visit.service.inbox.list(visit.user, ListQuery(cursor, ROWS))
    return render_template("inbox/index.html", page=page, cursor=cursor)


def open_item(visit: Visit, item_id: str) -> ResponseReturnValue:
    """Marks a message as read and leads to what it is about."""
    return redirect(visit.service.inbox.read(visit.user, item_id).link, 303)


def read_all(visit: Visit) -> ResponseReturnValue:
    """Marks every message as read."""
    visit.service.inbox.read_all(visit.user)
    return redirect("/inbox", 303)
