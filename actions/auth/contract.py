"""What every kind of authentication offers to the steps that send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from actions.exchange import Exchange
from core.http import SendResult
from core.outcomes import Defer, Fail, Retry
from core.spec import ActionContext

Field = Mapping[str, Any]
"""The JSON Schema of one field, with the hints of `core.spec`."""

Configuration = Mapping[str, Any]
"""A step's `with`, or (`auth`) what stands in its field `auth`; valid against the schema."""

Sent = SendResult | Retry | Fail | Defer
"""What came back, or the outcome of an attempt that did not get as far as sending."""

Add = Callable[[ActionContext, Configuration, Exchange], Exchange]
"""Adds to a request what `auth` asks for. Raises ExpressionError, ContentError."""

Send = Callable[[ActionContext, Configuration, Exchange], Sent]
"""Sends a request as `auth` asks for it. Raises ExpressionError, ContentError."""


@dataclass(frozen=True, slots=True)
class AuthKind:
    """One way of telling a partner who sends; `type` is its name in the document.

    `headers` are the header fields it sets, which a step may not set as well. `check` finds faults
    that no schema can say in a whole `with`, as (path below `with`, message).
    """

    type: str
    title: str
    properties: Mapping[str, Field]
    required: tuple[str, ...]
    send: Send
    headers: Callable[[Configuration], tuple[str, ...]] = lambda _auth: ()
    check: Callable[[Configuration], list[tuple[str, str]]] = lambda _configuration: []


def adding(add: Add) -> Send:
    """Sends what `add` makes of a request."""

    def send(context: ActionContext, auth: Configuration, exchange: Exchange) -> Sent:
        added = add(context, auth, exchange)
        return context.send(added.request, added.shown)

    return send


def authorization(_auth: Configuration) -> tuple[str, ...]:
    """The header of every kind that speaks RFC 9110, section 11."""
    return ("Authorization",)
