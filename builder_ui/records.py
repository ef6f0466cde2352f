"""Records: the rows of a collection, found, made, changed and deleted."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from builder_ui.collections import field_names
from builder_ui.filters import Asked, asked, is_part
from builder_ui.payloads import payload_of_value
from builder_ui.permissions import Permission
from builder_ui.record_form import (
    RecordForm,
    blank_form,
    form_of,
    overtaken,
    sent_form,
    with_faults,
)
from builder_ui.record_table import cell, columns_of
from builder_ui.routing import Routes
from builder_ui.visits import Visit
from core.errors import (
    ConflictError,
    Fault,
    InvalidError,
    JsonError,
    NotFoundError,
    StaleError,
)
from core.records import Collection, Record, RecordFilter, searched_as

_FIELDS = ("field", "text")
DONE = {"created": "The record is made.", "changed": "The record is saved."}


def add_to(routes: Routes) -> None:
    """Adds the pages of this subject."""
    routes.get("/records/<collection>", index)
    routes.get("/records/<collection>/new", new, Permission.BUILD)
    routes.post("/records/<collection>/rows", create, Permission.BUILD)
    routes.get("/records/<collection>/rows/<record_id>", show)
    routes.post("/records/<collection>/rows/<record_id>", change, Permission.BUILD)
    routes.post("/records/<collection>/rows/<record_id>/delete", delete, Permission.BUILD)


def index(visit: Visit, collection: str) -> ResponseReturnValue:
    """A part of a collection's records, by id."""
    found = visit.service.collections.get(visit.tenant, collection)
    wanted = asked(f"/records/{collection}", _FIELDS)
    page = visit.service.records.list(visit.tenant, collection, _filter(wanted), wanted.query)
    names = field_names(found.schema)
    return render_template(
        "records/_list.html" if is_part() else "records/index.html",
        collection=found,
        page=page,
        asked=wanted,
        names={name: name for name in names},
        columns=columns_of(names, page.items),
        cell=cell,
    )


def new(visit: Visit, collection: str) -> ResponseReturnValue:
    """The form of a new record."""
    found = visit.service.collections.get(visit.tenant, collection)
    return _new_page(found, blank_form(found))


def create(visit: Visit, collection: str) -> ResponseReturnValue:
    """Makes a record under the id that was typed, or one of ours."""
    found = visit.service.collections.get(visit.tenant, collection)
    form = sent_form(found)
    try:
        values = form.values
        if form.record_id and isinstance(values, dict):
            values = {**values, "id": form.record_id}
        record = visit.service.records.create(visit.tenant, collection, values)
    except (InvalidError, JsonError) as error:
        return _new_page(found, with_faults(form, error)), 422
    except ConflictError as error:
        fault = InvalidError("It was not saved.", [Fault("$.id", str(error))])
        return _new_page(found, with_faults(form, fault)), 409
    return redirect(f"{_address(record)}?done=created", 303)


def show(visit: Visit, collection: str, record_id: str) -> ResponseReturnValue:
    """One record: its form, or for who may only look, its values."""
    record = visit.service.records.get(visit.tenant, collection, record_id)
    found = visit.service.collections.get(visit.tenant, collection)
    return _record_page(found, record, form_of(found, record))


def change(visit: Visit, collection: str, record_id: str) -> ResponseReturnValue:
    """Puts other values into a record, unless somebody else did since it was read."""
    found = visit.service.collections.get(visit.tenant, collection)
    form = sent_form(found, record_id)
    try:
        record, _ = visit.service.records.put(
            visit.tenant, collection, record_id, form.values, form.expected
        )
    except (InvalidError, JsonError) as error:
        current = _current(visit, collection, record_id)
        return _record_page(found, current, with_faults(form, error)), 422
    except StaleError:
        current = _current(visit, collection, record_id)
        return _record_page(found, current, overtaken(form, current)), 412
    return redirect(f"{_address(record)}?done=changed", 303)


def delete(visit: Visit, collection: str, record_id: str) -> ResponseReturnValue:
    """Deletes a record."""
    visit.service.records.delete(visit.tenant, collection, record_id)
    return redirect(f"/records/{collection}", 303)


def _current(visit: Visit, collection: str, record_id: str) -> Record | None:
    try:
        return visit.service.records.get(visit.tenant, collection, record_id)
    except NotFoundError:
        return None


def _filter(wanted: Asked) -> RecordFilter:
    """A field with its value, or a text anywhere."""
    text, name = wanted.get("text"), wanted.get("field")
    if text is None:
        return RecordFilter()
    if name is None:
        return RecordFilter(text=text)
    return RecordFilter({name: searched_as(text) or ""})


def _new_page(collection: Collection, form: RecordForm) -> str:
    return render_template("records/new.html", collection=collection, form=form)


def _record_page(collection: Collection, record: Record | None, form: RecordForm) -> str:
    return render_template(
        "records/show.html",
        collection=collection,
        record=record,
        form=form,
        payload=payload_of_value(record.values) if record else None,
        done=DONE.get(request.args.get("done", "")),
    )


def _address(record: Record) -> str:
    return f"/records/{record.collection}/rows/{record.id}"
