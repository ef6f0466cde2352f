"""The items of a run's loop: all of them in order, and what happened for each."""

from __future__ import annotations

from urllib.parse import quote

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.payloads import payload_of_value
from builder_ui.routing import Routes
from builder_ui.run_view import RunView, view_run, view_step
from builder_ui.visits import Visit
from core.errors import NotFoundError
from engine.run_items import LoopState
from engine.step_keys import key_of, split_key

ROWS = 50


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/runs/<run_id>/loops/<key>", index)
    routes.get("/runs/<run_id>/items/<key>", show)


def index(visit: Visit, run_id: str, key: str) -> ResponseReturnValue:
    """A part of the items, from the one that `from` names on; `item` leads to one."""
    asked = request.args.get("item", "")
    step_id, path = split_key(key)
    if asked.isdecimal():
        item = key_of(step_id, (*path, int(asked[:9])))
        return redirect(f"/runs/{run_id}/items/{quote(item)}", 303)
    view, loop = _looped(visit, run_id, key)
    first = request.args.get("from", "")
    start = min(int(first[:9]), loop.count) if first.isdecimal() else 0
    items = visit.service.run_items.items(visit.tenant, run_id, key, start, ROWS)
    return render_template(
        "run/loop.html",
        view=view,
        looped=loop,
        title=view.sketch["steps"][step_id]["title"],
        items=items,
        before=max(start - ROWS, 0) if start else None,
        after=start + ROWS if start + ROWS < loop.count else None,
    )


def show(visit: Visit, run_id: str, key: str) -> ResponseReturnValue:
    """One item with its steps."""
    item = visit.service.run_items.get(visit.tenant, run_id, key)
    loop_id, path = split_key(key)
    view, loop = _looped(visit, run_id, key_of(loop_id, path[:-1]))
    return render_template(
        "run/item.html",
        view=view,
        looped=loop,
        title=view.sketch["steps"][loop_id]["title"],
        item=item,
        steps=[view_step(step, view.sketch) for step in item.steps],
        value=payload_of_value,
        opened=None,
    )


def _looped(visit: Visit, run_id: str, key: str) -> tuple[RunView, LoopState]:
    """A run and one of its loops, be it in another one. Raises NotFoundError."""
    view = view_run(visit, run_id)
    loop = view.detail.loops.get(key)
    if loop is None:
        _, loop = visit.service.run_items.step(visit.tenant, run_id, key)
    if loop is None:
        raise NotFoundError(f"the run has no loop {key}")
    return view, loop
