"""The form of one record: fields from its collection's schema, all of it as JSON, its faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request

from builder_ui.json_fields import indented_text, read_json, read_version
from builder_ui.sample_form import SampleField, sample_fields
from core.errors import Fault, InvalidError, JsonError, PenstockError
from core.records import Collection, Record, Values

MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class RecordForm:
    """What the form shows. `text` is the JSON, `version` what was read; both come back as they are.

    `faults` are those of single fields by their path, `others` all the rest. `theirs` is what
    somebody else made of the record meanwhile.
    """

    fields: Sequence[SampleField]
    text: str
    record_id: str = ""
    version: str = ""
    faults: Mapping[str, str] | None = None
    others: Sequence[Fault] = ()
    notice: str = ""
    theirs: str | None = None

    @property
    def values(self) -> Any:
        """The value of the text, read from what a person sent. Raises JsonError."""
        return read_json(self.text)

    @property
    def expected(self) -> int | None:
        """The version a change must find there."""
        return read_version(self.version)


def blank_form(collection: Collection) -> RecordForm:
    """The form of a new record, with the defaults of its schema."""
    properties = collection.schema.get("properties")
    known = properties if isinstance(properties, Mapping) else {}
    begin = {
        name: part["default"]
        for name, part in known.items()
        if isinstance(part, Mapping) and "default" in part
    }
    return RecordForm(_fields(collection), indented_text(begin))


def form_of(collection: Collection, record: Record) -> RecordForm:
    """The form of a record as it is."""
    text, version = indented_text(record.values), str(record.version)
    return RecordForm(_fields(collection), text, record.id, version)


def sent_form(collection: Collection, record_id: str = "") -> RecordForm:
    """The form as a person sent it."""
    return RecordForm(
        _fields(collection),
        request.form.get("values", "").replace("\r\n", "\n"),
        record_id or request.form.get("id", "").strip(),
        request.form.get("version", ""),
    )


def with_faults(form: RecordForm, error: PenstockError) -> RecordForm:
    """The form with what is wrong with it: each fault at its field, where it has one."""
    if isinstance(error, JsonError):
        fault = Fault("$", f"That is no JSON: {error}.")
        return replace(form, others=[fault], notice="It was not saved.")
    faults = error.faults if isinstance(error, InvalidError) else ()
    places = {field.place for field in form.fields} | {"$.id"}
    told: dict[str, str] = {}
    for fault in faults:
        if fault.path in places:
            known = told.get(fault.path)
            told[fault.path] = f"{known}; {fault.message}" if known else _capital(fault.message)
    others = [fault for fault in faults if fault.path not in places]
    return replace(form, faults=told, others=others, notice=_sentence(error))


def overtaken(form: RecordForm, current: Record | None) -> RecordForm:
    """The form after somebody else was faster: what was typed stays, and theirs is beside it."""
    if current is None:
        words = "Somebody deleted it since you opened it. Save it again to make it anew."
        return replace(form, version="", notice=words)
    words = (
        "Somebody else changed it since you opened it, and what you typed was not saved. It is "
        "still here: save it again to put it in place of theirs."
    )
    theirs: Values = current.values
    return replace(form, version=str(current.version), notice=words, theirs=indented_text(theirs))


def _sentence(error: PenstockError) -> str:
    return f"{_capital(str(error) or 'it was not saved').rstrip('.')}."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _fields(collection: Collection) -> list[SampleField]:
    fields = [field for field in sample_fields(collection.schema) if field.path != ("id",)]
    return fields[:MOST_FIELDS]
