"""The JSON Schema of a webhook trigger's `auth`: one branch a kind, chosen by `type`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.duration import PATTERN
from core.signatures import SchemeSpec
from triggers.signatures import SCHEMES

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


DEFAULT_TOLERANCE = "5m"
MOST_SECRETS = 8

_NAMED = "Given by the secret's name, never by its value."
_A_SECRET_NAME: dict[str, Any] = {
    "type": "string",
    "pattern": SECRET_NAME,
    "x-expected": "the name of a secret; write it like PARTNER_SECRET",
}


def _secret(description: str, title: str = "Secret") -> dict[str, Any]:
    return {
        "title": title,
        "description": f"{description} {_NAMED}",
        **_A_SECRET_NAME,
        "x-widget": "secret-name",
        "examples": ["PARTNER_SECRET"],
    }


def _tolerance(description: str) -> dict[str, Any]:
    return {
        "title": "Tolerance",
        "description": description,
        "type": "string",
        "pattern": PATTERN,
        "x-expected": DURATION_WORDS,
        "default": DEFAULT_TOLERANCE,
        "examples": ["10m"],
        "x-widget": "duration",
    }


def _choice(spec: SchemeSpec) -> list[str]:
    """A scheme as the form offers it; there, Markdown is no more than marks."""
    meaning = f"{spec.description} The secret is {spec.key}."
    return [spec.title, meaning.replace("`", "")]


_TYPES = ["none", "key", "basic", "header", "hmac", "signature"]
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
    "tolerance": _tolerance("How far the timestamp may be from now, to either side; at most 24h."),
    "previous_secret": _secret(
        "A secret that is still taken, while the partner changes to another.", "Previous secret"
    ),
    "id_header": _header(
        "Id header",
        "A header that names the delivery. A repetition within the idempotency window is answered "
        "as a duplicate and starts nothing.",
        "X-Delivery-Id",
    ),
}
_SIGNATURE: dict[str, Any] = {
    "scheme": {
        "title": "Scheme",
        "description": "The provider whose signatures they are.",
        "type": "string",
        "enum": list(SCHEMES),
        "x-choices": {name: _choice(scheme.SPEC) for name, scheme in SCHEMES.items()},
        "examples": ["github"],
    },
    "secrets": {
        "title": "Secrets",
        "description": f"Who signs with any of these is let in: name two while one is replaced. "
        f"{_NAMED}",
        "type": "array",
        "items": _A_SECRET_NAME,
        "minItems": 1,
        "maxItems": MOST_SECRETS,
        "uniqueItems": True,
        "examples": [["GITHUB_SECRET"]],
        "x-widget": "secret-names",
    },
    "tolerance": _tolerance(
        "How far the signed moment of sending may be from now, to either side; at most 24h. Only "
        "for schemes that sign one."
    ),
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
        _branch("signature", "Signature of a provider", _SIGNATURE, ["scheme", "secrets"]),
    ],
    "default": {"type": "none"},
    "examples": [
        {"type": "key"},
        {"type": "hmac", "header": "X-Signature", "secret": "PARTNER_SECRET", "prefix": "sha256="},
        {"type": "signature", "scheme": "github", "secrets": ["GITHUB_SECRET"]},
    ],
    "x-widget": "variants",
}


def auth_faults(configuration: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Faults no schema can say, as (path below `auth`, message); for schema-valid input."""
    scheme = SCHEMES.get(configuration.get("scheme", ""))
    if scheme and not scheme.SPEC.has_timestamp and "tolerance" in configuration:
        yield "tolerance", f"{scheme.SPEC.title} signs no moment of sending; remove it"
