"""What the actions see of the world, played by a fake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.errors import ExpressionError
from core.http import OutboundRequest, OutboundResponse, SendFailure, SendResult
from core.notifications import Notification, NotificationResult
from core.outcomes import Outcome
from core.spec import Show
from core.tokens import Token

NOW = 1_614_265_330_000
KEY = "0192e4a0-7b1c-7abc-8def-0123456789ab.sync"


class StoppedClock:
    def now(self) -> int:
        return NOW


class FakeTokens:
    """Keeps every token until it is told to forget it."""

    def __init__(self) -> None:
        self.kept: dict[str, Token] = {}

    def get(self, key: str, fetch: Callable[[], Token | Outcome], patience: int) -> Token | Outcome:
        if key not in self.kept:
            gained = fetch()
            if not isinstance(gained, Token):
                return gained
            self.kept[key] = gained
        return self.kept[key]

    def forget(self, key: str, token: Token) -> None:
        if self.kept.get(key) == token:
            del self.kept[key]


@dataclass
class FakeContext:
    """`result` is what a partner answers; with `answers`, each takes its turn."""

    masked: Mapping[str, Any]
    result: SendResult
    secrets: Mapping[str, str] = field(default_factory=dict)
    idempotency_key: str = KEY
    attempt: int = 1
    clock: StoppedClock = field(default_factory=StoppedClock)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    answers: list[SendResult] = field(default_factory=list)
    sent: list[OutboundRequest] = field(default_factory=list)
    shown: list[OutboundRequest] = field(default_factory=list)
    shown_answers: list[SendResult] = field(default_factory=list)
    concealed: dict[str, str] = field(default_factory=dict)
    earlier_output: Any = None
    results: Mapping[str, NotificationResult] = field(default_factory=dict)
    told: list[tuple[str, Notification]] = field(default_factory=list)

    def secret(self, name: str) -> str:
        if name not in self.secrets:
            raise ExpressionError(f"there is no secret {name}")
        return self.secrets[name]

    def conceal(self, value: str, secret: str) -> str:
        self.concealed[value] = secret
        return f"[secret:{secret}]"

    def notify(self, address: str, notification: Notification) -> NotificationResult:
        self.told.append((address, notification))
        return self.results[address]

    def send(
        self, request: OutboundRequest, shown: OutboundRequest, show: Show | None = None
    ) -> SendResult:
        self.sent.append(request)
        self.shown.append(shown)
        result = self.answers.pop(0) if self.answers else self.result
        twin = result if show is None or isinstance(result, SendFailure) else show(result)
        self.shown_answers.append(twin)
        return result


@pytest.fixture(scope="session")
def answer() -> Callable[..., OutboundResponse]:
    """Makes what a partner answers; header names as net hands them over, lower-cased."""

    def make(
        status: int = 200, body: bytes = b"", truncated: bool = False, **headers: str
    ) -> OutboundResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return OutboundResponse(status, named, body, truncated, 84)

    return make


@pytest.fixture(scope="session")
def make_context() -> Callable[..., FakeContext]:
    """Makes a context for params; without `masked` the params hold no secret."""

    def make(
        params: Mapping[str, Any],
        masked: Mapping[str, Any] | None = None,
        result: SendResult | None = None,
        **rest: Any,
    ) -> FakeContext:
        ok = OutboundResponse(200, {}, b"", False, 84)
        return FakeContext(params if masked is None else masked, result or ok, **rest)

    return make
