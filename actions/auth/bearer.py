"""`bearer`: a token that the partner gave once and for all (RFC 6750)."""

from __future__ import annotations

from actions.auth.contract import AuthKind, Configuration, adding, authorization
from actions.auth.fields import secret
from actions.exchange import Exchange
from core.spec import ActionContext


def bearer_header(context: ActionContext, token: str, name: str) -> tuple[str, str, str]:
    """The header, its value and how that is shown; `name` is that of the token's secret."""
    return "Authorization", f"Bearer {token}", f"Bearer {context.conceal(token, name)}"


def _add(context: ActionContext, auth: Configuration, exchange: Exchange) -> Exchange:
    name = auth["secret"]
    return exchange.with_header(*bearer_header(context, context.secret(name), name))


KIND = AuthKind(
    type="bearer",
    title="Bearer token",
    properties={"secret": secret("Secret", "The token to send.", "PARTNER_TOKEN")},
    required=("secret",),
    send=adding(_add),
    headers=authorization,
)
