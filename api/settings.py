"""The tenant's switches and limits."""

from __future__ import annotations

from api.operations import Body, Call, Operation, Success
from engine.replies import JsonReply
from engine.service import Service
from engine.settings import PATCH_SCHEMA, SETTINGS_SCHEMA

_PATH = "/api/v1/settings"
_SUCCESS = (Success(200, "The settings as they are now.", SETTINGS_SCHEMA),)


def _get(service: Service, call: Call) -> JsonReply:
    return JsonReply(200, service.settings.get(call.tenant))


def _change(service: Service, call: Call) -> JsonReply:
    return JsonReply(200, service.settings.change(call.tenant, call.body))


OPERATIONS = (
    Operation(
        id="get_settings",
        method="GET",
        path=_PATH,
        scope="admin",
        summary="Read the settings",
        handle=_get,
        successes=_SUCCESS,
    ),
    Operation(
        id="change_settings",
        method="PATCH",
        path=_PATH,
        scope="admin",
        summary="Change settings",
        description="What the body does not name stays as it is, and null puts the default back "
        "(JSON Merge Patch, RFC 7396).",
        handle=_change,
        body=Body("The settings to change.", PATCH_SCHEMA, {"channels": {"events": True}}),
        successes=_SUCCESS,
    ),
)
