"""The faults of a sending step's configuration that no schema can say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from actions import codes
from actions.auth.schema import auth_faults
from actions.headers import RESERVED_IN_REQUESTS, name_faults
from actions.sending import milliseconds
from actions.sending_schema import LONGEST_TIMEOUT
from actions.signing import NAMES as SIGNATURE_HEADERS
from core.duration import format_duration

_ADDRESS = re.compile(r"https?://|<|\{", re.IGNORECASE)


def faults_of(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Faults of the fields every sending step has, as (path below `with`, message)."""
    headers = configuration.get("headers", {})
    signed = SIGNATURE_HEADERS if "sign" in configuration else ()
    return [
        *_address_faults(configuration["url"]),
        *name_faults(headers, RESERVED_IN_REQUESTS.union(signed)),
        *auth_faults(configuration),
        *codes.faults_of(configuration.get("codes", {})),
        *duration_faults(configuration, "timeout"),
        *duration_faults(configuration, "connect_timeout"),
    ]


def _address_faults(url: str) -> list[tuple[str, str]]:
    if _ADDRESS.match(url):
        return []
    return [("url", "the URL must begin with https://, http:// or a reference to a base address")]


def duration_faults(configuration: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    """The fault of a field that holds how long something may take."""
    if name not in configuration:
        return []
    try:
        duration = milliseconds(configuration[name])
    except ValueError as error:
        return [(name, str(error))]
    if 0 < duration <= milliseconds(LONGEST_TIMEOUT):
        return []
    return [(name, f"{format_duration(duration)} is not between 1ms and {LONGEST_TIMEOUT}")]
