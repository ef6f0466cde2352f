"""The way out that takes care: what may not go now is held back instead of sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.http import FailureKind, OutboundRequest, Sender, SendFailure, SendResult
from engine.care.breaker import Ending
from engine.care.endpoint import Held, User
from engine.care.endpoints import Endpoints
from engine.care.origin import label_of, origin_of

FAULTS = {
    FailureKind.NAME: "its name did not resolve",
    FailureKind.CONNECT: "no connection",
    FailureKind.TIMEOUT: "no answer in time",
    FailureKind.BROKEN: "the connection broke off",
}
"""Failures that the endpoint is answerable for. Every other one says nothing of it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """For whom something is sent; `placed`: from an executor's thread, which others need, too.

    `waiter` is the run to call when what was held back may go; None where none is to be called.
    """

    tenant: str
    user: User
    placed: bool
    waiter: str | None = None


class CaringSender(Protocol):
    """A way out for many callers."""

    def send(self, request: OutboundRequest, caller: Caller, shown_url: str) -> SendResult:
        """Sends once, or holds back (`FailureKind.HELD_BACK`); `shown_url` is the masked URL."""
        ...


class CareSender:
    """A `CaringSender` over the port to the network."""

    def __init__(self, sender: Sender, endpoints: Endpoints) -> None:
        self._sender = sender
        self.endpoints = endpoints

    def send(self, request: OutboundRequest, caller: Caller, shown_url: str) -> SendResult:
        """Sends once, or holds back without waiting."""
        origin = origin_of(request.url)
        if origin is None:
            # The network says what is wrong with such a URL.
            return self._sender.send(request)
        label = label_of(origin, shown_url)
        permit = self.endpoints.enter(
            caller.tenant,
            origin,
            label,
            caller.user,
            placed=caller.placed,
            waiter=caller.waiter,
        )
        if isinstance(permit, Held):
            return SendFailure(FailureKind.HELD_BACK, permit.reason, 0, permit.until)
        ending, words = Ending.NOTHING, ""
        try:
            result = self._sender.send(request)
            ending, words = judge(result)
            return result
        finally:
            self.endpoints.leave(permit, ending, words)

    def close(self) -> None:
        """Closes idle connections."""
        self._sender.close()


@dataclass(frozen=True, slots=True)
class SenderOf:
    """The port `core.http.Sender` for one caller, whose URLs hold no secret."""

    sender: CaringSender
    caller: Caller

    def send(self, request: OutboundRequest) -> SendResult:
        """Sends once, or holds back."""
        return self.sender.send(request, self.caller, request.url)

    def close(self) -> None:
        """The way out is the process's, and stays open."""


def judge(result: SendResult) -> tuple[Ending, str]:
    """What a result tells of the endpoint, and its words for it.

    An answer of 5xx is a failure. One of 4xx is not: the endpoint is there and says what is wrong
    with the request; to 429 the step's own retries and a configured rate are the answer.
    """
    if isinstance(result, SendFailure):
        words = FAULTS.get(result.kind)
        return (Ending.NOTHING, "") if words is None else (Ending.FAILED, words)
    failed = result.status >= 500
    return (Ending.FAILED if failed else Ending.ANSWERED), f"status {result.status}"
