"""Collections: the tables of a tenant, each with the JSON Schema of its records."""

from __future__ import annotations

from typing import Any

from api.operations import NO_CONTENT, Body, Call, Operation, Success
from api.parameters import IF_MATCH, list_query
from api.record_parameters import COLLECTION, ONLY_NEW, PAGING, expected, expected_of_put
from api.schemas import TEXT, TIME, component, page_schema, record
from core.clock import to_rfc3339
from core.outcomes import Answer
from core.records import LONGEST_FIELD_NAME, MOST_COLLECTIONS, MOST_RECORDS, Collection
from engine.replies import JsonReply
from engine.service import Service

_LIST_PATH = "/api/v1/collections"
_PATH = f"{_LIST_PATH}/{{collection}}"

SCHEMAS = {
    "Collection": record(
        {
            "name": TEXT,
            "schema": {"type": "object", "description": "The JSON Schema of its records."},
            "records": {"type": "integer", "description": "How many it holds."},
            "revision": {
                "type": "integer",
                "description": "Grows with every change of the schema; in quotes it is the `ETag`.",
            },
            "created_at": TIME,
            "updated_at": {**TIME, "description": "When the schema was set."},
        },
        "A table of the tenant's.",
    )
}

_SCHEMA = {
    "type": "object",
    "description": "A JSON Schema (2020-12) of an object; `{}` takes any fields.",
    "properties": {
        "type": {"const": "object"},
        "properties": {
            "type": "object",
            "propertyNames": {
                "pattern": "^[^_]",
                "minLength": 1,
                "maxLength": LONGEST_FIELD_NAME,
                "x-expected": "the name of a field, which does not begin with _",
            },
            "additionalProperties": {"type": ["object", "boolean"]},
        },
        "required": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    },
}
_EXAMPLE = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "email": {"type": "string", "format": "email"},
        "partnerId": {"type": "string"},
    },
    "required": ["name"],
}


def collection_json(collection: Collection) -> dict[str, Any]:
    """A collection as the API shows it."""
    return {
        "name": collection.name,
        "schema": collection.schema,
        "records": collection.records,
        "revision": collection.revision,
        "created_at": to_rfc3339(collection.created_at),
        "updated_at": to_rfc3339(collection.updated_at),
    }


def _list(service: Service, call: Call) -> JsonReply:
    page = service.collections.list(call.tenant, list_query(call))
    return JsonReply(200, {"items": [*map(collection_json, page.items)], "next": page.next})


def _get(service: Service, call: Call) -> JsonReply:
    return _reply(service.collections.get(call.tenant, _name(call)))


def _put(service: Service, call: Call) -> JsonReply:
    revision = expected_of_put(call, lambda: _revision(service, call))
    only_new = call.headers["If-None-Match"] is not None
    collection, made = service.collections.put(
        call.tenant, _name(call), call.body, revision, only_new=only_new
    )
    return _reply(collection, 201 if made else 200)


def _delete(service: Service, call: Call) -> Answer:
    revision = expected(call, lambda: _revision(service, call))
    service.collections.delete(call.tenant, _name(call), revision)
    return NO_CONTENT


def _name(call: Call) -> str:
    return call.path["collection"]


def _revision(service: Service, call: Call) -> int:
    return service.collections.get(call.tenant, _name(call)).revision


def _reply(collection: Collection, status: int = 200) -> JsonReply:
    headers = [("ETag", f'"{collection.revision}"')]
    if status == 201:
        headers.append(("Location", f"{_LIST_PATH}/{collection.name}"))
    return JsonReply(status, collection_json(collection), tuple(headers))


_COLLECTION = Success(200, "The collection as it is now.", component("Collection"), ("ETag",))

OPERATIONS = (
    Operation(
        id="list_collections",
        method="GET",
        path=_LIST_PATH,
        scope="read",
        summary="List the collections",
        description="By name.",
        handle=_list,
        parameters=PAGING,
        successes=(Success(200, "A page of collections.", page_schema(component("Collection"))),),
    ),
    Operation(
        id="get_collection",
        method="GET",
        path=_PATH,
        scope="read",
        summary="Read a collection and its JSON Schema",
        handle=_get,
        parameters=(COLLECTION,),
        successes=(_COLLECTION,),
    ),
    Operation(
        id="put_collection",
        method="PUT",
        path=_PATH,
        scope="write",
        summary="Make a collection, or give it another JSON Schema",
        description="The body is the schema itself. Records that are there stay as they are, and "
        f"are checked when they are written again. A tenant has {MOST_COLLECTIONS} collections of "
        f"{MOST_RECORDS:,} records at most (409).",
        handle=_put,
        parameters=(COLLECTION, IF_MATCH, ONLY_NEW),
        body=Body("The JSON Schema of the collection's records.", _SCHEMA, _EXAMPLE),
        successes=(
            _COLLECTION,
            Success(201, "It is made.", component("Collection"), ("ETag", "Location")),
        ),
        problems=(409,),
    ),
    Operation(
        id="delete_collection",
        method="DELETE",
        path=_PATH,
        scope="write",
        summary="Remove an empty collection",
        description="Refused while it holds records (409).",
        handle=_delete,
        parameters=(COLLECTION, IF_MATCH),
        successes=(Success(204, "It is gone."),),
        problems=(409,),
    ),
)
