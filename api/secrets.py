"""Secrets: their values go in and never come out."""

from __future__ import annotations

from typing import Any

from api.operations import NO_CONTENT, Body, Call, Operation, Parameter, Success
from api.parameters import PAGING, list_query, page_of
from api.schemas import TEXT, TIME, component, list_of, page_schema, record
from core.clock import to_rfc3339
from core.outcomes import Answer
from engine.replies import JsonReply
from engine.secrets import LONGEST_VALUE, SecretUse
from engine.service import Service

_LIST_PATH = "/api/v1/secrets"
_PATH = "/api/v1/secrets/{name}"

_NAME = Parameter(
    "name",
    "path",
    "The secret's name, as in `<secrets.NAME>`.",
    {
        "type": "string",
        "pattern": r"^[A-Za-z_][A-Za-z0-9_]{0,63}$",
        "x-expected": "a secret's name: a letter or _, then letters, digits and _, 64 at most",
    },
)

SCHEMAS = {
    "Secret": record(
        {
            "name": TEXT,
            "created_at": TIME,
            "updated_at": TIME,
            "used_by": {
                **list_of(TEXT),
                "description": "The ids of the live automations that refer to it.",
            },
            "used_by_subscriptions": {
                **list_of(TEXT),
                "description": "The ids of the enabled subscriptions that refer to it.",
            },
        },
        "What may be shown of a secret.",
    )
}

_VALUE_SCHEMA = {
    "type": "object",
    "required": ["value"],
    "additionalProperties": False,
    "properties": {
        "value": {
            "type": "string",
            "minLength": 1,
            "description": f"The value, {LONGEST_VALUE} bytes at most.",
        }
    },
}


def secret_json(use: SecretUse) -> dict[str, Any]:
    """A secret as the API shows it: everything but its value."""
    return {
        "name": use.entry.name,
        "created_at": to_rfc3339(use.entry.created_at),
        "updated_at": to_rfc3339(use.entry.updated_at),
        "used_by": use.used_by,
        "used_by_subscriptions": use.subscriptions,
    }


def _list(service: Service, call: Call) -> JsonReply:
    page = page_of(service.secrets.list(call.tenant), list_query(call), lambda use: use.entry.name)
    return JsonReply(200, {"items": [secret_json(use) for use in page.items], "next": page.next})


def _put(service: Service, call: Call) -> Answer:
    service.secrets.put(call.tenant, call.path["name"], call.body["value"])
    return NO_CONTENT


def _delete(service: Service, call: Call) -> Answer:
    service.secrets.delete(call.tenant, call.path["name"])
    return NO_CONTENT


OPERATIONS = (
    Operation(
        id="list_secrets",
        method="GET",
        path=_LIST_PATH,
        scope="read",
        summary="List the secrets and where each is used",
        description="By name. Values are never shown.",
        handle=_list,
        parameters=PAGING,
        successes=(Success(200, "A page of secrets.", page_schema(component("Secret"))),),
    ),
    Operation(
        id="put_secret",
        method="PUT",
        path=_PATH,
        scope="admin",
        summary="Set a secret",
        handle=_put,
        parameters=(_NAME,),
        body=Body("The value.", _VALUE_SCHEMA, {"value": "s3cr3t-t0ken"}),
        successes=(Success(204, "It is set."),),
    ),
    Operation(
        id="delete_secret",
        method="DELETE",
        path=_PATH,
        scope="admin",
        summary="Remove a secret",
        handle=_delete,
        parameters=(_NAME,),
        successes=(Success(204, "It is gone."),),
    ),
)
