"""The JSON Schema of a webhook trigger's `auth`: one branch a kind, chosen by `type`."""

from __future__ import annotations

from typing import Any

from core.duration import PATTERN

END = r"$(?!\n)"
"""The end of a text in a pattern; Python's `$` alone also matches before a last line feed."""

HEADER_NAME = r"^[A-Za-z0-9!#$%&'*+.^`|~-]{1,64}" + END
"""Without `_`: a WSGI server cannot tell it from `-`, and proxies drop such names."""
DURATION_WORDS = "a duration; write it like 500ms, 15s or 1h30m"
SECRET_NAME = "^[A-Za-z_][A-Za-z0-9_]{0,63}" + END


def _header(title: str, description: str, example: str) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "type": "string",
        "pattern": HEADER_NAME,
        "x-expected": "the name of a header; write it like X-Signature",
        "examples": [example],
    }


def _secret(description: str) -> dict[str, Any]:
    return {
        "title": "Secret",
        "description": f"{description} Given by the secret's name, never by its value.",
        "type": "string",
        "pattern": SECRET_NAME,
        "x-expected": "the name of a secret; write it like PARTNER_SECRET",
        "x-widget": "secret-name",
        "examples": ["PARTNER_SECRET"],
    }


_TYPES = ["none", "key", "basic", "header", "hmac"]
_TYPE: dict[str, Any] = {
    "title": "Kind",
    "description": "How callers show who they are.",
    "type": "string",
    "enum": _TYPES,
    "default": "none",
    "examples": ["hmac"],
}
_BASIC: dict[str, Any] = {
    "user": {
        "title": "User",
        "description": "The user name callers send; it cannot contain a colon.",
        "type": "string",
        "pattern": r"^[^:\x00-\x1f]{1,255}" + END,
        "x-expected": "a user name of 1 to 255 characters without a colon",
        "examples": ["partner"],
    },
    "secret": _secret("The password callers send."),
}
_HEADER: dict[str, Any] = {
    "header": _header("Header", "The header that carries the secret.", "X-Token"),
    "secret": _secret("What the header must hold."),
}
_HMAC: dict[str, Any] = {
    "header": _header("Signature header", "The header with the signature.", "X-Signature"),
    "secret": _secret("The key of the HMAC-SHA256 over the raw body."),
    "prefix": {
        "title": "Prefix",
        "description": "What stands before the signature in its header.",
        "type": "string",
        "maxLength": 64,
        "default": "",
        "examples": ["sha256="],
    },
    "encoding": {
        "title": "Encoding",
        "description": "How the signature is written.",
        "type": "string",
        "enum": ["hex", "base64"],
        "default": "hex",
        "examples": ["base64"],
    },
    "timestamp_header": _header(
        "Timestamp header",
        "A header with the moment of sending in seconds since 1970. When it is named, the signed "
        "content is `<timestamp>.<body>`, and old or future requests are refused.",
        "X-Timestamp",
    ),
    "tolerance": {
        "title": "Tolerance",
        "description": "How far the timestamp may be from now, to either side; at most 24h.",
        "type": "string",
        "pattern": PATTERN,
        "x-expected": DURATION_WORDS,
        "default": "5m",
        "examples": ["5m"],
        "x-widget": "duration",
    },
}


def _branch(
    kind: str, title: str, properties: dict[str, Any], required: list[str]
) -> dict[str, Any]:
    return {
        "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
        "then": {
            "title": title,
            "properties": {"type": {"const": kind}, **properties},
            "required": ["type", *required],
            "additionalProperties": False,
        },
    }


AUTH_SCHEMA: dict[str, Any] = {
    "title": "Authentication",
    "description": "How the trigger tells its callers from strangers.",
    "type": "object",
    "properties": {"type": _TYPE},
    "required": ["type"],
    "allOf": [
        _branch("none", "Nobody is asked", {}, []),
        _branch("key", "API key", {}, []),
        _branch("basic", "User and password", _BASIC, ["user", "secret"]),
        _branch("header", "Secret in a header", _HEADER, ["header", "secret"]),
        _branch("hmac", "Signed body (HMAC-SHA256)", _HMAC, ["header", "secret"]),
    ],
    "default": {"type": "none"},
    "examples": [
        {"type": "key"},
        {"type": "hmac", "header": "X-Signature", "secret": "PARTNER_SECRET", "prefix": "sha256="},
    ],
    "x-widget": "variants",
}
