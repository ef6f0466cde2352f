"""What people write of a subscription: checked, merged with changes, and read back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from core.errors import Fault, InvalidError
from core.header_names import RESERVED_IN_REQUESTS, name_faults
from core.schema_words import faults_of
from core.signing import NAMES as SIGNATURE_HEADERS
from core.subscriptions import Scope, Subscription
from engine.subscriptions.definition_schema import CHANGE_SCHEMA, DEFINITION_SCHEMA
from engine.subscriptions.headers import OWN_HEADERS
from engine.subscriptions.shape import compile_shape

LARGEST_PAYLOAD = 256 * 1024
"""Characters of a payload's template, about."""

_ADDRESS = re.compile(r"https?://[^/?#]|<|\{", re.IGNORECASE)
_RESERVED = RESERVED_IN_REQUESTS.union(SIGNATURE_HEADERS, OWN_HEADERS)
_DEFINITION = Draft202012Validator(DEFINITION_SCHEMA)
_CHANGE = Draft202012Validator(CHANGE_SCHEMA)


@dataclass(frozen=True, slots=True)
class Definition:
    """A subscription as people decide it, without faults."""

    name: str
    url: str
    events: tuple[str, ...]
    scope: Scope
    payload: Any
    headers: Mapping[str, str]
    enabled: bool


def read_definition(written: Any) -> Definition:
    """The definition that was written. Raises InvalidError with every fault and its JSON path."""
    faults = faults_of(_DEFINITION.iter_errors(written))
    if not faults:
        faults = list(_further_faults(written))
    if faults:
        raise InvalidError("the subscription has faults", faults)
    scope = written.get("scope", {})
    return Definition(
        name=written.get("name", "").strip(),
        url=written["url"],
        events=tuple(written["events"]),
        scope=Scope(tuple(scope.get("automations", ())), tuple(scope.get("tags", ()))),
        payload=written.get("payload"),
        headers=written.get("headers", {}),
        enabled=written.get("enabled", True),
    )


def changed_definition(subscription: Subscription, change: Any) -> Definition:
    """The definition with a change (JSON Merge Patch, RFC 7396). Raises InvalidError."""
    faults = faults_of(_CHANGE.iter_errors(change))
    if faults:
        raise InvalidError("the subscription cannot be changed so", faults)
    merged = {**written_definition(subscription), **change}
    for member in ("headers", "scope"):
        if change.get(member) is not None:
            merged[member] = {**written_definition(subscription)[member], **change[member]}
    headers = merged["headers"] or {}
    merged["headers"] = {name: value for name, value in headers.items() if value is not None}
    return read_definition({name: one for name, one in merged.items() if one is not None})


def written_definition(subscription: Subscription) -> dict[str, Any]:
    """A subscription as it would be written."""
    return {
        "name": subscription.name,
        "url": subscription.url,
        "events": list(subscription.events),
        "scope": {
            "automations": list(subscription.scope.automations),
            "tags": list(subscription.scope.tags),
        },
        "payload": subscription.payload,
        "headers": dict(subscription.headers),
        "enabled": subscription.enabled,
    }


def _further_faults(written: Mapping[str, Any]) -> Iterator[Fault]:
    """What no schema can say."""
    if not _ADDRESS.match(written["url"]):
        words = "must begin with https://, http:// or a secret that holds an address"
        yield Fault("$.url", words)
    headers = written.get("headers", {})
    for path, message in name_faults(headers, _RESERVED):
        yield Fault(f"$.{path}", message)
    payload = written.get("payload")
    if len(str(payload)) > LARGEST_PAYLOAD:
        yield Fault("$.payload", f"is larger than {LARGEST_PAYLOAD // 1024} KiB")
        return
    try:
        compile_shape(written["url"], headers, payload)
    except InvalidError as error:
        yield from error.faults
