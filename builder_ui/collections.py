"""Collections: the tables of a tenant, what their records hold, and how one is made or removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.filters import asked
from builder_ui.form_faults import faults_by_field
from builder_ui.json_fields import indented_text, read_json, read_version
from builder_ui.permissions import Permission
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.errors import ConflictError, Fault, InvalidError, JsonError, StaleError

MOST_NAMES = 8
"""Names of fields that a row of the list shows."""
FIRST_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}},
    "required": ["name"],
}
"""What a new collection's schema begins with."""


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/records", index)
    routes.post("/records", create, Permission.BUILD)
    routes.get("/records/<collection>/schema", schema)
    routes.post("/records/<collection>/schema", change, Permission.BUILD)
    routes.post("/records/<collection>/delete", delete, Permission.BUILD)


def index(visit: Visit) -> ResponseReturnValue:
    """The collections by name."""
    return _list(visit, "", indented_text(FIRST_SCHEMA), {})


def create(visit: Visit) -> ResponseReturnValue:
    """Makes a collection."""
    name, text = request.form.get("name", "").strip(), request.form.get("schema", "")
    try:
        visit.service.collections.put(visit.tenant, name, read_json(text), only_new=True)
    except JsonError as error:
        return _list(visit, name, text, {"schema": f"That is no JSON: {error}."}), 422
    except StaleError:
        words = "There is a collection of this name already."
        return _list(visit, name, text, {"name": words}), 409
    except ConflictError as error:
        return _list(visit, name, text, {"": str(error)}), 409
    except InvalidError as error:
        return _list(visit, name, text, _faults_of_form(error)), 422
    return redirect(f"/records/{name}", 303)


def schema(visit: Visit, collection: str) -> ResponseReturnValue:
    """What the records of a collection must hold."""
    found = visit.service.collections.get(visit.tenant, collection)
    return _schema_page(visit, collection, indented_text(found.schema), str(found.revision))


def change(visit: Visit, collection: str) -> ResponseReturnValue:
    """Sets the schema, unless somebody else did since it was read."""
    text = request.form.get("schema", "").replace("\r\n", "\n")
    sent = request.form.get("revision", "")
    service = visit.service.collections
    now = service.get(visit.tenant, collection)
    try:
        service.put(visit.tenant, collection, read_json(text), read_version(sent))
    except JsonError as error:
        faults = [Fault("$", f"is no JSON: {error}")]
        return _schema_page(visit, collection, text, sent, faults), 422
    except InvalidError as error:
        return _schema_page(visit, collection, text, sent, error.faults), 422
    except StaleError:
        revision = str(now.revision)
        return _schema_page(visit, collection, text, revision, other=now.schema), 412
    return redirect(f"/records/{collection}/schema?done=1", 303)


def delete(visit: Visit, collection: str) -> ResponseReturnValue:
    """Removes an empty collection."""
    visit.service.collections.delete(visit.tenant, collection)
    return redirect("/records", 303)


def field_names(schema: Mapping[str, Any]) -> list[str]:
    """The fields that a schema names, whatever stands in it."""
    properties = schema.get("properties")
    return list(properties) if isinstance(properties, Mapping) else []


def _list(visit: Visit, name: str, text: str, faults: Mapping[str, str]) -> str:
    wanted = asked("/records", ())
    return render_template(
        "records/collections.html",
        page=visit.service.collections.list(visit.tenant, wanted.query),
        asked=wanted,
        names=lambda collection: field_names(collection.schema),
        most_names=MOST_NAMES,
        name=name,
        schema=text,
        faults=faults,
    )


def _faults_of_form(error: InvalidError) -> Mapping[str, str]:
    """Those of the name at the name, all others at the schema."""
    if any(fault.path == "$.name" for fault in error.faults):
        return faults_by_field(error)
    words = [f"{fault.path} {fault.message}" for fault in error.faults]
    return {"schema": "; ".join(words) or str(error)}


def _schema_page(
    visit: Visit,
    collection: str,
    text: str,
    revision: str,
    faults: Any = (),
    other: Mapping[str, Any] | None = None,
) -> str:
    return render_template(
        "records/schema.html",
        collection=visit.service.collections.get(visit.tenant, collection),
        text=text,
        revision=revision,
        faults=faults,
        other=None if other is None else indented_text(other),
        done="The schema is set." if request.args.get("done") else None,
    )
