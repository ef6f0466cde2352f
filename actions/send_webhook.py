"""`send-webhook`: sends a request to a partner and takes its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions import codes, sending, sending_checks, sending_schema
from actions.headers import own_value
from actions.media import is_json
from actions.replies import OUTPUT
from core.outcomes import Outcome
from core.spec import ActionContext, ActionSpec


def run(context: ActionContext, params: Mapping[str, Any]) -> Outcome:
    """One attempt; the output holds the partner's answer, whichever way the step leaves."""
    return sending.attempt(context, params)


def check(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The faults of every sending step, and a body that does not fit its kind."""
    return sending_checks.faults_of(configuration) + _body_faults(configuration)


def _body_faults(configuration: Mapping[str, Any]) -> list[tuple[str, str]]:
    if "body" not in configuration:
        return []
    body, body_type = configuration["body"], configuration.get("body_type")
    if body_type == "none":
        return [("body", "the body is not sent, as body_type is none; remove one of the two")]
    if body_type == "form" and not isinstance(body, Mapping | str):
        return [("body", "a form needs an object of fields or a reference to one")]
    content_type = own_value(configuration.get("headers", {}), "content-type")
    if body_type is None and isinstance(body, str) and _says_text(content_type):
        return [
            (
                "body_type",
                f"the body is text and Content-Type is {content_type}; set body_type to text, "
                "or to json to send the text as a JSON string",
            )
        ]
    return []


def _says_text(content_type: object) -> bool:
    """Whether a Content-Type is there, is no template, and says something else than JSON."""
    if not isinstance(content_type, str) or "<" in content_type or "{{" in content_type:
        return False
    return not is_json(content_type)


SPEC = ActionSpec(
    name="send-webhook",
    title="Send webhook",
    description="Sends an HTTP request with any method, headers and body, retries what may pass, "
    "and hands the partner's answer to the next steps.",
    icon="send",
    schema=sending_schema.schema_of(
        body={
            "title": "Body",
            "description": "What to send. Every text in it is a template; without this field no "
            "body is sent, and null is sent as the JSON null.",
            "examples": [
                {"id": "<customer.id>", "total": "{{ sum(pluck(order.lines, 'price')) }}"}
            ],
            "x-template": "body",
            "x-secrets": True,
            "x-widget": "json",
        },
        body_type={
            "title": "Body is sent as",
            "description": "json: any value as JSON. form: an object as form fields; a list "
            "repeats its field, null leaves it out. text: as it is, in the charset that a "
            "Content-Type header names or UTF-8. none: no body.",
            "enum": ["json", "form", "text", "none"],
            "default": "json",
            "examples": ["form"],
        },
    ),
    output=OUTPUT,
    effect=True,
    retries=True,
    check=check,
    longest=sending.longest,
    detached=sending.detached,
    summary=sending.summary,
    codes=codes.listed,
)
