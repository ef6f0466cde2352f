"""`basic`: a user name, and a secret as its password (RFC 7617, in UTF-8)."""

from __future__ import annotations

from base64 import b64encode

from actions.auth.contract import AuthKind, Configuration, adding, authorization
from actions.auth.fields import END, secret
from actions.exchange import Exchange
from core.spec import ActionContext


def basic_header(
    context: ActionContext, user: str, password: str, name: str
) -> tuple[str, str, str]:
    """The header, its value and how that is shown; `name` is that of the password's secret."""
    credentials = b64encode(f"{user}:{password}".encode()).decode()
    return "Authorization", f"Basic {credentials}", f"Basic {context.conceal(credentials, name)}"


def _add(context: ActionContext, auth: Configuration, exchange: Exchange) -> Exchange:
    name = auth["secret"]
    header = basic_header(context, auth["user"], context.secret(name), name)
    return exchange.with_header(*header)


KIND = AuthKind(
    type="basic",
    title="User and password",
    properties={
        "user": {
            "title": "User",
            "description": "The user name to send; it cannot contain a colon.",
            "type": "string",
            "pattern": r"^[^:\x00-\x1f]{1,255}" + END,
            "x-expected": "a user name of 1 to 255 characters without a colon",
            "examples": ["shop"],
        },
        "secret": secret("Secret", "The password to send.", "PARTNER_PASSWORD"),
    },
    required=("user", "secret"),
    send=adding(_add),
    headers=authorization,
)
