"""How a sending step tells the partner who sends: one module a kind, chosen by `auth.type`."""

from __future__ import annotations

from collections.abc import Mapping

from actions.auth import (
    api_key,
    aws_sigv4,
    basic,
    bearer,
    mutual_tls,
    nobody,
    oauth2,
    signed_body,
)
from actions.auth.contract import AuthKind, Configuration, Sent
from actions.exchange import Exchange
from core.errors import ConflictError
from core.spec import ActionContext

__all__ = ["KINDS", "NONE", "AuthKind", "Configuration", "Sent", "by_type", "send"]

NONE: Configuration = {"type": "none"}
"""What a step without the field `auth` means."""


def by_type(*kinds: AuthKind) -> Mapping[str, AuthKind]:
    """The kinds under their types. Raises ConflictError when two have the same one."""
    registry: dict[str, AuthKind] = {}
    for kind in kinds:
        if registry.setdefault(kind.type, kind) is not kind:
            raise ConflictError(f"two kinds of authentication are called {kind.type}")
    return registry


KINDS: Mapping[str, AuthKind] = by_type(
    nobody.KIND,
    basic.KIND,
    bearer.KIND,
    api_key.KIND,
    signed_body.KIND,
    oauth2.KIND,
    aws_sigv4.KIND,
    mutual_tls.KIND,
)
"""Every kind there is, in the order in which the builder offers them."""


def send(context: ActionContext, auth: Configuration, exchange: Exchange) -> Sent:
    """Sends a request as a valid `auth` asks for it. Raises ExpressionError, ContentError."""
    return KINDS[auth["type"]].send(context, auth, exchange)
