"""Requests as a server hands them over, and a trigger that gets them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.http import BodyTooLarge, InboundRequest
from core.webhooks import Answered, Received, Rejected
from triggers.webhook import SPEC, compile_trigger

NOW = 1_700_000_000_000


class SecretStore:
    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def reveal(self, name: str) -> str | None:
        return self._values.get(name)


@dataclass
class Caller:
    """Sends requests to one trigger; `bodies_read` counts how often a body was asked for."""

    configuration: Mapping[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)
    bodies_read: int = 0

    def __post_init__(self) -> None:
        self.trigger = compile_trigger(self.configuration)

    def __call__(
        self,
        raw: bytes = b"{}",
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
        content_type: str = "application/json",
        now: int = NOW,
        url: str = "",
        address: str = "192.0.2.1",
    ) -> Received | Answered | Rejected:
        named = {"content-type": content_type, **(headers or {})}
        request = InboundRequest(method, "orders", {}, named, address, self._reader(raw), url)
        return self.trigger.receive(request, {}, SecretStore(self.secrets), self._check_key, now)

    def _check_key(self, presented: str) -> int:
        assert presented.isascii(), "a key outside ASCII is none"
        return self.keys.get(presented, 401)

    def _reader(self, raw: bytes) -> Callable[[int], bytes]:
        def read(limit: int) -> bytes:
            self.bodies_read += 1
            if len(raw) > limit:
                raise BodyTooLarge
            return raw

        return read


@pytest.fixture(scope="session")
def caller() -> Callable[..., Caller]:
    """Makes a caller of a trigger; keywords are the trigger's `with` beside its path."""

    def make(
        secrets: Mapping[str, str] | None = None,
        keys: Mapping[str, int] | None = None,
        **configuration: Any,
    ) -> Caller:
        complete = {"path": "orders", **configuration}
        assert SPEC.check is not None
        assert SPEC.check(complete) == []
        return Caller(complete, secrets or {}, keys or {})

    return make
