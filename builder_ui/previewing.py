"""What the builder asks while somebody types: sketches, previews, completions, cURL commands."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask.typing import ResponseReturnValue

from builder_ui.bodies import read_object, take
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from engine.drafts.json_completions import JsonCompletions
from engine.trying.sights import Question


def add_to(routes: Routes) -> None:
    """Adds the questions of this subject. They change nothing and send nothing."""
    routes.post("/automations/<automation_id>/sketch", sketch, Permission.VIEW)
    routes.post("/automations/<automation_id>/preview", preview, Permission.VIEW)
    routes.post("/automations/<automation_id>/completions", completions, Permission.VIEW)
    routes.post("/automations/<automation_id>/json-completions", json_completions, Permission.VIEW)
    routes.post("/builder/curl", curl, Permission.VIEW)


def sketch(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """The draft in short, with its faults (`engine.drafts.sketches`)."""
    document = take(read_object(), "document", object)
    with visit.service.questions.place():
        return jsonify(visit.service.sketches.sketch(visit.tenant, document))


def preview(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """What a step would see, make of it and send (`engine.trying.previews`)."""
    body = read_object()
    with_context = take(body, "with_context", bool, False)
    question = read_question(visit, automation_id, body)
    with visit.service.questions.place():
        return jsonify(visit.service.previews.preview(question, with_context=with_context))


def completions(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """What may stand at the caret of a field (`engine.trying.completions`)."""
    body = read_object()
    question = read_question(visit, automation_id, body)
    text, field = take(body, "text", str), take(body, "field", str)
    caret = _from_browser(text, take(body, "caret", int, 2 * len(text)))
    with visit.service.questions.place():
        found = visit.service.completions.complete(question, text, caret, field)
    return jsonify({"suggestions": _placed(text, found)})


def json_completions(visit: Visit, automation_id: str) -> ResponseReturnValue:
    """What may stand at the caret of the document as text (`engine.drafts.json_completions`)."""
    body = read_object()
    text = take(body, "text", str)
    caret = _from_browser(text, take(body, "caret", int, 2 * len(text)))
    completions = JsonCompletions(visit.service.document_schema, visit.service.registry)
    with visit.service.questions.place():
        found = completions.complete(text, caret)
    return jsonify({**found, "suggestions": _placed(text, found["suggestions"])})


def curl(visit: Visit) -> ResponseReturnValue:
    """A cURL command as the configuration of a step (`engine.curl.importing`)."""
    return jsonify(visit.service.curl.read(take(read_object(), "command", str)))


def read_question(visit: Visit, automation_id: str, body: dict[str, Any]) -> Question:
    """What a body asks about a step of a draft. Raises InvalidError."""
    return Question(
        tenant=visit.tenant,
        automation_id=automation_id,
        document=take(body, "document", object),
        step=take(body, "step", str),
        event=take(body, "event", dict, None) or {},
        results=take(body, "results", dict, None) or {},
    )


def _placed(text: str, suggestions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The suggestions with their places as browsers count them."""
    ends = {one[end] for one in suggestions for end in ("from", "to")}
    places = {place: _to_browser(text, place) for place in ends}
    return [one | {end: places[one[end]] for end in ("from", "to")} for one in suggestions]


def _from_browser(text: str, place: int) -> int:
    """A place in a text as Python counts it: browsers count in UTF-16."""
    return len(text.encode("utf-16-le")[: 2 * max(place, 0)].decode("utf-16-le", "ignore"))


def _to_browser(text: str, place: int) -> int:
    return len(text[:place].encode("utf-16-le")) // 2
