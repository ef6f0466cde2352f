"""API keys: a value is shown once, when the key is made."""

from __future__ import annotations

from typing import Any

from api.operations import NO_CONTENT, Body, Call, Operation, Parameter, Success
from api.parameters import ID_SCHEMA, PAGING, list_query, page_of
from api.schemas import OPTIONAL_TEXT, TEXT, TIME, component, list_of, page_schema, record
from core.clock import to_rfc3339
from core.model import ApiKey
from core.outcomes import Answer
from core.rates import PATTERN, WORDS
from engine.keys import SCOPES
from engine.replies import JsonReply
from engine.service import Service

_LIST_PATH = "/api/v1/keys"
_ITEM_PATH = "/api/v1/keys/{key_id}"

_KEY_ID = Parameter("key_id", "path", "The key's id.", ID_SCHEMA)
_SCOPE_SCHEMA = {"enum": list(SCOPES)}

_MEMBERS = {
    "id": TEXT,
    "name": TEXT,
    "prefix": {**TEXT, "description": "How its value begins."},
    "scopes": list_of(_SCOPE_SCHEMA),
    "created_at": TIME,
    "limit": {**OPTIONAL_TEXT, "description": "How much may be asked for with it: `100/m`."},
}
SCHEMAS = {
    "Key": record(_MEMBERS, "A key without its value."),
    "NewKey": record(
        {**_MEMBERS, "value": {**TEXT, "description": "The key itself; shown only here."}},
        "A key that was made just now.",
    ),
}

_LIMIT = {
    "type": ["string", "null"],
    "pattern": PATTERN,
    "x-expected": WORDS,
    "description": "How many requests may be made with the key, by the API and at trigger URLs "
    "together; one too many is answered 429. null: any number.",
}

_NEW_KEY_SCHEMA = {
    "type": "object",
    "required": ["name", "scopes"],
    "additionalProperties": False,
    "properties": {
        "name": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "pattern": r"^[^\u0000-\u001f]*$",
            "x-expected": "a name without control characters",
            "description": "Whose key it is, or what for.",
        },
        "scopes": {
            "type": "array",
            "minItems": 1,
            "maxItems": len(SCOPES),
            "items": _SCOPE_SCHEMA,
            "description": "`trigger` starts automations, `read` reads, `write` reads and changes, "
            "`admin` does all of it and administers.",
        },
        "limit": _LIMIT,
    },
}
_CHANGES_SCHEMA = {
    "type": "object",
    "required": ["limit"],
    "additionalProperties": False,
    "properties": {"limit": _LIMIT},
}


def key_json(key: ApiKey) -> dict[str, Any]:
    """A key as the API shows it: everything but its value."""
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        "created_at": to_rfc3339(key.created_at),
        "limit": key.limit,
    }


def _list(service: Service, call: Call) -> JsonReply:
    page = page_of(service.keys.list(call.tenant), list_query(call), lambda key: key.id)
    return JsonReply(200, {"items": [key_json(key) for key in page.items], "next": page.next})


def _create(service: Service, call: Call) -> JsonReply:
    wanted = call.body
    key, value = service.keys.create(
        call.tenant, wanted["name"], wanted["scopes"], limit=wanted.get("limit")
    )
    return JsonReply(201, {**key_json(key), "value": value})


def _change(service: Service, call: Call) -> JsonReply:
    key = service.keys.limit(call.tenant, call.path["key_id"], call.body["limit"])
    return JsonReply(200, key_json(key))


def _delete(service: Service, call: Call) -> Answer:
    service.keys.delete(call.tenant, call.path["key_id"])
    return NO_CONTENT


OPERATIONS = (
    Operation(
        id="list_keys",
        method="GET",
        path=_LIST_PATH,
        scope="admin",
        summary="List the keys",
        description="By age. Values are never shown.",
        handle=_list,
        parameters=PAGING,
        successes=(Success(200, "A page of keys.", page_schema(component("Key"))),),
    ),
    Operation(
        id="create_key",
        method="POST",
        path=_LIST_PATH,
        scope="admin",
        summary="Make a key",
        handle=_create,
        body=Body(
            "What the key is called and may do.",
            _NEW_KEY_SCHEMA,
            {"name": "shop", "scopes": ["trigger"], "limit": "100/m"},
        ),
        successes=(Success(201, "The key, and this once its value.", component("NewKey")),),
    ),
    Operation(
        id="change_key",
        method="PATCH",
        path=_ITEM_PATH,
        scope="admin",
        summary="Limit a key",
        description="By other processes it is seen within 5 seconds. A changed limit counts anew.",
        handle=_change,
        parameters=(_KEY_ID,),
        body=Body("What is to be different.", _CHANGES_SCHEMA, {"limit": "100/m"}),
        successes=(Success(200, "The key as it is now.", component("Key")),),
    ),
    Operation(
        id="delete_key",
        method="DELETE",
        path=_ITEM_PATH,
        scope="admin",
        summary="Remove a key",
        description="It is refused from now on; by other processes within 5 seconds.",
        handle=_delete,
        parameters=(_KEY_ID,),
        successes=(Success(204, "It is gone."),),
    ),
)
