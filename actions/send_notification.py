"""`send-notification`: tells people, by mail, in a chat or by another of Apprise's services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from actions import notifying
from actions.notifying import LONGEST_BODY, LONGEST_TITLE, SECRET_NAME, TIMEOUT
from actions.sending import milliseconds
from actions.sending_checks import duration_faults
from actions.sending_schema import LIMIT_FIELDS
from actions.summaries import one_line, text
from core.clock import Milliseconds
from core.notifications import NotificationFormat, NotificationType
from core.outcomes import Outcome
from core.spec import ActionContext, ActionSpec

MOST_ADDRESSES = 20

_ADDRESS = re.compile(r"[A-Za-z0-9]{1,30}://|<secrets\.|\{secrets\.")


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """One attempt; the output says what became of each address, in this and earlier ones."""
    return notifying.attempt(context, params)


def longest(configuration: Mapping[str, Any]) -> Milliseconds:
    """The longest one attempt may take: the addresses are told one after the other."""
    to = configuration.get("to")
    count = len(to) if isinstance(to, list) else 1
    return milliseconds(configuration.get("timeout", TIMEOUT)) * count


def check(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Addresses that are none, and a timeout out of bounds, as (path below `with`, message)."""
    return [*_address_faults(configuration["to"]), *duration_faults(configuration, "timeout")]


def _address_faults(addresses: list[str]) -> Iterator[tuple[str, str]]:
    for index, address in enumerate(addresses):
        if not SECRET_NAME.fullmatch(address) and not _ADDRESS.match(address):
            words = (
                "must be the name of a secret that holds an address, or begin with a scheme such "
                "as mailtos:// or with <secrets.NAME>"
            )
            yield f"to[{index}]", words


def secret_names(configuration: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the secrets that hold addresses."""
    return tuple(name for name in configuration["to"] if SECRET_NAME.fullmatch(name))


def summary(configuration: Mapping[str, Any]) -> str:
    """Such as `TEAM_CHANNEL: Order … is late`."""
    to = configuration.get("to")
    names = [_shown(one) for one in to[:10]] if isinstance(to, list) else []
    words = configuration.get("title") or configuration.get("body") or "(nothing to say yet)"
    return one_line(f"{', '.join(names) or '(nobody yet)'}: {text(words)}")


def _shown(address: object) -> str:
    """A name as it is, of an address the scheme alone."""
    words = text(address)
    return f"{words.partition('://')[0]}://…" if "://" in words else words


SPEC = ActionSpec(
    name="send-notification",
    title="Send notification",
    description="Tells people: by mail, in Slack, Teams or another chat, by SMS or push. An "
    "address is an Apprise URL, which is a credential and belongs into a secret. Only addresses "
    "that were not reached are tried again.",
    icon="bell",
    schema={
        "type": "object",
        "required": ["to", "body"],
        "additionalProperties": False,
        "properties": {
            "to": {
                "title": "To",
                "description": "Whom to tell: names of secrets that hold addresses (Apprise URLs, "
                "or the https URL of a webhook of Slack, Teams or Discord), or addresses with "
                "secrets in them. References in an address are percent-encoded.",
                "type": "array",
                "items": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 8192,
                    "x-template": "url",
                    "x-secrets": True,
                },
                "minItems": 1,
                "maxItems": MOST_ADDRESSES,
                "examples": [["TEAM_CHANNEL", "mailtos://<secrets.MAIL_LOGIN>?to=<order.email>"]],
                "x-widget": "list",
            },
            "title": {
                "title": "Title",
                "description": f"The subject, in one line of at most {LONGEST_TITLE} characters.",
                "type": "string",
                "examples": ["Order <order.id> is late"],
                "x-template": "text",
            },
            "body": {
                "title": "Message",
                "description": f"What to say, in at most {LONGEST_BODY} characters; a service may "
                "take fewer.",
                "type": "string",
                "minLength": 1,
                "examples": ["<customer.name> has waited since <order.placed_at>."],
                "x-template": "text",
                "x-widget": "json",
            },
            "format": {
                "title": "Format",
                "description": "What the message is written in. What a service cannot show is "
                "converted for it.",
                "enum": [*NotificationFormat],
                "default": NotificationFormat.TEXT.value,
                "examples": ["markdown"],
            },
            "type": {
                "title": "Type",
                "description": "What it is about; services show it as a colour or a sign.",
                "enum": [*NotificationType],
                "default": NotificationType.INFO.value,
                "examples": ["warning"],
            },
            "timeout": {
                **LIMIT_FIELDS["timeout"],
                "description": "How long each address may take; at most 10m.",
            },
        },
    },
    output={
        "type": "object",
        "required": ["results"],
        "properties": {
            "results": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["to", "delivered"],
                    "properties": {
                        "to": {
                            "type": "string",
                            "description": "The secret's name, or scheme and host.",
                        },
                        "delivered": {
                            "type": "boolean",
                            "description": "Whether the service took it, in any attempt.",
                        },
                        "error": {"type": "string", "description": "Why it did not."},
                    },
                },
                "description": "What became of each address, in the order of `to`.",
                "examples": [[{"to": "TEAM_CHANNEL", "delivered": True}]],
            }
        },
    },
    effect=True,
    retries=True,
    check=check,
    longest=longest,
    secrets=secret_names,
    summary=summary,
)
