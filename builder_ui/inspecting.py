"""The inspector's views that the server draws: the form of a node, and what the node sees."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template
from flask.typing import ResponseReturnValue

from builder_ui.bodies import read_object, take
from builder_ui.context_tree import context_tree
from builder_ui.forms import kinds
from builder_ui.forms.nodes import TRIGGER_NODE, node_form
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.errors import NotFoundError
from engine.drafts.sketches import TRIGGER
from engine.trying.sights import Question

KIND_TITLES: Mapping[str, str] = {
    kinds.TEXT: "Text",
    kinds.EXPRESSION: "Expression",
    kinds.AUTO: "Number",
    kinds.JSON: "JSON",
}


def add_to(routes: Routes) -> None:
    """Adds the parts of this subject."""
    routes.post("/automations/<automation_id>/inspector", configure, Permission.VIEW)
    routes.post("/automations/<automation_id>/input", see, Permission.VIEW)


def configure(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """The form of a node of the draft that was sent; read-only for who may not build."""
    body = read_object()
    document, node = take(body, "document", dict), take(body, "node", str)
    visit.service.automations.get(visit.tenant, automation_id)
    secrets = _secret_names(visit)
    with visit.service.questions.place():
        form = node_form(visit.service.registry, document, node, secrets)
        if form is None:
            raise NotFoundError(f"The draft has no step {node}.")
        return render_template(
            "builder/inspector/configure.html",
            node=form,
            may_build=visit.may(Permission.BUILD),
            kind_titles=KIND_TITLES,
        )


def see(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """What a node of the draft would see with an event and results of steps, as a tree."""
    body = read_object()
    document, node = take(body, "document", dict), take(body, "node", str)
    event = take(body, "event", dict, None)
    results = take(body, "results", dict, {})
    visit.service.automations.get(visit.tenant, automation_id)
    step = TRIGGER if node == TRIGGER_NODE else node
    question = Question(visit.tenant, automation_id, document, step, event or {}, results)
    with visit.service.questions.place():
        seen = visit.service.previews.preview(question, with_context=True)
        return render_template(
            "builder/inspector/input.html",
            entries=context_tree(seen["context"]),
            sampled=event is not None,
            waiting=seen["waiting"],
            is_trigger=step == TRIGGER,
        )


def _secret_names(visit: Visit) -> list[str]:
    return [use.entry.name for use in visit.service.secrets.list(visit.tenant)]
