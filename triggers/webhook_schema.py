"""What a webhook trigger takes in `with`, what it gives, and the faults no schema can say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.clock import Milliseconds
from core.duration import PATTERN, format_duration, parse_duration
from core.networks import parse_network
from triggers.auth.schema import AUTH_SCHEMA, DURATION_WORDS, END, auth_faults
from triggers.cors import ANY_ORIGIN
from triggers.paths import path_faults
from triggers.schemas import schema_faults

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""OPTIONS answers preflights, and HEAD must not start anything: link previews send it."""

_DEFAULT_PORT = re.compile(r"http://.*:80|https://.*:443")
_DURATIONS: Mapping[str, tuple[str, str]] = {
    "respond_timeout": ("1ms", "5m"),
    "idempotency_window": ("0s", "7d"),
    "auth.tolerance": ("1s", "24h"),
}


def _duration(title: str, description: str, default: str) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "type": "string",
        "pattern": PATTERN,
        "x-expected": DURATION_WORDS,
        "default": default,
        "examples": [default],
        "x-widget": "duration",
    }


WEBHOOK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["path"],
    "additionalProperties": False,
    "properties": {
        "path": {
            "title": "Path",
            "description": "Where callers reach the trigger, below /hooks/<tenant>/. A segment "
            "{name} takes any value and lands in trigger.params.",
            "type": "string",
            "minLength": 1,
            "maxLength": 500,
            "examples": ["orders", "shops/{shop}/orders"],
            "x-widget": "path",
        },
        "methods": {
            "title": "Methods",
            "description": "The HTTP methods the trigger takes.",
            "type": "array",
            "items": {"type": "string", "enum": list(METHODS)},
            "minItems": 1,
            "uniqueItems": True,
            "default": ["POST"],
            "examples": [["POST", "PUT"]],
            "x-widget": "checkboxes",
        },
        "auth": AUTH_SCHEMA,
        "allow_ips": {
            "title": "Allowed addresses",
            "description": "Networks and addresses that may call, whatever else they show; others "
            "get 403 before their body is read. Without a list everybody may.",
            "type": "array",
            "items": {"type": "string", "maxLength": 64},
            "minItems": 1,
            "maxItems": 500,
            "uniqueItems": True,
            "examples": [["203.0.113.0/24", "2001:db8::/32"]],
            "x-widget": "list",
        },
        "body_schema": {
            "title": "Body schema",
            "description": "A JSON Schema (2020-12) every body must hold; a request without a "
            "body counts as null. A $ref must stay inside the schema.",
            "type": ["object", "boolean"],
            "examples": [{"type": "object", "required": ["order"]}],
            "x-widget": "json",
        },
        "respond": {
            "title": "Answer",
            "description": "accepted: at once, when the event is stored. step: what a respond "
            "step says. finished: the run's output when it is over.",
            "type": "string",
            "enum": ["accepted", "step", "finished"],
            "default": "accepted",
            "examples": ["step"],
        },
        "respond_timeout": _duration(
            "Answer within",
            "How long a caller waits for an answer before it gets 504, while the run goes on; "
            "at most 5m.",
            "30s",
        ),
        "idempotency_window": _duration(
            "Idempotency window",
            "How long an Idempotency-Key is remembered; a repetition within it starts no run. "
            "At most 7d; 0s remembers none.",
            "5m",
        ),
        "max_body": {
            "title": "Largest body",
            "description": "How many bytes a body may have; at most 16 MiB.",
            "type": "integer",
            "minimum": 1,
            "maximum": 16 << 20,
            "default": 256 << 10,
            "examples": [65536],
            "x-widget": "bytes",
        },
        "cors_origins": {
            "title": "Origins of browsers",
            "description": "Sites whose pages may call the trigger from a browser, as "
            "https://site.example, or * for every site. Other callers are not affected.",
            "type": "array",
            "items": {
                "type": "string",
                "pattern": r"^(\*|https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?)" + END,
                "x-expected": "an origin; write it like https://site.example, without a path, or *",
            },
            "maxItems": 100,
            "uniqueItems": True,
            "default": [],
            "examples": [["https://site.example"]],
            "x-widget": "list",
        },
    },
}

WEBHOOK_OUTPUT: dict[str, Any] = {
    "type": "object",
    "description": "The event, as trigger.<name>.",
    "required": ["body", "headers", "query", "method", "path", "params"],
    "properties": {
        "body": {"description": "JSON value, form fields, text, or null without a body."},
        "headers": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "The request's headers, names lower-cased.",
            "examples": [{"content-type": "application/json"}],
        },
        "query": {
            "type": "object",
            "description": "The query's parameters; a list where one is repeated.",
            "examples": [{"page": "2"}],
        },
        "method": {"type": "string", "examples": ["POST"]},
        "path": {"type": "string", "examples": ["shops/berlin/orders"]},
        "params": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "What stood in the path's {name} segments.",
            "examples": [{"shop": "berlin"}],
        },
        "received_at": {"type": "string", "format": "date-time"},
        "event_id": {"type": "string"},
        "type": {"type": "string", "examples": ["webhook"]},
    },
}


def webhook_faults(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Faults no schema can say, as (path below `with`, message); for schema-valid input."""
    faults = [("path", fault) for fault in path_faults(configuration["path"])]
    if "body_schema" in configuration:
        faults += schema_faults(configuration["body_schema"], "body_schema")
    for path, (least, most) in _DURATIONS.items():
        faults += _duration_faults(configuration, path, parse_duration(least), parse_duration(most))
    faults += [
        (f"auth.{path}", words) for path, words in auth_faults(configuration.get("auth", {}))
    ]
    faults += _network_faults(configuration.get("allow_ips", []))
    faults += _origin_faults(configuration.get("cors_origins", []))
    return faults


def _duration_faults(
    configuration: Mapping[str, Any], path: str, least: Milliseconds, most: Milliseconds
) -> Iterator[tuple[str, str]]:
    *above, name = path.split(".")
    fields = configuration.get(above[0], {}) if above else configuration
    if name not in fields:
        return
    try:
        duration = parse_duration(fields[name])
    except ValueError as error:
        yield path, str(error)
        return
    if not least <= duration <= most:
        allowed = f"{format_duration(least)} and {format_duration(most)}"
        yield path, f"{fields[name]} is not between {allowed}"


def _network_faults(networks: list[str]) -> Iterator[tuple[str, str]]:
    for index, network in enumerate(networks):
        try:
            parse_network(network)
        except ValueError as error:
            yield f"allow_ips[{index}]", str(error)


def _origin_faults(origins: list[str]) -> Iterator[tuple[str, str]]:
    if ANY_ORIGIN in origins and len(origins) > 1:
        yield "cors_origins", "* allows every site already; remove the others"
    for index, origin in enumerate(origins):
        if _DEFAULT_PORT.fullmatch(origin):
            yield f"cors_origins[{index}]", "browsers leave the scheme's own port out; remove it"
