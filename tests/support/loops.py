"""Automations that go through a list, and what the partner heard of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from core.http import OutboundRequest, SendResult
from tests.support.builders import make_document, send, step
from tests.support.workbench import answered

URL = "https://partner.example"
SYNC = send("sync", f"{URL}/sync", with_={"body": "<item>"}, retry={"attempts": 1})


def each(
    *body: dict[str, Any],
    items: Any = "<lines>",
    after: tuple[dict[str, Any], ...] = (),
    error: list[str] | None = None,
    **configuration: Any,
) -> dict[str, Any]:
    """A document whose loop `lines` executes the body, whose first step comes first.

    `after` follows the loop, its first step by `done`; `error` names what follows by `error`.
    """
    body = body or (SYNC,)
    following = {"each": [body[0]["id"]]}
    if after:
        following["done"] = [after[0]["id"]]
    if error:
        following["error"] = error
    loop = step("lines", "for-each", {"items": items, **configuration}, next=following)
    return make_document(loop, *body, *after)


def by_item(answers: Mapping[Any, SendResult]) -> Callable[[OutboundRequest], SendResult]:
    """A partner that answers by the body it is sent, and 200 with that body otherwise."""

    def answer(request: OutboundRequest) -> SendResult:
        sent = orjson.loads(request.body or b"null")
        known = answers.get(sent) if isinstance(sent, str) else None
        return known or answered(200, {"got": sent})

    return answer


def bodies(received: list[OutboundRequest]) -> list[Any]:
    """What the partner was sent."""
    return [orjson.loads(request.body or b"null") for request in received]


def keys(received: list[OutboundRequest]) -> list[str]:
    """The Idempotency-Keys, without the run."""
    return [dict(one.headers)["Idempotency-Key"].partition(".")[2] for one in received]
