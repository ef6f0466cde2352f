"""`approve`: asks people to decide, and waits until one of them does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actions.summaries import one_line
from core.approvals import Question
from core.clock import Milliseconds, from_rfc3339, to_rfc3339
from core.duration import PATTERN, parse_duration
from core.notifications import Notification, NotificationType
from core.outcomes import Outcome, Park, Succeed
from core.signals import Waiting
from core.spec import ActionContext, ActionSpec, Ports

EXPIRES = "24h"
APPROVED, REJECTED, EXPIRED = "approved", "rejected", "expired"


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """Leaves by `approved` or `rejected` with what was said, or by `expired` when nobody did."""
    if context.waiting is None:
        return _ask(context, params)
    if context.waiting.signals:
        return _decided(context.waiting)
    return _wait_on(context, params, context.waiting.output)


def _ask(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    now = context.clock.now()
    expires_at = now + parse_duration(params.get("expires", EXPIRES))
    escalation = params.get("escalate")
    escalates_at = now + parse_duration(escalation["after"]) if escalation else None
    question = _question(params, _names(params["ask"]), expires_at)
    context.approvals.ask(question)
    output = {
        "asked": list(question.ask),
        "not_notified": _notify(context, question),
        "expires_at": to_rfc3339(expires_at),
        "escalates_at": None if escalates_at is None else to_rfc3339(escalates_at),
    }
    return Park(min(expires_at, escalates_at or expires_at), output)


def _decided(waiting: Waiting) -> Outcome:
    signal = waiting.signals[0]
    said = signal.payload
    output = {
        "decision": said["decision"],
        "by": said["by"],
        "comment": said["comment"],
        "values": said["values"],
        "decided_at": to_rfc3339(signal.sent_at),
    }
    return Succeed(output, said["decision"])


def _wait_on(
    context: ActionContext, params: Mapping[str, Any], output: Mapping[str, Any]
) -> Outcome:
    now, expires_at = context.clock.now(), from_rfc3339(output["expires_at"])
    if now >= expires_at:
        context.approvals.expire()
        return Succeed({"decision": EXPIRED, "expires_at": output["expires_at"]}, EXPIRED)
    if output["escalates_at"] is None:
        return Park(expires_at, output)
    escalates_at = from_rfc3339(output["escalates_at"])
    if now < escalates_at:
        return Park(min(escalates_at, expires_at), output)
    asked = _names([*output["asked"], *_names(params["escalate"]["ask"])])
    question = _question(params, asked, expires_at)
    context.approvals.escalate(question)
    failed = _notify(context, question)
    return Park(
        expires_at, {**output, "asked": asked, "not_notified": failed, "escalates_at": None}
    )


def _notify(context: ActionContext, question: Question) -> list[str]:
    """Hands each address a link of its own; which could not be told, and why.

    The question stands in the inboxes all the same, so that none of this is a failure of the step.
    """
    failed = []
    for name in question.notify:
        link = context.approvals.link(name)
        context.conceal(link, name)
        words = f"{question.message}\n\nDecide: {link}".strip()
        told = Notification(words, title=question.title, type=NotificationType.WARNING)
        result = context.notify(context.secret(name).strip(), told)
        if result.error is not None:
            failed.append(f"{name}: {result.error}")
    return failed


def _question(params: Mapping[str, Any], ask: Sequence[str], expires_at: Milliseconds) -> Question:
    return Question(
        title=str(params["title"])[:200],
        message=str(params.get("message", "")),
        ask=tuple(ask),
        notify=tuple(params.get("notify", ())),
        form=params["form"].schema if "form" in params else {},
        expires_at=expires_at,
    )


def _names(values: Sequence[Any]) -> list[str]:
    """E-mails and roles, each once."""
    return list(dict.fromkeys(str(value).strip() for value in values))


def waits(configuration: Mapping[str, Any]) -> Milliseconds | None:
    """How long it waits at most."""
    return parse_duration(configuration.get("expires", EXPIRES)) - 1


def summary(configuration: Mapping[str, Any]) -> str:
    """Who is asked."""
    ask = configuration.get("ask")
    names = [str(one) for one in ask[:20]] if isinstance(ask, list) else []
    return one_line(f"ask {', '.join(names)}") if names else "(nobody is asked yet)"


_ASK: Mapping[str, Any] = {
    "title": "Ask",
    "description": "Who is asked: e-mails of users, or roles (admin, implementer, viewer). The "
    "first of them who decides, decides.",
    "type": "array",
    "minItems": 1,
    "maxItems": 50,
    "items": {"type": "string", "minLength": 1, "maxLength": 300, "x-template": "text"},
    "examples": [["admin", "<order.manager>"]],
}

_DURATION: Mapping[str, Any] = {
    "type": "string",
    "pattern": PATTERN,
    "x-expected": "a duration; write it like 15m or 24h",
    "x-widget": "duration",
}

SPEC = ActionSpec(
    name="approve",
    title="Approve",
    description="Asks people by their inbox, with a form where one is given, and waits for the "
    "first decision. It escalates to others after a time, and expires.",
    icon="check",
    effect=True,
    asks=True,
    ports=Ports((APPROVED, REJECTED, EXPIRED, "error")),
    schema={
        "type": "object",
        "required": ["ask", "title"],
        "additionalProperties": False,
        "properties": {
            "ask": _ASK,
            "notify": {
                "title": "Notify",
                "description": "Names of secrets that hold addresses of notifications (as in "
                "send-notification): each gets a link that decides once, without signing in.",
                "type": "array",
                "maxItems": 20,
                "uniqueItems": True,
                "items": {
                    "type": "string",
                    "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,63}$",
                    "x-expected": "the name of a secret; write it like TEAM_MAIL",
                    "x-widget": "secret-name",
                },
                "examples": [["TEAM_MAIL"]],
                "x-widget": "secret-names",
            },
            "title": {
                "title": "Title",
                "description": "What is asked, in one line.",
                "type": "string",
                "minLength": 1,
                "maxLength": 1000,
                "examples": ["Refund <order.total> to <customer.name>?"],
                "x-template": "text",
            },
            "message": {
                "title": "Message",
                "description": "What somebody needs to know to decide.",
                "type": "string",
                "maxLength": 20_000,
                "examples": ["Order <order.id> came back damaged."],
                "x-template": "text",
                "x-widget": "text",
            },
            "form": {
                "title": "Form",
                "description": "Further values that whoever approves fills in: a JSON Schema "
                "(2020-12) of an object.",
                "type": "object",
                "examples": [{"properties": {"amount": {"type": "integer", "minimum": 1}}}],
                "x-json-schema": True,
                "x-widget": "json",
            },
            "expires": {
                **_DURATION,
                "title": "Expires after",
                "description": "When nobody has decided for so long, the step leaves by expired.",
                "default": EXPIRES,
                "examples": ["2h"],
            },
            "escalate": {
                "title": "Escalate",
                "description": "Asks others as well when nobody has decided for a time.",
                "type": "object",
                "required": ["after", "ask"],
                "additionalProperties": False,
                "examples": [{"after": "4h", "ask": ["admin"]}],
                "properties": {
                    "after": {
                        **_DURATION,
                        "title": "After",
                        "description": "How long it is left to those who were asked first.",
                        "examples": ["4h"],
                    },
                    "ask": {**_ASK, "title": "Also ask"},
                },
            },
        },
    },
    output={
        "type": "object",
        "properties": {
            "decision": {"type": "string", "description": "approved, rejected or expired."},
            "by": {"type": "string", "description": "Who decided."},
            "comment": {"type": "string", "description": "What was said with it."},
            "values": {"type": "object", "description": "What was filled into the form."},
            "decided_at": {
                "type": "string",
                "format": "date-time",
                "description": "When it was decided.",
            },
        },
    },
    waits=waits,
    summary=summary,
)
