"""What a use case hands back to the HTTP surface, which only has to write it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import Fault
from core.http import Headers


@dataclass(frozen=True, slots=True)
class JsonReply:
    """A JSON answer."""

    status: int
    payload: Mapping[str, Any]
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem detail (RFC 9457); `extra` holds further members such as `run_id`."""

    status: int
    title: str
    detail: str
    faults: tuple[Fault, ...] = ()
    headers: Headers = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
