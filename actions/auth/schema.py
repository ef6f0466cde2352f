"""The field `auth` of a sending step, and the faults that its schema cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.auth import KINDS, NONE
from actions.auth.contract import AuthKind, Configuration, Field
from actions.signing import NAMES as SIGNATURE_HEADERS
from core.header_names import RESERVED_IN_REQUESTS
from core.schema_words import json_path

_SENT_ANYWAY = frozenset({"content-type", "idempotency-key", "user-agent"})
_BARRED = RESERVED_IN_REQUESTS | _SENT_ANYWAY


def _branch(kind: AuthKind) -> dict[str, Any]:
    return {
        "if": {"properties": {"type": {"const": kind.type}}, "required": ["type"]},
        "then": {
            "title": kind.title,
            "properties": {"type": {"const": kind.type}, **kind.properties},
            "required": ["type", *kind.required],
            "additionalProperties": False,
        },
    }


AUTH_FIELD: Field = {
    "title": "Authentication",
    "description": "How the partner can tell who sends. What is made of a secret, such as a "
    "signature or an access token, stands masked wherever the request is kept.",
    "type": "object",
    "properties": {
        "type": {
            "title": "Kind",
            "description": "The kind of authentication.",
            "type": "string",
            "enum": list(KINDS),
            "default": NONE["type"],
            "examples": ["bearer"],
        }
    },
    "required": ["type"],
    "allOf": [_branch(kind) for kind in KINDS.values()],
    "default": NONE,
    "examples": [
        {"type": "bearer", "secret": "PARTNER_TOKEN"},
        {"type": "basic", "user": "shop", "secret": "PARTNER_PASSWORD"},
    ],
    "x-widget": "variants",
}


def auth_faults(configuration: Configuration) -> list[tuple[str, str]]:
    """Faults of `auth` and of what does not go with it, as (path below `with`, message)."""
    if "auth" not in configuration:
        return []
    auth = configuration["auth"]
    kind = KINDS[auth["type"]]
    names = {name.lower(): name for name in kind.headers(auth)}
    signed = SIGNATURE_HEADERS if "sign" in configuration else ()
    barred = [name for name in names if name in _BARRED.union(signed)]
    return [
        *kind.check(configuration),
        *((_path(auth, names[name]), _taken(names[name])) for name in barred),
        *_header_faults(configuration.get("headers", {}), names),
    ]


def _header_faults(
    headers: Mapping[str, object], names: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Header fields that the step sets and its authentication sets as well."""
    return [
        (json_path([name], "headers"), f"{name} is set by auth; remove it here or there")
        for name in headers
        if name.lower() in names
    ]


def _path(auth: Configuration, header: str) -> str:
    """Where `auth` names a header."""
    return next((f"auth.{name}" for name, value in auth.items() if value == header), "auth")


def _taken(header: str) -> str:
    return f"{header} is Penstock's to set; name another header"
