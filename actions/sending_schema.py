"""The fields every sending step has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.auth.schema import AUTH_FIELD
from actions.codes_schema import CODES_FIELD
from actions.sending import CONNECT_TIMEOUT, MAX_RESPONSE, METHOD, REDIRECTS, TIMEOUT
from core.duration import PATTERN as DURATION_PATTERN
from core.header_names import NAMES as HEADER_NAMES

Field = Mapping[str, Any]

LONGEST_TIMEOUT = "10m"
LARGEST_RESPONSE = 16 << 20

_PLAIN = {"type": ["string", "number", "boolean", "null"]}

METHOD_FIELD: Field = {
    "title": "Method",
    "description": "The HTTP method. Any token is sent as it is written, so write it in capitals.",
    "type": "string",
    "pattern": r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}$",
    "default": METHOD,
    "examples": ["POST", "PUT", "GET"],
    "x-expected": "an HTTP method; write it like POST or GET",
    "x-widget": "method",
}

URL_FIELD: Field = {
    "title": "URL",
    "description": "Where to send. A reference in it is percent-encoded as one segment or value; a "
    "URL that begins with a reference takes that one as the base address.",
    "type": "string",
    "minLength": 1,
    "maxLength": 8192,
    "examples": ["https://partner.example/partners/<customer.partnerId>/sync"],
    "x-template": "url",
    "x-secrets": True,
    "x-widget": "url",
}

QUERY_FIELD: Field = {
    "title": "Query",
    "description": "Parameters added to the URL, percent-encoded. A list repeats its parameter, "
    "null leaves it out, an object is written as JSON.",
    "type": "object",
    "additionalProperties": {
        "anyOf": [_PLAIN, {"type": "array", "items": _PLAIN}],
        "x-expected": "a text, a number, true, false, null or a list of them",
    },
    "default": {},
    "examples": [{"source": "penstock", "tag": ["new", "<order.kind>"]}],
    "x-template": "query",
    "x-secrets": True,
    "x-widget": "rows",
}

HEADERS_FIELD: Field = {
    "title": "Headers",
    "description": "Header fields to send. Content-Type, User-Agent and Idempotency-Key replace "
    "what Penstock sends by default; the case of a name does not matter, null leaves a header out.",
    "type": "object",
    "propertyNames": HEADER_NAMES,
    "additionalProperties": _PLAIN,
    "default": {},
    "examples": [{"Authorization": "Bearer <secrets.PARTNER_TOKEN>", "X-Order": "<order.id>"}],
    "x-template": "header",
    "x-secrets": True,
    "x-widget": "rows",
}

LIMIT_FIELDS: Mapping[str, Field] = {
    "timeout": {
        "title": "Timeout",
        "description": "How long a whole attempt may take, the arrival of the answer included; "
        f"at most {LONGEST_TIMEOUT}.",
        "type": "string",
        "pattern": DURATION_PATTERN,
        "default": TIMEOUT,
        "examples": ["15s", "1m30s"],
        "x-expected": "a duration; write it like 500ms, 15s or 1h30m",
        "x-widget": "duration",
    },
    "connect_timeout": {
        "title": "Connect timeout",
        "description": "How long making the connection may take, within the timeout; "
        f"at most {LONGEST_TIMEOUT}.",
        "type": "string",
        "pattern": DURATION_PATTERN,
        "default": CONNECT_TIMEOUT,
        "examples": ["5s"],
        "x-expected": "a duration; write it like 500ms, 15s or 1h30m",
        "x-widget": "duration",
    },
    "redirects": {
        "title": "Redirects",
        "description": "How many redirects to follow; with 0 a redirect is an answer like any "
        "other.",
        "type": "integer",
        "minimum": 0,
        "maximum": 10,
        "default": REDIRECTS,
        "examples": [3],
    },
    "max_response": {
        "title": "Longest answer",
        "description": "How many bytes of the answer are kept, at most 16 MiB. A longer one is "
        "cut and then is text, even where it says JSON.",
        "type": "integer",
        "minimum": 1,
        "maximum": LARGEST_RESPONSE,
        "default": MAX_RESPONSE,
        "examples": [65536],
        "x-widget": "bytes",
    },
}

SIGN_FIELD: Field = {
    "title": "Sign",
    "description": "Adds the headers of Standard Webhooks, so that the partner can prove who sent "
    "this: webhook-id (the idempotency key), webhook-timestamp and webhook-signature "
    "(HMAC-SHA256).",
    "type": "object",
    "required": ["secret"],
    "additionalProperties": False,
    "properties": {
        "secret": {
            "title": "Secret",
            "description": "The name of the secret to sign with. A value that begins with whsec_ "
            "is read as base64, any other as it is.",
            "type": "string",
            "pattern": r"^[A-Za-z_][A-Za-z0-9_]{0,127}$",
            "examples": ["PARTNER_SIGNING_KEY"],
            "x-expected": "the name of a secret; use letters, digits and _",
            "x-widget": "secret-name",
        }
    },
    "examples": [{"secret": "PARTNER_SIGNING_KEY"}],
}

WAIT_FIELD: Field = {
    "title": "Wait for the answer",
    "description": "Off: the step is done as soon as the request is stored; it is still sent, "
    "with its retries, but later steps cannot see the answer.",
    "type": "boolean",
    "default": True,
}


def schema_of(**own: Field) -> Field:
    """The schema of a sending step; its own fields are drawn between auth and the codes."""
    return {
        "type": "object",
        "required": ["url"],
        "additionalProperties": False,
        "properties": {
            "method": METHOD_FIELD,
            "url": URL_FIELD,
            "query": QUERY_FIELD,
            "headers": HEADERS_FIELD,
            "auth": AUTH_FIELD,
            **own,
            "codes": CODES_FIELD,
            **LIMIT_FIELDS,
            "sign": SIGN_FIELD,
            "wait": WAIT_FIELD,
        },
    }
