"""The operations on records."""

from __future__ import annotations

from api import records
from api.operations import Body, Operation, Success
from api.parameters import IF_MATCH
from api.record_parameters import COLLECTION, ONLY_NEW, PAGING, RECORD_ID
from api.schemas import TEXT, TIME, component, page_schema
from core.records import LARGEST_RECORD, LONGEST_FIELD_NAME, MOST_FIELDS, NAME_PATTERN
from core.spec import JsonSchema

_PATH = f"{records.LIST_PATH}/{{record_id}}"

SCHEMAS = {
    "Record": {
        "type": "object",
        "description": "A record: its own fields, its id and, read-only, what is kept of it.",
        "required": ["id", "_version", "_created_at", "_updated_at"],
        "properties": {
            "id": TEXT,
            "_version": {
                "type": "integer",
                "description": "Grows with every change; in quotes it is the `ETag`.",
            },
            "_created_at": TIME,
            "_updated_at": TIME,
        },
    }
}

_FIELDS: JsonSchema = {
    "type": "object",
    "description": "Fields by name, any JSON as values. What is read-only in an answer may stand "
    "here and is left alone.",
    "maxProperties": MOST_FIELDS,
    "propertyNames": {
        # The second is for whoever sends back what he read.
        "anyOf": [
            {"pattern": r"^[^_\u0000-\u001f]", "not": {"pattern": r"[\u0000-\u001f]"}},
            {"enum": ["_version", "_created_at", "_updated_at"]},
        ],
        "maxLength": LONGEST_FIELD_NAME,
        "x-expected": f"the name of a field: 1 to {LONGEST_FIELD_NAME} characters, no control "
        "characters, not beginning with _",
    },
}
_NEW: JsonSchema = {
    **_FIELDS,
    "properties": {"id": {"type": "string", "pattern": f"^{NAME_PATTERN}$"}},
}
_EXAMPLE = {"name": "Ada Lovelace", "email": "ada@shop.example", "partnerId": "p-1"}
_LIMITS = (
    f"A record has {MOST_FIELDS} fields and {LARGEST_RECORD >> 10} KiB at most, and is checked "
    "against the collection's JSON Schema; every fault is told (422)."
)
_RECORD = Success(200, "The record as it is now.", component("Record"), ("ETag",))
_CREATED = Success(201, "It is made.", component("Record"), ("ETag", "Location"))
_BUSY = (429,)

OPERATIONS = (
    Operation(
        id="list_records",
        method="GET",
        path=records.LIST_PATH,
        scope="read",
        summary="List the records of a collection",
        description="By id. Every other parameter of the query names a field and the value it must "
        "have: `?city=Oslo&active=true`. Texts, numbers, `true`, `false` and `null` are compared "
        "as texts; lists and objects are not found.",
        handle=records.list_records,
        parameters=(COLLECTION, *PAGING),
        filters="Fields and the values they must have.",
        successes=(Success(200, "A page of records.", page_schema(component("Record"))),),
    ),
    Operation(
        id="create_record",
        method="POST",
        path=records.LIST_PATH,
        scope="write",
        summary="Create a record",
        description=f"Under the `id` of the body, or one of Penstock's. {_LIMITS} Refused where "
        "there is one of that id (409).",
        handle=records.create_record,
        parameters=(COLLECTION,),
        body=Body("The record's fields.", _NEW, _EXAMPLE),
        successes=(_CREATED,),
        problems=(409, *_BUSY),
    ),
    Operation(
        id="get_record",
        method="GET",
        path=_PATH,
        scope="read",
        summary="Read a record",
        handle=records.get_record,
        parameters=(COLLECTION, RECORD_ID),
        successes=(_RECORD,),
    ),
    Operation(
        id="put_record",
        method="PUT",
        path=_PATH,
        scope="write",
        summary="Replace a record's fields, or make one under an id of your own",
        description=_LIMITS,
        handle=records.put_record,
        parameters=(COLLECTION, RECORD_ID, IF_MATCH, ONLY_NEW),
        body=Body("The record's fields.", _FIELDS, _EXAMPLE),
        successes=(_RECORD, _CREATED),
        problems=(409, *_BUSY),
    ),
    Operation(
        id="patch_record",
        method="PATCH",
        path=_PATH,
        scope="write",
        summary="Change some of a record's fields",
        description="JSON Merge Patch (RFC 7396): objects are merged, `null` takes a field away. "
        f"{_LIMITS}",
        handle=records.patch_record,
        parameters=(COLLECTION, RECORD_ID, IF_MATCH),
        body=Body("The fields to change.", _FIELDS, {"partnerId": "p-2"}),
        successes=(_RECORD,),
        problems=_BUSY,
    ),
    Operation(
        id="delete_record",
        method="DELETE",
        path=_PATH,
        scope="write",
        summary="Delete a record",
        handle=records.delete_record,
        parameters=(COLLECTION, RECORD_ID, IF_MATCH),
        successes=(Success(204, "It is gone."),),
        problems=_BUSY,
    ),
)
